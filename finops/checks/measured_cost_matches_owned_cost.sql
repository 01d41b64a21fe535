-- Months and scopes in which measured cost and tax are not the owned cost.
with bill as (
    select
        billing_period,
        billing_currency,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(case when x_entry = 'vat_receivable' then billed_cost else 0 end) as billed_tax,
        sum(case when x_entry = 'vat_receivable' then effective_cost else 0 end) as effective_tax
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
        sum(billed_cost) + sum(x_billed_tax) as billed_cost,
        sum(effective_cost) + sum(x_effective_tax) as effective_cost,
        sum(x_billed_tax) as billed_tax,
        sum(x_effective_tax) as effective_tax
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
    measured.effective_cost as found_effective_cost,
    bill.billed_tax as expected_billed_tax,
    measured.billed_tax as found_billed_tax,
    bill.effective_tax as expected_effective_tax,
    measured.effective_tax as found_effective_tax
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
    or bill.billed_tax is distinct from measured.billed_tax
    or bill.effective_tax is distinct from measured.effective_tax
