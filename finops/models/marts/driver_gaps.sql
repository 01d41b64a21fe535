-- One row per month, day, billing currency and pool that was not split as it asks, and what was done.
-- Unique: billing_period, charge_date, billing_currency, x_pool, x_driver.
with pools as (
    select
        pool_days.billing_period,
        pool_days.charge_date,
        pool_days.billing_currency,
        pool_days.x_pool,
        case shared_costs.method
            when 'proportional' then 'effective_cost'
            when 'driver' then shared_costs.driver
            else shared_costs.method
        end as x_driver,
        pool_days.effective_cost
    from pools.pool_days
    inner join mappings.shared_costs
        on pool_days.x_pool = shared_costs.pool
),

-- All weights of a pool's day are told by one driver of one date.
used_drivers as (
    select
        billing_period,
        charge_date,
        billing_currency,
        x_pool,
        min(x_driver) as x_used_driver,
        min(x_driver_date) as x_used_date
    from pools.pool_weights
    group by billing_period, charge_date, billing_currency, x_pool
),

split_pools as (
    select distinct
        billing_period,
        charge_date,
        billing_currency,
        x_pool
    from pools.pool_shares
),

-- Days of a driver of which hours are missing: their known hours are the weights.
driver_hours as (
    select
        driver,
        date,
        min(x_gap) as x_gap
    from business.drivers
    where x_gap is not null
    group by driver, date
    union all
    select
        'orders' as driver,
        orders.date,
        min(orders.x_gap) as x_gap
    from business.daily_orders as orders
    inner join mappings.service_days as services
        on
            orders.service = services.service
            and orders.date >= services.valid_from
            and orders.date < services.valid_to
    where
        orders.x_gap is not null
        and services.team is not null
    group by orders.date
)

select
    pools.billing_period,
    pools.charge_date,
    pools.billing_currency,
    pools.x_pool,
    pools.x_driver,
    -- A pool that only feeds pools which feed it has nobody to pay on that day.
    case when split_pools.x_pool is null then 'kept' else used_drivers.x_used_driver end
        as x_used_driver,
    case when split_pools.x_pool is not null then used_drivers.x_used_date end as x_used_date,
    case when split_pools.x_pool is not null then driver_hours.x_gap end as x_gap,
    pools.effective_cost
from pools
left join used_drivers
    on
        pools.billing_period = used_drivers.billing_period
        and pools.charge_date = used_drivers.charge_date
        and pools.billing_currency = used_drivers.billing_currency
        and pools.x_pool = used_drivers.x_pool
left join split_pools
    on
        pools.billing_period = split_pools.billing_period
        and pools.charge_date = split_pools.charge_date
        and pools.billing_currency = split_pools.billing_currency
        and pools.x_pool = split_pools.x_pool
left join driver_hours
    on
        used_drivers.x_used_driver = driver_hours.driver
        and used_drivers.x_used_date = driver_hours.date
where
    split_pools.x_pool is null
    or used_drivers.x_used_driver <> pools.x_driver
    or used_drivers.x_used_date <> pools.charge_date
    or driver_hours.x_gap is not null

union all

-- The fee of this commitment is owned by nobody, so its benefit stays with who used it.
select
    billing_period,
    charge_date,
    billing_currency,
    x_team as x_pool,
    'commitment_benefit' as x_driver,
    'kept' as x_used_driver,
    cast(null as date) as x_used_date,
    cast(null as varchar) as x_gap,
    sum(x_commitment_benefit) as effective_cost
from facts.commitment_benefits
where x_buyer_team is null
group by billing_period, charge_date, billing_currency, x_team
