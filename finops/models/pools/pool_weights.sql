-- One row per month, day, billing currency, pool and target: the part of the pool's cost it gets directly.
with choices as (
    select
        billing_period,
        charge_date,
        billing_currency,
        x_pool,
        min(x_choice) as x_choice
    from pools.pool_quantities
    group by billing_period, charge_date, billing_currency, x_pool
)

select
    quantities.billing_period,
    quantities.charge_date,
    quantities.billing_currency,
    quantities.x_pool,
    quantities.x_target,
    quantities.x_choice,
    quantities.x_driver,
    quantities.x_driver_date,
    quantities.x_quantity as x_weight
from pools.pool_quantities as quantities
inner join choices
    on
        quantities.billing_period = choices.billing_period
        and quantities.charge_date = choices.charge_date
        and quantities.billing_currency = choices.billing_currency
        and quantities.x_pool = choices.x_pool
        and quantities.x_choice = choices.x_choice
