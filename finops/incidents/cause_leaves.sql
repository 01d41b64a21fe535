-- One row per thing asked, owner, account and AWS price in its scope.
-- Of the newest week of all cost, against the four before it; others: set variable asked =
-- [{'x_asked': 0, 'first_date': date '2026-09-14', 'start_date': date '2026-10-12',
-- 'end_date': date '2026-10-14', 'x_team': 'search'}];
-- Also per resource and commitment: set variable in_detail = true;
with newest_day as (
    select max(charge_date) as charge_date from marts.team_day where x_usage_effective_cost <> 0
),

asked as (
    select
        unnest(
            cast(
                coalesce(
                    getvariable('asked'),
                    [
                        {
                            'x_asked': 0,
                            'first_date': charge_date - 34,
                            'start_date': charge_date - 6,
                            'end_date': charge_date
                        }
                    ]
                ) as struct(
                    x_asked integer,
                    first_date date,
                    start_date date,
                    end_date date,
                    billing_currency varchar,
                    x_team varchar,
                    service_name varchar,
                    sub_account_id varchar,
                    region_id varchar,
                    x_usage_type varchar,
                    x_operation varchar,
                    resource_id varchar
                )[]
            ),
            recursive := true
        )
    from newest_day
),

days as (
    select distinct charge_date from marts.team_day
),

asked_days as (
    select
        asked.x_asked,
        days.charge_date,
        extract('isodow' from days.charge_date) as weekday,
        days.charge_date >= asked.start_date as is_of_incident
    from asked
    inner join days on days.charge_date between asked.first_date and asked.end_date
),

weekdays as (
    select
        x_asked,
        weekday,
        cast(count(*) filter (where is_of_incident) as double) as incident_days,
        cast(count(*) filter (where not is_of_incident) as double) as base_days
    from asked_days
    group by x_asked, weekday
),

-- A base has as many of each weekday as the incident; one too short for that, as many days.
weights as (
    select
        x_asked,
        weekday,
        case
            when
                min(case when incident_days > 0 then base_days else 1 end)
                    over (partition by x_asked)
                > 0
                then incident_days / nullif(base_days, 0)
            else
                sum(incident_days) over (partition by x_asked)
                / nullif(sum(base_days) over (partition by x_asked), 0)
        end as weight
    from weekdays
),

owners as (
    select distinct x_team, service_name, billing_currency from marts.team_day
),

-- Whose rows of which day are asked for: so much can be joined on values that are equal.
asked_rows as (
    select
        asked_days.x_asked,
        asked_days.charge_date,
        asked_days.is_of_incident,
        coalesce(weights.weight, 0) as weight,
        owners.x_team,
        owners.service_name,
        owners.billing_currency,
        asked.sub_account_id,
        asked.region_id,
        asked.x_usage_type,
        asked.x_operation,
        asked.resource_id
    from asked
    inner join asked_days on asked.x_asked = asked_days.x_asked
    inner join weights
        on asked_days.x_asked = weights.x_asked and asked_days.weekday = weights.weekday
    inner join owners
        on
            coalesce(asked.x_team, owners.x_team) = owners.x_team
            and coalesce(asked.service_name, owners.service_name, 'no service')
            = coalesce(owners.service_name, 'no service')
            and coalesce(asked.billing_currency, owners.billing_currency) = owners.billing_currency
),

charges as (
    select
        asked_rows.x_asked,
        asked_rows.is_of_incident,
        asked_rows.weight,
        owned_cost.x_team,
        coalesce(owned_cost.service_name, 'no service') as service_name,
        coalesce(owned_cost.x_service_code, '') as x_service_code,
        coalesce(owned_cost.sub_account_id, '') as sub_account_id,
        coalesce(owned_cost.region_id, '') as region_id,
        coalesce(owned_cost.x_usage_type, '') as x_usage_type,
        coalesce(owned_cost.x_operation, '') as x_operation,
        coalesce(owned_cost.x_instance_type, '') as x_instance_type,
        coalesce(owned_cost.pricing_unit, owned_cost.x_usage_type, '') as pricing_unit,
        coalesce(owned_cost.billing_account_id, '') as billing_account_id,
        owned_cost.list_unit_price,
        owned_cost.sku_price_id,
        case
            when coalesce(getvariable('in_detail'), false)
                then coalesce(owned_cost.resource_id, '')
            else ''
        end as resource_id,
        case
            when coalesce(getvariable('in_detail'), false)
                then coalesce(owned_cost.commitment_discount_id, '')
            else ''
        end as commitment_discount_id,
        owned_cost.pricing_category = 'Committed' as is_covered,
        cast(owned_cost.consumed_quantity as decimal(28, 10)) as consumed_quantity,
        owned_cost.list_cost,
        owned_cost.effective_cost
    from facts.owned_cost
    inner join asked_rows
        on
            owned_cost.charge_date = asked_rows.charge_date
            and owned_cost.x_team = asked_rows.x_team
            and owned_cost.service_name is not distinct from asked_rows.service_name
            and owned_cost.billing_currency = asked_rows.billing_currency
    where
        owned_cost.consumed_quantity is not null
        and owned_cost.x_covered_from is not distinct from owned_cost.x_covered_until
        and coalesce(asked_rows.sub_account_id, owned_cost.sub_account_id, '')
        = coalesce(owned_cost.sub_account_id, '')
        and coalesce(asked_rows.region_id, owned_cost.region_id, '')
        = coalesce(owned_cost.region_id, '')
        and coalesce(asked_rows.x_usage_type, owned_cost.x_usage_type, '')
        = coalesce(owned_cost.x_usage_type, '')
        and coalesce(asked_rows.x_operation, owned_cost.x_operation, '')
        = coalesce(owned_cost.x_operation, '')
        and coalesce(asked_rows.resource_id, owned_cost.resource_id, '')
        = coalesce(owned_cost.resource_id, '')
),

