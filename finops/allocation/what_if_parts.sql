-- One row per team, pool that its cost comes from (NULL is its own) and billing currency: what changes.
-- Cost is before recoverable tax.
with sides as (
    select
        x_team,
        x_allocated_from,
        billing_currency,
        -billed_cost as billed_cost,
        -effective_cost as effective_cost
    from published.allocated_cost
    where x_entry is distinct from 'vat_receivable'
    union all
    select
        x_team,
        x_allocated_from,
        billing_currency,
        billed_cost,
        effective_cost
    from facts.allocated_cost
    where x_entry is distinct from 'vat_receivable'
)

select
    x_team,
    x_allocated_from as x_pool,
    billing_currency,
    sum(billed_cost) as x_billed_cost_change,
    sum(effective_cost) as x_effective_cost_change
from sides
group by x_team, x_allocated_from, billing_currency
having sum(billed_cost) <> 0 or sum(effective_cost) <> 0
order by abs(sum(effective_cost)) desc, x_team, x_allocated_from, billing_currency
