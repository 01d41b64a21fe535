-- One row per month, scope (company, team, service, product, cost_centre, aws_service), key and currency: the three measures of own cost.
-- Unique: billing_period, x_scope, x_key, billing_currency.
-- Cost is before recoverable tax, as budgets are.
with measured_cost as (
    select
        billing_period,
        x_scope,
        x_key,
        billing_currency,
        -- Only services have orders and revenue of their own; all others share the company's.
        case when x_scope = 'service' then x_key else '*' end as x_orders_of,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(x_billed_tax) as x_billed_tax,
        sum(x_effective_tax) as x_effective_tax,
        sum(billed_cost) - sum(x_one_off_billed_cost) as x_recurring_billed_cost,
        sum(effective_cost) - sum(x_one_off_effective_cost) as x_recurring_effective_cost
    from facts.measured_cost
    group by billing_period, x_scope, x_key, billing_currency
),

cost as (
    select * from measured_cost
    union all
    -- Who has a budget and no cost has all of it left; a misspelt name shows so, too.
    select
        budgets.billing_period,
        budgets.x_scope,
        budgets.x_key,
        budgets.billing_currency,
        case when budgets.x_scope = 'service' then budgets.x_key else '*' end as x_orders_of,
        0 as billed_cost,
        0 as effective_cost,
        0 as x_billed_tax,
        0 as x_effective_tax,
        0 as x_recurring_billed_cost,
        0 as x_recurring_effective_cost
    from facts.budgets as budgets
    left join measured_cost
        on
            budgets.billing_period = measured_cost.billing_period
            and budgets.x_scope = measured_cost.x_scope
            and budgets.x_key = measured_cost.x_key
            and budgets.billing_currency = measured_cost.billing_currency
    where measured_cost.x_key is null
),

-- In an open month orders of days that the bill doesn't have yet would make an order look cheap.
bill_days as (
    select distinct
        billing_period,
        charge_date
    from facts.measured_cost
    where billing_period = substr(cast(charge_date as varchar), 1, 7)
),

month_days as (
    select billing_period, count(*) as x_bill_days
    from bill_days
    group by billing_period
),

month_orders as (
    select
        bill_days.billing_period,
        daily_orders.service,
        cast(sum(daily_orders.orders) as bigint) as x_orders,
        count(daily_orders.orders) as x_order_days,
        min_by(
            daily_orders.x_gap,
            case when daily_orders.x_gap is not null then daily_orders.date end
        ) as x_orders_gap,
        min(daily_orders.x_day_zone) as x_orders_day_zone,
        false as is_by_month
    from bill_days
    inner join business.daily_orders as daily_orders
        on bill_days.charge_date = daily_orders.date
    group by bill_days.billing_period, daily_orders.service
    union all
    -- Orders of a month are those of all its days, whatever the bill has of it.
    select
        billing_period,
        service,
        orders as x_orders,
        extract(day from last_day(cast(billing_period || '-01' as date))) as x_order_days,
        cast(null as varchar) as x_orders_gap,
        (select timezone from mappings.settings) as x_orders_day_zone,
        true as is_by_month
    from business.monthly_orders
),

-- Revenue in two currencies has no sum.
month_revenue as (
    select
        bill_days.billing_period,
        revenue.service,
        case when count(distinct revenue.currency) = 1 then sum(revenue.revenue) end as x_revenue,
        case
            when count(distinct revenue.currency) = 1 then max(revenue.currency)
            else 'several currencies'
        end as x_revenue_currency,
        count(revenue.revenue) as x_revenue_days,
        min_by(revenue.x_gap, case when revenue.x_gap is not null then revenue.date end)
            as x_revenue_gap,
        min(revenue.x_day_zone) as x_revenue_day_zone
    from bill_days
    inner join business.revenue as revenue
        on bill_days.charge_date = revenue.date
    group by bill_days.billing_period, revenue.service
),

known_budgets as (
    select
        billing_period,
        x_scope,
        x_key,
        billing_currency,
        x_budget,
        x_budget is null as is_without_rate
    from facts.budgets
),

budgets as (
    select * from known_budgets
    union all
    -- The company's budget is that of its teams, and unknown if one of them is.
    select
        billing_period,
        'company' as x_scope,
        '*' as x_key,
        billing_currency,
        case when not bool_or(is_without_rate) then sum(x_budget) end as x_budget,
        bool_or(is_without_rate) as is_without_rate
    from known_budgets
    where x_scope = 'team'
    group by billing_period, billing_currency
),

