-- Measures that are empty without a reason, or have both a number and a reason.
select
    billing_period,
    x_scope,
    x_key,
    billing_currency
from marts.unit_cost_month
where
    (x_effective_cost_per_order is null) = (x_per_order_reason is null)
    or (x_effective_cost_to_revenue is null) = (x_to_revenue_reason is null)
    or (x_effective_variance is null) = (x_variance_reason is null)
    or (x_exchange_rate is null) = (x_reporting_reason is null)
