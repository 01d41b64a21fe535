-- One row per owner, AWS price and kind of charge in two months, with what each had of it.
-- Of the newest month and the one before; others: set variable period = '2026-10';
-- set variable base = '2026-07';
-- Recoverable tax is of the kind `vat`, tax that the company bears `tax`.
with asked_month as (
    select coalesce(getvariable('period'), max(billing_period)) as billing_period
    from marts.trust_header
),

asked_months as (
    select billing_period, false as x_is_base from asked_month
    union all
    select
        coalesce(
            getvariable('base'),
            strftime(cast(billing_period || '-01' as date) - interval 1 month, '%Y-%m')
        ) as billing_period,
        true as x_is_base
    from asked_month
),

-- AWS's normalisation factors of reservations, a large counting four, a 2xlarge two xlarge:
-- docs.aws.amazon.com/AWSEC2/latest/UserGuide/apply_ri.html.
instance_hours as (
    select
        types.x_instance_type,
        cast(sizes.normalisation_factor as decimal(8, 2)) * cast(
            coalesce(
                nullif(regexp_extract(types.x_instance_type, '[.]([0-9]+)' || sizes.size, 1), ''), '1'
            ) as integer
        ) as hours
    from (select distinct x_instance_type from facts.owned_cost) as types
    inner join seeds.instance_sizes as sizes
        on regexp_matches(types.x_instance_type, '[.][0-9]*' || sizes.size)
),

charges as (
    select
        asked_months.x_is_base,
        charge_date,
        billing_currency,
        x_team,
        x_service,
        coalesce(service_name, 'unknown') as service_name,
        x_usage_type,
        x_operation,
        region_id,
        coalesce(pricing_unit, x_usage_type) as pricing_unit,
        billing_account_id,
        list_unit_price,
        sku_price_id,
        -- The effect that it is part of: kinds of charges, but a refund is one whatever it corrects.
        case
            when x_entry = 'vat_receivable' then 'vat'
            when x_charge_kind = 'tax' then 'tax'
            when x_charge_kind = 'credit' then 'credits'
            when charge_class = 'Correction' then 'refunds'
            when x_charge_kind = 'unused_commitment' then 'unused_commitments'
            when x_charge_kind like '%_discount' then 'discounts'
            when x_charge_kind like '%fee' then 'fees'
            else x_charge_kind
        end as x_effect,
        -- What keeps its name while its owner may change. Without a resource, tags are part of it.
        case
            when resource_id is null then x_owner_key
            else hash(sub_account_id, resource_id, x_usage_type, x_operation)
        end as x_thing,
        pricing_category = 'Committed' as x_is_covered,
        -- Hours of instances add up by size only.
        cast(consumed_quantity as decimal(28, 10)) * cast(
            case when pricing_unit in ('Hrs', 'Hours') then coalesce(sizes.hours, 1) else 1 end
            as decimal(8, 2)
        ) as consumed_quantity,
        list_cost,
        effective_cost
    from facts.owned_cost
    inner join asked_months on owned_cost.billing_period = asked_months.billing_period
    left join instance_hours as sizes on owned_cost.x_instance_type = sizes.x_instance_type
),

thing_owners as (
    select
        x_thing,
        x_effect,
        charge_date,
        x_team,
        x_service,
        count(*) over (partition by x_thing, x_effect, charge_date) as x_owners_that_day,
        row_number() over (
            partition by x_thing, x_effect order by charge_date desc, x_team, x_service
        ) as x_rank
    from charges
    group by x_thing, x_effect, charge_date, x_team, x_service
),

-- What several own at one time has no present owner, and stays as it is.
present_owners as (
    select
        x_thing,
        x_effect,
        max(case when x_rank = 1 then x_team end) as x_team,
        max(case when x_rank = 1 then x_service end) as x_service
    from thing_owners
    group by x_thing, x_effect
    having
        max(x_owners_that_day) = 1
        and (min(x_team) <> max(x_team) or min(x_service) <> max(x_service))
),

-- Both months as the present owners would have had them.
restated_charges as (
    select
        charges.*,
        coalesce(present_owners.x_team, charges.x_team) as x_present_team,
        coalesce(present_owners.x_service, charges.x_service) as x_present_service,
        present_owners.x_thing is not null as x_has_moved
    from charges
    left join present_owners
        on
            charges.x_thing = present_owners.x_thing
            and charges.x_effect = present_owners.x_effect
),

