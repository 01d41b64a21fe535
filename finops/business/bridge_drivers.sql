-- One row per month, currency and service that orders are counted for: days with charges, orders and revenue.
with days as (
    select
        billing_period,
        billing_currency,
        count(distinct charge_date) as x_days
    from marts.unit_cost
    where x_service = '*' and substr(cast(charge_date as varchar), 1, 7) = billing_period
    group by billing_period, billing_currency
),

totals as (
    select
        billing_period,
        billing_currency,
        x_service,
        count(*) as x_service_days,
        count(x_orders) as x_days_with_orders,
        sum(x_orders) as x_orders,
        max(charge_date) as last_date,
        count(x_revenue) as x_days_with_revenue,
        sum(x_revenue) as x_revenue,
        min(x_revenue_currency) as x_revenue_currency,
        count(distinct x_revenue_currency) as x_revenue_currencies
    from marts.unit_cost
    where substr(cast(charge_date as varchar), 1, 7) = billing_period
    group by billing_period, billing_currency, x_service
)

select
    totals.billing_period,
    totals.billing_currency,
    totals.x_service,
    days.x_days,
    totals.x_service_days,
    -- Orders by month are those of all its days: they count if the bill has all of them.
    case
        when month_orders.orders is null then totals.x_days_with_orders
        when days.x_days = extract(day from last_day(totals.last_date)) then totals.x_service_days
        else 0
    end as x_days_with_orders,
    coalesce(month_orders.orders, totals.x_orders) as x_orders,
    totals.x_days_with_revenue,
    totals.x_revenue,
    totals.x_revenue_currency,
    totals.x_revenue_currencies,
    rates.x_reporting_currency,
    rates.x_exchange_rate
from totals
inner join days
    on
        totals.billing_period = days.billing_period
        and totals.billing_currency = days.billing_currency
left join business.monthly_orders as month_orders
    on
        totals.billing_period = month_orders.billing_period
        and totals.x_service = month_orders.service
left join facts.exchange_rates as rates
    on
        totals.billing_period = rates.billing_period
        and totals.billing_currency = rates.billing_currency
