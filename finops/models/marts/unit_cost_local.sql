-- One row per day of the company and service that has cost; the service `*` is the whole company.
-- Unique: charge_date, x_service, billing_currency.
-- Where the bill has hours, days are those of the project's `timezone`, else UTC days: x_day_zone says.
-- Cost is before recoverable tax, which counts on its UTC day.
-- Charges that span more than an hour count on the UTC day of that date: x_undivided_effective_cost.
-- Reads all months.
with cost as (
    select
        charge_date,
        x_key as x_service,
        billing_currency,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(x_billed_tax) as x_billed_tax,
        sum(x_effective_tax) as x_effective_tax,
        sum(x_day_effective_cost) as x_day_effective_cost,
        coalesce(sum(x_hourly_effective_cost), 0) as x_hourly_effective_cost,
        coalesce(sum(x_other_day_billed_cost), 0) as x_other_day_billed_cost,
        coalesce(sum(x_other_day_effective_cost), 0) as x_other_day_effective_cost
    from facts.measured_cost
    where x_scope in ('company', 'service')
    group by charge_date, x_key, billing_currency
),

-- A daily bill may have a charge of a moment on some day.
hourly_months as (
    select strftime(charge_date, '%Y-%m') as month
    from (
        select charge_date, sum(x_hourly_effective_cost) as x_hourly_effective_cost
        from cost
        where x_service = '*'
        group by charge_date
        -- A fee for the month tells nothing of the hours of its days.
        having sum(x_day_effective_cost) <> 0
    ) as days
    group by strftime(charge_date, '%Y-%m')
    having 2 * sum(case when x_hourly_effective_cost <> 0 then 1 else 0 end) >= count(*)
),

bill_days as (
    select
        cost.charge_date,
        strftime(cost.charge_date, '%Y-%m') in (select month from hourly_months) as is_hourly,
        max(days.x_day_zone) as x_day_zone,
        -- Clocks ahead of UTC are in the next day already, those behind it in the last one.
        max(case when days.x_start > days.date then days.date - 1 else days.date + 1 end)
            as other_date
    from cost
    inner join business.zone_days as days
        on
            cost.charge_date = days.date
            and days.is_local
    where cost.x_service = '*'
    group by cost.charge_date
),

-- Hours that are another day of the zone.
moved_cost as (
    select
        cost.charge_date,
        bill_days.other_date,
        cost.x_service,
        cost.billing_currency,
        cost.x_other_day_billed_cost,
        cost.x_other_day_effective_cost
    from cost
    inner join bill_days
        on cost.charge_date = bill_days.charge_date
    where bill_days.is_hourly
),

parts as (
    select
        charge_date as x_date,
        x_service,
        billing_currency,
        billed_cost,
        effective_cost,
        x_billed_tax,
        x_effective_tax,
        effective_cost - x_hourly_effective_cost as x_undivided_effective_cost
    from cost
    union all
    select
        charge_date as x_date,
        x_service,
        billing_currency,
        -x_other_day_billed_cost as billed_cost,
        -x_other_day_effective_cost as effective_cost,
        0 as x_billed_tax,
        0 as x_effective_tax,
        0 as x_undivided_effective_cost
    from moved_cost
    union all
    select
        other_date as x_date,
        x_service,
        billing_currency,
        x_other_day_billed_cost as billed_cost,
        x_other_day_effective_cost as effective_cost,
        0 as x_billed_tax,
        0 as x_effective_tax,
        0 as x_undivided_effective_cost
    from moved_cost
    where
        x_other_day_billed_cost <> 0
        or x_other_day_effective_cost <> 0
),

day_cost as (
    select
        x_date,
        x_service,
        billing_currency,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(x_billed_tax) as x_billed_tax,
        sum(x_effective_tax) as x_effective_tax,
        sum(x_undivided_effective_cost) as x_undivided_effective_cost
    from parts
    group by x_date, x_service, billing_currency
),

-- Which UTC days a day of the zone lies in, and whether the bill has hours of them.
zone_days as (
    select
        days.date,
        days.x_day_zone,
        cast(days.x_start as date) as first_date,
        cast(days.x_end - interval 1 second as date) as last_date
    from business.zone_days as days
    where days.is_local
),

known_days as (
    select
        zone_days.date,
        zone_days.x_day_zone,
        coalesce(first_days.is_hourly, false) or coalesce(last_days.is_hourly, false) as is_hourly,
        case
            when not coalesce(first_days.is_hourly, false) then zone_days.first_date
            when not coalesce(last_days.is_hourly, false) then zone_days.last_date
        end as missing_date
    from zone_days
    left join bill_days as first_days
        on zone_days.first_date = first_days.charge_date
    left join bill_days as last_days
        on zone_days.last_date = last_days.charge_date
),

