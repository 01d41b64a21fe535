-- One row per month, pool, payer, driver and billing currency: the part of the pool's cost he carries.
-- Unique: billing_period, x_pool, x_team, x_driver, billing_currency.
-- Cost is before recoverable tax. A payer that is the pool itself keeps what its instances left idle.
select
    billing_period,
    x_allocated_from as x_pool,
    x_team,
    x_driver,
    billing_currency,
    sum(x_pretax_list_cost) as list_cost,
    sum(x_pretax_billed_cost) as billed_cost,
    sum(x_pretax_effective_cost) as effective_cost,
    sum(x_billed_tax) as x_billed_tax,
    sum(x_effective_tax) as x_effective_tax
from facts.allocated_cost
where
    x_allocated_from is not null
    and x_driver <> 'commitment_benefit'
group by billing_period, x_allocated_from, x_team, x_driver, billing_currency
