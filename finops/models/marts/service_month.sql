-- One row per month, service of the company, team and billing currency: its cost before any sharing.
select
    owned_cost.billing_period,
    owned_cost.x_service,
    owned_cost.x_team,
    owned_cost.billing_currency,
    sum(owned_cost.list_cost) as list_cost,
    sum(owned_cost.billed_cost) as billed_cost,
    sum(owned_cost.effective_cost) as effective_cost,
    rates.x_reporting_currency,
    rates.x_exchange_rate,
    cast(sum(owned_cost.billed_cost) as decimal(28, 8))
    * cast(rates.x_exchange_rate as decimal(20, 10)) as x_reporting_billed_cost,
    cast(sum(owned_cost.effective_cost) as decimal(28, 8))
    * cast(rates.x_exchange_rate as decimal(20, 10)) as x_reporting_effective_cost
from facts.owned_cost
inner join facts.exchange_rates as rates
    on
        owned_cost.billing_period = rates.billing_period
        and owned_cost.billing_currency = rates.billing_currency
group by
    owned_cost.billing_period,
    owned_cost.x_service,
    owned_cost.x_team,
    owned_cost.billing_currency,
    rates.x_reporting_currency,
    rates.x_exchange_rate
