-- One row per month, day, billing currency and pool that has cost to split, or may be given some.
with pool_cost as (
    select
        costs.billing_period,
        costs.charge_date,
        costs.billing_currency,
        costs.x_team as x_pool,
        sum(costs.effective_cost) as effective_cost
    from pools.collected_cost as costs
    inner join mappings.shared_costs
        on costs.x_team = shared_costs.pool
    where
        costs.list_cost <> 0
        or costs.contracted_cost <> 0
        or costs.billed_cost <> 0
        or costs.effective_cost <> 0
        or costs.x_unblended_cost <> 0
    group by
        costs.billing_period,
        costs.charge_date,
        costs.billing_currency,
        costs.x_team
),

days as (
    select distinct
        billing_period,
        charge_date,
        billing_currency
    from pool_cost
),

-- Those that other pools name, and those whose pods run on another pool's instances.
receiving_pools as (
    select
        days.billing_period,
        days.charge_date,
        days.billing_currency,
        targets.target as x_pool
    from days
    cross join mappings.pool_targets as targets
    union
    select
        billing_period,
        charge_date,
        billing_currency,
        x_team as x_pool
    from pools.split_owners
)

select
    days.billing_period,
    days.charge_date,
    days.billing_currency,
    pools.pool as x_pool,
    coalesce(pool_cost.effective_cost, 0) as effective_cost
from days
cross join mappings.shared_costs as pools
left join pool_cost
    on
        days.billing_period = pool_cost.billing_period
        and days.charge_date = pool_cost.charge_date
        and days.billing_currency = pool_cost.billing_currency
        and pools.pool = pool_cost.x_pool
left join receiving_pools
    on
        days.billing_period = receiving_pools.billing_period
        and days.charge_date = receiving_pools.charge_date
        and days.billing_currency = receiving_pools.billing_currency
        and pools.pool = receiving_pools.x_pool
where
    pool_cost.x_pool is not null
    or receiving_pools.x_pool is not null
