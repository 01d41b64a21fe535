-- One row per currency, team, service and AWS service: shared cost received less own cost given, in $base and $period.
with moved_cost as (
    select
        billing_period,
        billing_currency,
        x_team,
        x_service,
        coalesce(service_name, 'unknown') as service_name,
        effective_cost
    from facts.allocated_cost
    where billing_period in ($base, $period)
    union all
    select
        billing_period,
        billing_currency,
        x_team,
        x_service,
        coalesce(service_name, 'unknown') as service_name,
        -effective_cost as effective_cost
    from facts.owned_cost
    where billing_period in ($base, $period)
),

sums as (
    select
        billing_currency,
        x_team,
        x_service,
        service_name,
        coalesce(sum(effective_cost) filter (where billing_period = $base), 0)
            as x_base_effective_cost,
        coalesce(sum(effective_cost) filter (where billing_period = $period), 0) as effective_cost
    from moved_cost
    group by billing_currency, x_team, x_service, service_name
)

select
    billing_currency,
    'shared_cost' as x_charge_kind,
    x_team,
    x_service,
    service_name,
    cast(x_base_effective_cost as decimal(38, 10)) as x_base_effective_cost,
    cast(effective_cost as decimal(38, 10)) as effective_cost
from sums
where x_base_effective_cost <> 0 or effective_cost <> 0
