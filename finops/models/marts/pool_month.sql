-- One row per month, pool, payer, driver and billing currency: the part of the pool's cost he carries.
-- Cost is before recoverable tax. A payer that is the pool itself keeps what its instances left idle.
select
    billing_period,
    x_allocated_from as x_pool,
    x_team,
    x_driver,
    billing_currency,
    sum(case when x_entry = 'vat_receivable' then 0 else list_cost end) as list_cost,
    sum(case when x_entry = 'vat_receivable' then 0 else billed_cost end) as billed_cost,
    sum(case when x_entry = 'vat_receivable' then 0 else effective_cost end) as effective_cost,
    sum(case when x_entry = 'vat_receivable' then billed_cost else 0 end) as x_billed_tax,
    sum(case when x_entry = 'vat_receivable' then effective_cost else 0 end) as x_effective_tax
from facts.allocated_cost
where
    x_allocated_from is not null
    and x_driver <> 'commitment_benefit'
group by billing_period, x_allocated_from, x_team, x_driver, billing_currency