-- Prices are told apart where a payer pays several for one thing: only there can be tiers.
meters as (
    select
        x_asked,
        billing_account_id,
        service_name,
        region_id,
        x_usage_type,
        x_operation,
        pricing_unit
    from charges
    where not coalesce(getvariable('in_detail'), false)
    group by
        x_asked,
        billing_account_id,
        service_name,
        region_id,
        x_usage_type,
        x_operation,
        pricing_unit
    having min(list_unit_price) <> max(list_unit_price)
),

priced_charges as (
    select
        charges.x_asked,
        charges.is_of_incident,
        charges.weight,
        charges.x_team,
        charges.service_name,
        charges.x_service_code,
        charges.sub_account_id,
        charges.region_id,
        charges.x_usage_type,
        charges.x_operation,
        charges.x_instance_type,
        charges.pricing_unit,
        charges.resource_id,
        charges.commitment_discount_id,
        charges.is_covered,
        charges.consumed_quantity,
        charges.list_cost,
        charges.effective_cost,
        meters.billing_account_id,
        case when meters.x_asked is not null then charges.list_unit_price end as list_unit_price,
        case when meters.x_asked is not null then charges.sku_price_id end as sku_price_id
    from charges
    left join meters
        on
            charges.x_asked = meters.x_asked
            and charges.billing_account_id = meters.billing_account_id
            and charges.service_name = meters.service_name
            and charges.region_id = meters.region_id
            and charges.x_usage_type = meters.x_usage_type
            and charges.x_operation = meters.x_operation
            and charges.pricing_unit = meters.pricing_unit
)

select
    x_asked,
    x_team,
    service_name,
    x_service_code,
    sub_account_id,
    region_id,
    x_usage_type,
    x_operation,
    x_instance_type,
    pricing_unit,
    billing_account_id,
    list_unit_price,
    sku_price_id,
    resource_id,
    commitment_discount_id,
    cast(coalesce(sum(consumed_quantity) filter (where is_of_incident), 0) as decimal(38, 10))
        as consumed_quantity,
    cast(coalesce(sum(list_cost) filter (where is_of_incident), 0) as decimal(38, 10))
        as list_cost,
    cast(
        coalesce(sum(list_cost) filter (where is_of_incident and is_covered), 0) as decimal(38, 10)
    ) as x_covered_list_cost,
    cast(coalesce(sum(effective_cost) filter (where is_of_incident), 0) as decimal(38, 10))
        as effective_cost,
    cast(
        coalesce(sum(effective_cost) filter (where is_of_incident and is_covered), 0)
        as decimal(38, 10)
    ) as x_covered_effective_cost,
    -- An expectation, no money of the bill: weights are no exact decimals.
    coalesce(sum(weight * consumed_quantity) filter (where not is_of_incident), 0)
        as x_base_consumed_quantity,
    coalesce(sum(weight * list_cost) filter (where not is_of_incident), 0) as x_base_list_cost,
    coalesce(sum(weight * list_cost) filter (where not is_of_incident and is_covered), 0)
        as x_base_covered_list_cost,
    coalesce(sum(weight * effective_cost) filter (where not is_of_incident), 0)
        as x_base_effective_cost,
    coalesce(sum(weight * effective_cost) filter (where not is_of_incident and is_covered), 0)
        as x_base_covered_effective_cost
from priced_charges
group by
    x_asked,
    x_team,
    service_name,
    x_service_code,
    sub_account_id,
    region_id,
    x_usage_type,
    x_operation,
    x_instance_type,
    pricing_unit,
    billing_account_id,
    list_unit_price,
    sku_price_id,
    resource_id,
    commitment_discount_id
order by
    x_asked,
    service_name,
    x_usage_type,
    region_id,
    x_operation,
    sub_account_id,
    x_team,
    x_instance_type,
    pricing_unit,
    billing_account_id,
    list_unit_price,
    sku_price_id,
    resource_id,
    commitment_discount_id
