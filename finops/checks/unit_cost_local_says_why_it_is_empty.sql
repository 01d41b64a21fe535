-- Days whose measures are empty without a reason, or have both a number and a reason.
select
    charge_date,
    x_service,
    billing_currency
from marts.unit_cost_local
where
    (x_effective_cost_per_order is null) = (x_per_order_reason is null)
    or (x_effective_cost_to_revenue is null) = (x_to_revenue_reason is null)
    or (x_exchange_rate is null) = (x_reporting_reason is null)
