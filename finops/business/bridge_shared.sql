-- One row per currency, team, service and AWS service: shared cost received less own cost given, in two months.
-- Both are before recoverable tax.
-- Of the newest month and the one before; others: set variable period = '2026-10';
-- set variable base = '2026-07';
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

moved_cost as (
    select
        asked_months.x_is_base,
        billing_currency,
        x_team,
        x_service,
        coalesce(service_name, 'unknown') as service_name,
        effective_cost
    from facts.allocated_cost
    inner join asked_months on allocated_cost.billing_period = asked_months.billing_period
    where x_entry is distinct from 'vat_receivable'
    union all
    select
        asked_months.x_is_base,
        billing_currency,
        x_team,
        x_service,
        coalesce(service_name, 'unknown') as service_name,
        -effective_cost as effective_cost
    from facts.owned_cost
    inner join asked_months on owned_cost.billing_period = asked_months.billing_period
    where x_entry is distinct from 'vat_receivable'
),

sums as (
    select
        billing_currency,
        x_team,
        x_service,
        service_name,
        coalesce(sum(effective_cost) filter (where x_is_base), 0) as x_base_effective_cost,
        coalesce(sum(effective_cost) filter (where not x_is_base), 0) as effective_cost
    from moved_cost
    group by billing_currency, x_team, x_service, service_name
)

select
    billing_currency,
    'shared_cost' as x_effect,
    x_team,
    x_service,
    service_name,
    x_base_effective_cost,
    effective_cost
from sums
where x_base_effective_cost <> 0 or effective_cost <> 0