reported_cost as (
    select
        day_cost.x_date as charge_date,
        case when known_days.is_hourly then known_days.x_day_zone else 'UTC' end as x_day_zone,
        day_cost.x_service,
        day_cost.billing_currency,
        day_cost.billed_cost,
        day_cost.effective_cost,
        day_cost.x_billed_tax,
        day_cost.x_effective_tax,
        day_cost.x_undivided_effective_cost,
        case when known_days.is_hourly then known_days.missing_date end as missing_date,
        case when known_days.is_hourly then local_orders.orders else daily_orders.orders end
            as x_orders,
        case when known_days.is_hourly then local_orders.x_gap else daily_orders.x_gap end
            as x_orders_gap,
        case
            when known_days.is_hourly then local_orders.x_day_zone else daily_orders.x_day_zone
        end as x_orders_day_zone,
        case when known_days.is_hourly then local_revenue.revenue else revenue.revenue end
            as x_revenue,
        case when known_days.is_hourly then local_revenue.currency else revenue.currency end
            as x_revenue_currency,
        case when known_days.is_hourly then local_revenue.x_gap else revenue.x_gap end
            as x_revenue_gap,
        case when known_days.is_hourly then local_revenue.x_day_zone else revenue.x_day_zone end
            as x_revenue_day_zone,
        month_orders.service is not null as is_by_month,
        rates.x_reporting_currency,
        rates.x_exchange_rate,
        cast(day_cost.effective_cost as decimal(28, 8))
        * cast(rates.x_exchange_rate as decimal(20, 10)) as x_reporting_effective_cost
    from day_cost
    inner join known_days
        on day_cost.x_date = known_days.date
    left join business.local_orders as local_orders
        on
            day_cost.x_date = local_orders.date
            and day_cost.x_service = local_orders.service
    left join business.daily_orders as daily_orders
        on
            day_cost.x_date = daily_orders.date
            and day_cost.x_service = daily_orders.service
    left join business.monthly_orders as month_orders
        on
            substr(cast(day_cost.x_date as varchar), 1, 7) = month_orders.billing_period
            and day_cost.x_service = month_orders.service
    left join business.local_revenue as local_revenue
        on
            day_cost.x_date = local_revenue.date
            and day_cost.x_service = local_revenue.service
    left join business.revenue as revenue
        on
            day_cost.x_date = revenue.date
            and day_cost.x_service = revenue.service
    left join facts.exchange_rates as rates
        on
            substr(cast(day_cost.x_date as varchar), 1, 7) = rates.billing_period
            and day_cost.billing_currency = rates.billing_currency
),

reasoned as (
    select
        *,
        -- Why a measure is empty: finops/models/reasons.py says it in words.
        case
            when missing_date is not null then 'no_hours'
            when x_orders_gap is not null then 'orders_gap'
            when x_orders is null and is_by_month then 'orders_by_month'
            when x_orders is null then 'no_orders'
            when x_orders = 0 then 'zero_orders'
        end as x_per_order_reason,
        case
            when missing_date is not null then 'no_hours'
            when x_revenue_gap = 'several currencies' then 'several_currencies'
            when x_revenue_gap is not null then 'revenue_gap'
            when x_revenue is null then 'no_revenue'
            when x_revenue = 0 then 'zero_revenue'
            when x_revenue_currency = billing_currency then null
            when x_revenue_currency is distinct from x_reporting_currency then 'revenue_currency'
            when x_exchange_rate is null then 'no_rate'
        end as x_to_revenue_reason
    from reported_cost
),

-- A measure that has a reason to be empty is empty, and so is what it would be divided by.
divisors as (
    select
        *,
        case when x_per_order_reason is null then x_orders end as orders,
        case when x_to_revenue_reason is null then x_revenue end as revenue
    from reasoned
)

select
    charge_date,
    x_day_zone,
    x_service,
    billing_currency,
    billed_cost,
    effective_cost,
    x_billed_tax,
    x_effective_tax,
    x_undivided_effective_cost,
    orders as x_orders,
    x_orders_day_zone,
    revenue as x_revenue,
    x_revenue_currency,
    x_revenue_day_zone,
    x_reporting_currency,
    x_exchange_rate,
    x_reporting_effective_cost,
    cast(billed_cost as double) / orders as x_billed_cost_per_order,
    cast(effective_cost as double) / orders as x_effective_cost_per_order,
    cast(x_reporting_effective_cost as double) / orders as x_reporting_effective_cost_per_order,
    cast(
        case x_revenue_currency
            when billing_currency then effective_cost
            when x_reporting_currency then x_reporting_effective_cost
        end as double
    ) / cast(revenue as double) as x_effective_cost_to_revenue,
    x_per_order_reason,
    x_to_revenue_reason,
    case when x_exchange_rate is null then 'no_rate' end as x_reporting_reason,
    missing_date as x_missing_date,
    x_orders_gap,
    x_revenue_gap
from divisors
