-- One row per month, day, billing currency, pool, target and way to split: the quantity that counts.
-- Of a pool's ways the smallest x_choice with a quantity is taken: 1 is what its method asks for.
with pool_days as (
    select
        pool_days.billing_period,
        pool_days.charge_date,
        pool_days.billing_currency,
        pool_days.x_pool,
        pools.method,
        pools.driver,
        pools.missing_driver
    from pools.pool_days
    inner join mappings.shared_costs as pools
        on pool_days.x_pool = pools.pool
),

own_cost as (
    select
        billing_period,
        charge_date,
        billing_currency,
        x_team,
        -- In ten-billionths, the last digit of the bill, as whole numbers: their shares are exact.
        cast(cast(sum(effective_cost) as decimal(28, 10)) * 10000000000 as decimal(38, 0))
            as cost_units
    from pools.collected_cost
    group by billing_period, charge_date, billing_currency, x_team
),

own_month_cost as (
    select
        billing_period,
        billing_currency,
        x_team,
        sum(cost_units) as cost_units
    from own_cost
    group by billing_period, billing_currency, x_team
),

driver_quantities as (
    select
        driver,
        date,
        team,
        cast(quantity * 1000000 as decimal(38, 0)) as quantity
    from business.drivers
    union all
    select
        'orders' as driver,
        orders.date,
        services.team,
        cast(sum(orders.x_known_orders) as decimal(38, 0)) as quantity
    from business.daily_orders as orders
    inner join mappings.service_days as services
        on
            orders.service = services.service
            and orders.date >= services.valid_from
            and orders.date < services.valid_to
    where services.team is not null
    group by orders.date, services.team
),

pool_drivers as (
    select
        targets.pool,
        targets.target,
        quantities.date,
        quantities.quantity
    from mappings.pool_targets as targets
    inner join mappings.shared_costs
        on targets.pool = shared_costs.pool
    inner join driver_quantities as quantities
        on
            shared_costs.driver = quantities.driver
            and targets.target = quantities.team
    where quantities.quantity > 0
),

driver_dates as (
    select distinct
        pool,
        date
    from pool_drivers
),

-- A day without a quantity counts by the last day that has one, where the pool says so.
counted_dates as (
    select
        pool_days.billing_period,
        pool_days.charge_date,
        pool_days.billing_currency,
        pool_days.x_pool,
        pool_days.driver,
        max(driver_dates.date) as x_driver_date
    from pool_days
    inner join driver_dates
        on
            pool_days.x_pool = driver_dates.pool
            and (
                pool_days.charge_date = driver_dates.date
                or (pool_days.missing_driver = 'previous' and pool_days.charge_date > driver_dates.date)
            )
    group by
        pool_days.billing_period,
        pool_days.charge_date,
        pool_days.billing_currency,
        pool_days.x_pool,
        pool_days.driver
)

select
    pool_days.billing_period,
    pool_days.charge_date,
    pool_days.billing_currency,
    pool_days.x_pool,
    targets.target as x_target,
    case
        when pool_days.method = 'even' then 1
        when pool_days.method = 'proportional' or pool_days.missing_driver = 'proportional' then 4
        else 2
    end as x_choice,
    'even' as x_driver,
    cast(null as date) as x_driver_date,
    cast(1 as decimal(38, 0)) as x_quantity
from pool_days
inner join mappings.pool_targets as targets
    on pool_days.x_pool = targets.pool
where
    pool_days.method in ('even', 'proportional')
    or pool_days.missing_driver in ('even', 'proportional')

union all

select
    pool_days.billing_period,
    pool_days.charge_date,
    pool_days.billing_currency,
    pool_days.x_pool,
    targets.target as x_target,
    case when pool_days.method = 'proportional' then 1 else 2 end as x_choice,
    'effective_cost' as x_driver,
    cast(null as date) as x_driver_date,
    own_cost.cost_units as x_quantity
from pool_days
inner join mappings.pool_targets as targets
    on pool_days.x_pool = targets.pool
inner join own_cost
    on
        pool_days.billing_period = own_cost.billing_period
        and pool_days.charge_date = own_cost.charge_date
        and pool_days.billing_currency = own_cost.billing_currency
        and targets.target = own_cost.x_team
where
    -- What a team was credited more than it used takes no part of others' cost.
    own_cost.cost_units > 0
    and (pool_days.method = 'proportional' or pool_days.missing_driver = 'proportional')

union all

-- A day on which none of them used anything, such as that of a fee, follows the whole month.
select
    pool_days.billing_period,
    pool_days.charge_date,
    pool_days.billing_currency,
    pool_days.x_pool,
    targets.target as x_target,
    3 as x_choice,
    'month_effective_cost' as x_driver,
    cast(null as date) as x_driver_date,
    own_month_cost.cost_units as x_quantity
from pool_days
inner join mappings.pool_targets as targets
    on pool_days.x_pool = targets.pool
inner join own_month_cost
    on
        pool_days.billing_period = own_month_cost.billing_period
        and pool_days.billing_currency = own_month_cost.billing_currency
        and targets.target = own_month_cost.x_team
where
    own_month_cost.cost_units > 0
    and (pool_days.method = 'proportional' or pool_days.missing_driver = 'proportional')

union all

select
    pool_days.billing_period,
    pool_days.charge_date,
    pool_days.billing_currency,
    pool_days.x_pool,
    shares.team as x_target,
    1 as x_choice,
    'fixed' as x_driver,
    cast(null as date) as x_driver_date,
    cast(shares.share * 1000000000000000 as decimal(38, 0)) as x_quantity
from pool_days
inner join mappings.shared_cost_shares as shares
    on
        pool_days.x_pool = shares.pool
        and pool_days.charge_date >= shares.valid_from
        and pool_days.charge_date < shares.valid_to

union all

select
    counted_dates.billing_period,
    counted_dates.charge_date,
    counted_dates.billing_currency,
    counted_dates.x_pool,
    pool_drivers.target as x_target,
    1 as x_choice,
    counted_dates.driver as x_driver,
    counted_dates.x_driver_date,
    pool_drivers.quantity as x_quantity
from counted_dates
inner join pool_drivers
    on
        counted_dates.x_pool = pool_drivers.pool
        and counted_dates.x_driver_date = pool_drivers.date

union all

-- What no instance tells, such as the fee of a cluster, follows all split rows of the pool's day.
select
    instances.billing_period,
    instances.charge_date,
    instances.billing_currency,
    instances.x_pool,
    split_owners.x_team as x_target,
    1 as x_choice,
    'split_cost' as x_driver,
    cast(null as date) as x_driver_date,
    cast(cast(sum(split_owners.x_split_cost) as decimal(28, 10)) * 10000000000 as decimal(38, 0))
        as x_quantity
from (
    select distinct
        billing_period,
        charge_date,
        billing_currency,
        x_team as x_pool,
        x_parent_resource_id
    from pools.collected_cost
    where x_parent_resource_id is not null
) as instances
inner join pools.split_owners
    on
        instances.billing_period = split_owners.billing_period
        and instances.charge_date = split_owners.charge_date
        and instances.billing_currency = split_owners.billing_currency
        and instances.x_parent_resource_id = split_owners.x_parent_resource_id
where split_owners.x_team <> instances.x_pool
group by
    instances.billing_period,
    instances.charge_date,
    instances.billing_currency,
    instances.x_pool,
    split_owners.x_team
