-- Currencies in which cost and tax of the company's days do not add up to the bills.
with bill as (
    select
        billing_currency,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost
    from facts.daily_cost
    group by billing_currency
),

mart as (
    select
        billing_currency,
        -- A month held back may be as an older version built it: with tax in its cost.
        sum(billed_cost) + coalesce(sum(x_billed_tax), 0) as billed_cost,
        sum(effective_cost) + coalesce(sum(x_effective_tax), 0) as effective_cost
    from marts.unit_cost_local
    where x_service = '*'
    group by billing_currency
)

select
    bill.billing_currency,
    bill.billed_cost as expected_billed_cost,
    mart.billed_cost as found_billed_cost,
    bill.effective_cost as expected_effective_cost,
    mart.effective_cost as found_effective_cost
from bill
left join mart
    on bill.billing_currency = mart.billing_currency
where
    bill.billed_cost is distinct from mart.billed_cost
    or bill.effective_cost is distinct from mart.effective_cost
