-- One row per month, team and billing currency: cost as published and as it would be.
-- Cost is before recoverable tax.
with sides as (
    select
        billing_period,
        x_team,
        billing_currency,
        billed_cost as old_billed_cost,
        effective_cost as old_effective_cost,
        0 as new_billed_cost,
        0 as new_effective_cost
    from published.allocated_cost
    where x_entry is distinct from 'vat_receivable'
    union all
    select
        billing_period,
        x_team,
        billing_currency,
        0 as old_billed_cost,
        0 as old_effective_cost,
        billed_cost as new_billed_cost,
        effective_cost as new_effective_cost
    from facts.allocated_cost
    where x_entry is distinct from 'vat_receivable'
),

sums as (
    select
        billing_period,
        x_team,
        billing_currency,
        sum(old_billed_cost) as old_billed_cost,
        sum(new_billed_cost) as new_billed_cost,
        sum(old_effective_cost) as old_effective_cost,
        sum(new_effective_cost) as new_effective_cost
    from sides
    group by billing_period, x_team, billing_currency
)

select
    sums.billing_period,
    sums.x_team,
    sums.billing_currency,
    sums.old_billed_cost as x_old_billed_cost,
    sums.new_billed_cost as x_new_billed_cost,
    sums.new_billed_cost - sums.old_billed_cost as x_billed_cost_change,
    sums.old_effective_cost as x_old_effective_cost,
    sums.new_effective_cost as x_new_effective_cost,
    sums.new_effective_cost - sums.old_effective_cost as x_effective_cost_change,
    rates.x_reporting_currency,
    cast(sums.new_billed_cost - sums.old_billed_cost as decimal(28, 10))
    * cast(rates.x_exchange_rate as decimal(20, 10)) as x_reporting_billed_cost_change,
    cast(sums.new_effective_cost - sums.old_effective_cost as decimal(28, 10))
    * cast(rates.x_exchange_rate as decimal(20, 10)) as x_reporting_effective_cost_change
from sums
inner join facts.exchange_rates as rates
    on
        sums.billing_period = rates.billing_period
        and sums.billing_currency = rates.billing_currency
order by sums.billing_period, sums.x_team, sums.billing_currency