-- What moved is taken from its present owner again and given to the owner it had.
moves as (
    select
        x_is_base,
        billing_currency,
        sides.is_actual,
        case when sides.is_actual then x_team else x_present_team end as x_team,
        case when sides.is_actual then x_service else x_present_service end as x_service,
        service_name,
        case when sides.is_actual then effective_cost else -effective_cost end as effective_cost
    from restated_charges
    cross join (select true as is_actual union all select false as is_actual) as sides
    where x_has_moved and x_effect <> 'vat'
),

-- Prices are told apart where a payer pays several for one thing: only there can be tiers.
meters as (
    select
        billing_account_id,
        service_name,
        x_usage_type,
        x_operation,
        region_id,
        pricing_unit
    from charges
    where x_effect = 'usage'
    group by
        billing_account_id,
        service_name,
        x_usage_type,
        x_operation,
        region_id,
        pricing_unit
    having min(list_unit_price) <> max(list_unit_price)
),

items as (
    select
        x_is_base,
        billing_currency,
        x_effect,
        x_present_team as x_team,
        x_present_service as x_service,
        restated_charges.service_name,
        case when x_effect = 'usage' then restated_charges.x_usage_type end as x_usage_type,
        case when x_effect = 'usage' then restated_charges.x_operation end as x_operation,
        case when x_effect = 'usage' then restated_charges.region_id end as region_id,
        case when x_effect = 'usage' then restated_charges.pricing_unit end as pricing_unit,
        case when meters.service_name is not null then coalesce(meters.billing_account_id, '') end
            as billing_account_id,
        case when meters.service_name is not null then list_unit_price end as list_unit_price,
        case when meters.service_name is not null then sku_price_id end as sku_price_id,
        consumed_quantity,
        list_cost,
        case when x_is_covered then list_cost else 0 end as x_covered_list_cost,
        effective_cost,
        case when x_is_covered then effective_cost else 0 end as x_covered_effective_cost
    from restated_charges
    left join meters
        on
            restated_charges.x_effect = 'usage'
            and restated_charges.billing_account_id is not distinct from meters.billing_account_id
            and restated_charges.service_name = meters.service_name
            and restated_charges.x_usage_type is not distinct from meters.x_usage_type
            and restated_charges.x_operation is not distinct from meters.x_operation
            and restated_charges.region_id is not distinct from meters.region_id
            and restated_charges.pricing_unit is not distinct from meters.pricing_unit
    union all
    select
        x_is_base,
        billing_currency,
        'owner_changes' as x_effect,
        x_team,
        x_service,
        service_name,
        cast(null as varchar) as x_usage_type,
        cast(null as varchar) as x_operation,
        cast(null as varchar) as region_id,
        cast(null as varchar) as pricing_unit,
        cast(null as varchar) as billing_account_id,
        cast(null as decimal(38, 18)) as list_unit_price,
        cast(null as varchar) as sku_price_id,
        0 as consumed_quantity,
        0 as list_cost,
        0 as x_covered_list_cost,
        effective_cost,
        0 as x_covered_effective_cost
    from moves
)

select
    billing_currency,
    x_effect,
    x_team,
    x_service,
    service_name,
    x_usage_type,
    x_operation,
    region_id,
    pricing_unit,
    billing_account_id,
    list_unit_price,
    sku_price_id,
    cast(coalesce(sum(consumed_quantity) filter (where x_is_base), 0) as decimal(38, 10))
        as x_base_consumed_quantity,
    cast(coalesce(sum(consumed_quantity) filter (where not x_is_base), 0) as decimal(38, 10))
        as consumed_quantity,
    coalesce(sum(list_cost) filter (where x_is_base), 0) as x_base_list_cost,
    coalesce(sum(list_cost) filter (where not x_is_base), 0) as list_cost,
    coalesce(sum(x_covered_list_cost) filter (where x_is_base), 0) as x_base_covered_list_cost,
    coalesce(sum(x_covered_list_cost) filter (where not x_is_base), 0) as x_covered_list_cost,
    coalesce(sum(effective_cost) filter (where x_is_base), 0) as x_base_effective_cost,
    coalesce(sum(effective_cost) filter (where not x_is_base), 0) as effective_cost,
    coalesce(sum(x_covered_effective_cost) filter (where x_is_base), 0)
        as x_base_covered_effective_cost,
    coalesce(sum(x_covered_effective_cost) filter (where not x_is_base), 0)
        as x_covered_effective_cost
from items
group by
    billing_currency,
    x_effect,
    x_team,
    x_service,
    service_name,
    x_usage_type,
    x_operation,
    region_id,
    pricing_unit,
    billing_account_id,
    list_unit_price,
    sku_price_id
