-- Months and scopes whose keys' cost and tax do not add up to the bill.
with bill as (
    select
        billing_period,
        billing_currency,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(case when x_entry = 'vat_receivable' then billed_cost else 0 end) as billed_tax,
        sum(case when x_entry = 'vat_receivable' then effective_cost else 0 end) as effective_tax
    from facts.daily_cost
    group by billing_period, billing_currency
),

scopes as (
    select distinct x_scope
    from facts.measured_cost
),

mart as (
    select
        billing_period,
        billing_currency,
        x_scope,
        sum(billed_cost) + sum(x_billed_tax) as billed_cost,
        sum(effective_cost) + sum(x_effective_tax) as effective_cost,
        sum(x_billed_tax) as billed_tax,
        sum(x_effective_tax) as effective_tax
    from marts.unit_cost_month
    group by billing_period, billing_currency, x_scope
)

select
    bill.billing_period,
    bill.billing_currency,
    scopes.x_scope,
    bill.billed_cost as expected_billed_cost,
    mart.billed_cost as found_billed_cost,
    bill.effective_cost as expected_effective_cost,
    mart.effective_cost as found_effective_cost,
    bill.billed_tax as expected_billed_tax,
    mart.billed_tax as found_billed_tax,
    bill.effective_tax as expected_effective_tax,
    mart.effective_tax as found_effective_tax
from bill
cross join scopes
left join mart
    on
        bill.billing_period = mart.billing_period
        and bill.billing_currency = mart.billing_currency
        and scopes.x_scope = mart.x_scope
where
    bill.billed_cost is distinct from mart.billed_cost
    or bill.effective_cost is distinct from mart.effective_cost
    or bill.billed_tax is distinct from mart.billed_tax
    or bill.effective_tax is distinct from mart.effective_tax
