-- One row per owner, account and AWS price in the scope of an incident, and per resource and commitment if $in_detail.
with days as (
    select distinct
        charge_date,
        extract('isodow' from charge_date) as weekday,
        charge_date >= $start as is_of_incident
    from marts.team_day
    where charge_date between $base and $end
),

weekdays as (
    select
        weekday,
        cast(count(*) filter (where is_of_incident) as double) as incident_days,
        cast(count(*) filter (where not is_of_incident) as double) as base_days
    from days
    group by weekday
),

-- A base has as many of each weekday as the incident; one too short for that, as many days.
weights as (
    select
        weekday,
        case
            when min(case when incident_days > 0 then base_days else 1 end) over () > 0
                then incident_days / nullif(base_days, 0)
            else sum(incident_days) over () / nullif(sum(base_days) over (), 0)
        end as weight
    from weekdays
),

charges as (
    select
        owned_cost.charge_date >= $start as is_of_incident,
        coalesce(weights.weight, 0) as weight,
        owned_cost.x_team,
        coalesce(owned_cost.service_name, 'no service') as service_name,
        coalesce(owned_cost.x_service_code, '') as x_service_code,
        coalesce(owned_cost.sub_account_id, '') as sub_account_id,
        coalesce(owned_cost.region_id, '') as region_id,
        coalesce(owned_cost.x_usage_type, '') as x_usage_type,
        coalesce(owned_cost.x_operation, '') as x_operation,
        coalesce(owned_cost.x_instance_type, '') as x_instance_type,
        coalesce(owned_cost.pricing_unit, owned_cost.x_usage_type, '') as pricing_unit,
        case when $in_detail then coalesce(owned_cost.resource_id, '') else '' end as resource_id,
        case when $in_detail then coalesce(owned_cost.commitment_discount_id, '') else '' end
            as commitment_discount_id,
        owned_cost.pricing_category = 'Committed' as is_covered,
        cast(owned_cost.consumed_quantity as decimal(28, 10)) as consumed_quantity,
        owned_cost.list_cost,
        owned_cost.effective_cost
    from facts.owned_cost
    left join weights on extract('isodow' from owned_cost.charge_date) = weights.weekday
    where
        owned_cost.charge_date between $base and $end
        and owned_cost.consumed_quantity is not null
        and coalesce($currency, owned_cost.billing_currency) = owned_cost.billing_currency
        and coalesce($team, owned_cost.x_team) = owned_cost.x_team
        and ($resource is null or owned_cost.resource_id = $resource)
)

select
    x_team,
    service_name,
    x_service_code,
    sub_account_id,
    region_id,
    x_usage_type,
    x_operation,
    x_instance_type,
    pricing_unit,
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
from charges
where
    coalesce($service, service_name) = service_name
    and coalesce($account, sub_account_id) = sub_account_id
    and coalesce($region, region_id) = region_id
    and coalesce($usage_type, x_usage_type) = x_usage_type
    and coalesce($operation, x_operation) = x_operation
group by
    x_team,
    service_name,
    x_service_code,
    sub_account_id,
    region_id,
    x_usage_type,
    x_operation,
    x_instance_type,
    pricing_unit,
    resource_id,
    commitment_discount_id
order by
    service_name,
    x_usage_type,
    region_id,
    x_operation,
    sub_account_id,
    x_team,
    x_instance_type,
    pricing_unit,
    resource_id,
    commitment_discount_id
