-- One row per month, service of the company, team and billing currency: its cost before any sharing.
-- Unique: billing_period, x_service, x_team, billing_currency.
-- Sums to the bill.
-- Cost is before recoverable tax.
with service_cost as (
    select
        billing_period,
        x_service,
        x_team,
        billing_currency,
        sum(x_pretax_list_cost) as list_cost,
        sum(x_pretax_billed_cost) as billed_cost,
        sum(x_pretax_effective_cost) as effective_cost,
        sum(x_billed_tax) as x_billed_tax,
        sum(x_effective_tax) as x_effective_tax
    from facts.owned_cost
    group by billing_period, x_service, x_team, billing_currency
)

select
    service_cost.*,
    rates.x_reporting_currency,
    rates.x_exchange_rate,
    cast(service_cost.billed_cost as decimal(28, 8))
    * cast(rates.x_exchange_rate as decimal(20, 10)) as x_reporting_billed_cost,
    cast(service_cost.effective_cost as decimal(28, 8))
    * cast(rates.x_exchange_rate as decimal(20, 10)) as x_reporting_effective_cost
from service_cost
inner join facts.exchange_rates as rates
    on
        service_cost.billing_period = rates.billing_period
        and service_cost.billing_currency = rates.billing_currency
