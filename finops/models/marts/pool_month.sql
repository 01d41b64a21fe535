-- One row per month, pool, payer, driver and billing currency: the part of the pool's cost he carries.
-- A payer that is the pool itself keeps what its instances left idle.
select
    billing_period,
    x_allocated_from as x_pool,
    x_team,
    x_driver,
    billing_currency,
    sum(list_cost) as list_cost,
    sum(billed_cost) as billed_cost,
    sum(effective_cost) as effective_cost
from facts.allocated_cost
where
    x_allocated_from is not null
    and x_driver <> 'commitment_benefit'
group by billing_period, x_allocated_from, x_team, x_driver, billing_currency
