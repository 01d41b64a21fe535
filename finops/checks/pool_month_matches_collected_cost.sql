-- Months and pools whose parts, cost and tax, don't add up to what the pool collected, less what it keeps.
with collected as (
    select
        costs.billing_period,
        costs.billing_currency,
        costs.x_team as x_pool,
        sum(costs.billed_cost) as billed_cost,
        sum(costs.effective_cost) as effective_cost
    from pools.collected_cost as costs
    inner join mappings.shared_costs
        on costs.x_team = shared_costs.pool
    group by costs.billing_period, costs.billing_currency, costs.x_team
),

parts as (
    select
        billing_period,
        billing_currency,
        x_pool,
        billed_cost + x_billed_tax as billed_cost,
        effective_cost + x_effective_tax as effective_cost
    from marts.pool_month
    union all
    select
        billing_period,
        billing_currency,
        x_team as x_pool,
        billed_cost,
        effective_cost
    from facts.allocated_cost
    where coalesce(x_driver, 'commitment_benefit') = 'commitment_benefit'
),

allocated as (
    select
        billing_period,
        billing_currency,
        x_pool,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost
    from parts
    group by billing_period, billing_currency, x_pool
)

select
    collected.billing_period,
    collected.billing_currency,
    collected.x_pool,
    collected.billed_cost as expected_billed_cost,
    allocated.billed_cost as found_billed_cost,
    collected.effective_cost as expected_effective_cost,
    allocated.effective_cost as found_effective_cost
from collected
left join allocated
    on
        collected.billing_period = allocated.billing_period
        and collected.billing_currency = allocated.billing_currency
        and collected.x_pool = allocated.x_pool
where
    collected.billed_cost is distinct from allocated.billed_cost
    or collected.effective_cost is distinct from allocated.effective_cost
