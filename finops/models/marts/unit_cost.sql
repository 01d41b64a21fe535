-- One row per billing month, UTC day and service that has cost; the service `*` is the whole company.
-- Unique: charge_date, billing_period, x_service, billing_currency.
-- Sums to the bill where x_service = '*'.
-- Cost is before recoverable tax.
-- Orders and revenue that are known by day only are of days of x_orders_day_zone, x_revenue_day_zone.
with cost as (
    select
        billing_period,
        charge_date,
        x_key as x_service,
        billing_currency,
        billed_cost,
        effective_cost,
        x_billed_tax,
        x_effective_tax,
        billed_cost - x_one_off_billed_cost as x_recurring_billed_cost,
        effective_cost - x_one_off_effective_cost as x_recurring_effective_cost
    from facts.measured_cost
    where x_scope in ('company', 'service')
),

-- Orders of a month are never spread over its days.
month_orders as (
    select distinct
        billing_period,
        service
    from business.monthly_orders
),

reported_cost as (
    select
        cost.billing_period,
        cost.charge_date,
        cost.x_service,
        cost.billing_currency,
        cost.billed_cost,
        cost.effective_cost,
        cost.x_billed_tax,
        cost.x_effective_tax,
        cost.x_recurring_billed_cost,
        cost.x_recurring_effective_cost,
        -- A late charge for an earlier month must not count that day's orders again.
        cost.billing_period = substr(cast(cost.charge_date as varchar), 1, 7) as is_of_its_month,
        daily_orders.orders as x_orders,
        daily_orders.x_gap as x_orders_gap,
        daily_orders.x_day_zone as x_orders_day_zone,
        month_orders.service is not null as is_by_month,
        revenue.revenue as x_revenue,
        revenue.x_gap as x_revenue_gap,
        revenue.x_day_zone as x_revenue_day_zone,
        case when revenue.revenue is not null then revenue.currency end as x_revenue_currency,
        rates.x_reporting_currency,
        rates.x_exchange_rate,
        cast(cost.billed_cost as decimal(28, 8)) * cast(rates.x_exchange_rate as decimal(20, 10))
            as x_reporting_billed_cost,
        cast(cost.effective_cost as decimal(28, 8)) * cast(rates.x_exchange_rate as decimal(20, 10))
            as x_reporting_effective_cost
    from cost
    inner join facts.exchange_rates as rates
        on
            cost.billing_period = rates.billing_period
            and cost.billing_currency = rates.billing_currency
    left join business.daily_orders as daily_orders
        on
            cost.charge_date = daily_orders.date
            and cost.billing_period = substr(cast(cost.charge_date as varchar), 1, 7)
            and cost.x_service = daily_orders.service
    left join month_orders
        on
            cost.billing_period = month_orders.billing_period
            and cost.x_service = month_orders.service
    left join business.revenue as revenue
        on
            cost.charge_date = revenue.date
            and cost.billing_period = substr(cast(cost.charge_date as varchar), 1, 7)
            and cost.x_service = revenue.service
)

select
    billing_period,
    charge_date,
    x_service,
    billing_currency,
    billed_cost,
    effective_cost,
    x_billed_tax,
    x_effective_tax,
    x_recurring_billed_cost,
    x_recurring_effective_cost,
    'UTC' as x_day_zone,
    x_orders,
    x_orders_day_zone,
    x_revenue,
    x_revenue_currency,
    x_revenue_day_zone,
    x_reporting_currency,
    x_exchange_rate,
    x_reporting_billed_cost,
    x_reporting_effective_cost,
    cast(billed_cost as double) / nullif(x_orders, 0) as x_billed_cost_per_order,
    cast(effective_cost as double) / nullif(x_orders, 0) as x_effective_cost_per_order,
    cast(x_recurring_billed_cost as double) / nullif(x_orders, 0)
        as x_recurring_billed_cost_per_order,
    cast(x_recurring_effective_cost as double) / nullif(x_orders, 0)
        as x_recurring_effective_cost_per_order,
    cast(x_reporting_effective_cost as double) / nullif(x_orders, 0)
        as x_reporting_effective_cost_per_order,
    -- Cost and revenue divide only in one currency.
    cast(
        case x_revenue_currency
            when x_reporting_currency then x_reporting_billed_cost
            when billing_currency then billed_cost
        end as double
    ) / nullif(cast(x_revenue as double), 0) as x_billed_cost_to_revenue,
    cast(
        case x_revenue_currency
            when x_reporting_currency then x_reporting_effective_cost
            when billing_currency then effective_cost
        end as double
    ) / nullif(cast(x_revenue as double), 0) as x_effective_cost_to_revenue,
    -- Why a measure is empty: finops/models/reasons.py says it in words.
    case
        when not is_of_its_month then 'late_orders'
        when x_orders is null and is_by_month then 'orders_by_month'
        when x_orders_gap is not null then 'orders_gap'
        when x_orders is null then 'no_orders'
        when x_orders = 0 then 'zero_orders'
    end as x_per_order_reason,
    case
        when not is_of_its_month then 'late_revenue'
        when x_revenue_gap = 'several currencies' then 'several_currencies'
        when x_revenue_gap is not null then 'revenue_gap'
        when x_revenue is null then 'no_revenue'
        when x_revenue = 0 then 'zero_revenue'
        when x_revenue_currency = billing_currency then null
        when x_revenue_currency <> x_reporting_currency then 'revenue_currency'
        when x_exchange_rate is null then 'no_rate'
    end as x_to_revenue_reason,
    case when x_exchange_rate is null then 'no_rate' end as x_reporting_reason,
    x_orders_gap,
    x_revenue_gap
from reported_cost