known as (
    select
        cost.*,
        month_days.x_bill_days,
        month_orders.x_orders,
        coalesce(month_orders.x_order_days, 0) as x_order_days,
        coalesce(month_orders.is_by_month, false) as is_by_month,
        month_orders.x_orders_gap,
        month_orders.x_orders_day_zone,
        month_revenue.x_revenue,
        month_revenue.x_revenue_currency,
        coalesce(month_revenue.x_revenue_days, 0) as x_revenue_days,
        month_revenue.x_revenue_gap,
        month_revenue.x_revenue_day_zone,
        cast(budgets.x_budget as decimal(38, 10)) as x_budget,
        coalesce(budgets.is_without_rate, false) as is_without_rate,
        rates.x_reporting_currency,
        rates.x_exchange_rate,
        -- What a cost is multiplied by before it is divided by the revenue.
        case month_revenue.x_revenue_currency
            when cost.billing_currency then 1
            when rates.x_reporting_currency then cast(rates.x_exchange_rate as double)
        end as revenue_rate
    from cost
    inner join facts.exchange_rates as rates
        on
            cost.billing_period = rates.billing_period
            and cost.billing_currency = rates.billing_currency
    left join month_days
        on cost.billing_period = month_days.billing_period
    left join month_orders
        on
            cost.billing_period = month_orders.billing_period
            and cost.x_orders_of = month_orders.service
    left join month_revenue
        on
            cost.billing_period = month_revenue.billing_period
            and cost.x_orders_of = month_revenue.service
    left join budgets
        on
            cost.billing_period = budgets.billing_period
            and cost.x_scope = budgets.x_scope
            and cost.x_key = budgets.x_key
            and cost.billing_currency = budgets.billing_currency
),

reasoned as (
    select
        *,
        -- Why a measure is empty: finops/models/reasons.py says it in words.
        case
            when x_orders is null and x_orders_gap is null then 'no_orders_of'
            when is_by_month and x_order_days > x_bill_days then 'orders_of_whole_month'
            when x_order_days < x_bill_days and x_orders_gap is null then 'order_days_missing'
            when x_order_days < x_bill_days then 'order_hours_missing'
            when x_orders = 0 then 'zero_orders'
        end as x_per_order_reason,
        case
            when x_revenue_days = 0 and x_revenue_gap is null then 'no_revenue_of'
            when x_revenue_days < x_bill_days and x_revenue_gap is null then 'revenue_days_missing'
            when x_revenue_days < x_bill_days then 'revenue_hours_missing'
            when x_revenue is null then 'several_currencies'
            when x_revenue = 0 then 'zero_revenue'
            when revenue_rate is null then 'no_rate_to_revenue'
        end as x_to_revenue_reason,
        case
            when x_budget is not null then null
            when x_scope in ('product', 'aws_service') then 'budgets_of_others'
            when is_without_rate then 'budget_without_rate'
            else 'no_budget'
        end as x_variance_reason,
        case when x_exchange_rate is null then 'no_rate_to_reporting' end as x_reporting_reason
    from known
),

-- A measure that has a reason to be empty is empty.
divisors as (
    select
        *,
        case when x_per_order_reason is null then x_orders end as orders,
        case when x_to_revenue_reason is null then cast(x_revenue as double) / revenue_rate end
            as revenue
    from reasoned
)

select
    billing_period,
    x_scope,
    x_key,
    billing_currency,
    billed_cost,
    effective_cost,
    x_billed_tax,
    x_effective_tax,
    x_recurring_billed_cost,
    x_recurring_effective_cost,
    x_bill_days,
    'UTC' as x_day_zone,
    x_orders_of,
    x_orders,
    x_order_days,
    x_orders_day_zone,
    x_revenue,
    x_revenue_currency,
    x_revenue_days,
    x_revenue_day_zone,
    x_budget,
    x_reporting_currency,
    x_exchange_rate,
    cast(billed_cost as double) / orders as x_billed_cost_per_order,
    cast(effective_cost as double) / orders as x_effective_cost_per_order,
    cast(x_recurring_billed_cost as double) / orders as x_recurring_billed_cost_per_order,
    cast(x_recurring_effective_cost as double) / orders as x_recurring_effective_cost_per_order,
    cast(billed_cost as double) / orders * cast(x_exchange_rate as double)
        as x_reporting_billed_cost_per_order,
    cast(effective_cost as double) / orders * cast(x_exchange_rate as double)
        as x_reporting_effective_cost_per_order,
    cast(x_recurring_billed_cost as double) / orders * cast(x_exchange_rate as double)
        as x_reporting_recurring_billed_cost_per_order,
    cast(x_recurring_effective_cost as double) / orders * cast(x_exchange_rate as double)
        as x_reporting_recurring_effective_cost_per_order,
    x_per_order_reason,
    cast(billed_cost as double) / revenue as x_billed_cost_to_revenue,
    cast(effective_cost as double) / revenue as x_effective_cost_to_revenue,
    cast(x_recurring_billed_cost as double) / revenue as x_recurring_billed_cost_to_revenue,
    cast(x_recurring_effective_cost as double) / revenue as x_recurring_effective_cost_to_revenue,
    x_to_revenue_reason,
    x_budget - billed_cost as x_billed_variance,
    x_budget - effective_cost as x_effective_variance,
    x_budget - x_recurring_billed_cost as x_recurring_billed_variance,
    x_budget - x_recurring_effective_cost as x_recurring_effective_variance,
    cast(x_budget - billed_cost as decimal(28, 8)) * cast(x_exchange_rate as decimal(20, 10))
        as x_reporting_billed_variance,
    cast(x_budget - effective_cost as decimal(28, 8)) * cast(x_exchange_rate as decimal(20, 10))
        as x_reporting_effective_variance,
    x_variance_reason,
    x_reporting_reason,
    x_orders_gap,
    x_revenue_gap,
    x_bill_days - x_order_days as x_missing_order_days,
    x_bill_days - x_revenue_days as x_missing_revenue_days
from divisors
