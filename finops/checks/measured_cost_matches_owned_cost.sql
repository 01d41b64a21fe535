-- Months and scopes in which measured cost is not the owned cost.
with bill as (
    select
        billing_period,
        billing_currency,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost
    from facts.owned_cost
    group by billing_period, billing_currency
),

scopes as (
    select 'company' as x_scope
    union all
    select 'team' as x_scope
    union all
    select 'service' as x_scope
    union all
    select 'product' as x_scope
    union all
    select 'cost_centre' as x_scope
    union all
    select 'aws_service' as x_scope
),

measured as (
    select
        billing_period,
        billing_currency,
        x_scope,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost
    from facts.measured_cost
    group by billing_period, billing_currency, x_scope
)

select
    bill.billing_period,
    bill.billing_currency,
    scopes.x_scope,
    bill.billed_cost as expected_billed_cost,
    measured.billed_cost as found_billed_cost,
    bill.effective_cost as expected_effective_cost,
    measured.effective_cost as found_effective_cost
from bill
cross join scopes
left join measured
    on
        bill.billing_period = measured.billing_period
        and bill.billing_currency = measured.billing_currency
        and scopes.x_scope = measured.x_scope
where
    bill.billed_cost is distinct from measured.billed_cost
    or bill.effective_cost is distinct from measured.effective_cost
