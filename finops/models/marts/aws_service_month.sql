-- One row per month and AWS service seen in any month, so that a service that ended shows its drop.
-- Unique: billing_period, service_name, billing_currency.
-- Sums to the bill.
-- Cost is before recoverable tax.
-- Reads all months.
with service_cost as (
    select
        billing_period,
        service_name,
        billing_currency,
        sum(x_pretax_list_cost) as list_cost,
        sum(x_pretax_billed_cost) as billed_cost,
        sum(x_pretax_effective_cost) as effective_cost,
        sum(x_billed_tax) as x_billed_tax,
        sum(x_effective_tax) as x_effective_tax
    from facts.owned_cost
    group by billing_period, service_name, billing_currency
),

months as (
    select
        billing_period,
        lag(billing_period) over (order by billing_period) as previous_billing_period
    from (select distinct billing_period from service_cost) as periods
),

services as (
    select distinct
        service_name,
        billing_currency
    from service_cost
)

select
    months.billing_period,
    services.service_name,
    services.billing_currency,
    coalesce(service_cost.list_cost, 0) as list_cost,
    coalesce(service_cost.billed_cost, 0) as billed_cost,
    coalesce(service_cost.effective_cost, 0) as effective_cost,
    coalesce(service_cost.x_billed_tax, 0) as x_billed_tax,
    coalesce(service_cost.x_effective_tax, 0) as x_effective_tax,
    case when months.previous_billing_period is not null
        then coalesce(service_cost.effective_cost, 0) - coalesce(previous.effective_cost, 0)
    end as x_effective_cost_change
from months
cross join services
left join service_cost
    on
        months.billing_period = service_cost.billing_period
        and services.service_name = service_cost.service_name
        and services.billing_currency = service_cost.billing_currency
left join service_cost as previous
    on
        months.previous_billing_period = previous.billing_period
        and services.service_name = previous.service_name
        and services.billing_currency = previous.billing_currency
