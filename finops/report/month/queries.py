"""Ask the marts for the numbers of one month; `$period`, `$previous` and `$currency` choose."""

__all__ = [
    "BUDGETS",
    "COST",
    "CURRENCIES",
    "HAS_TEAMS",
    "MONTHS",
    "REPORTING_COST",
    "SERVICE_MOVERS",
    "TEAM_MOVERS",
    "TRUST",
    "UNIT_COST",
]

MONTHS = "select distinct billing_period from marts.aws_service_month order by billing_period"

CURRENCIES = """
select billing_currency
from marts.aws_service_month
where billing_period = $period
group by billing_currency
order by sum(abs(effective_cost)) desc, billing_currency
"""

COST = """
select
    billing_period,
    sum(billed_cost) as billed_cost,
    sum(effective_cost) as effective_cost,
    sum(x_billed_tax) as x_billed_tax,
    sum(list_cost) as list_cost,
    sum(list_cost) - sum(effective_cost) as x_savings
from marts.aws_service_month
where billing_period in ($period, $previous) and billing_currency = $currency
group by billing_period
"""

REPORTING_COST = """
select
    billing_period,
    sum(x_reporting_effective_cost) as x_reporting_effective_cost
from marts.team_month
where
    billing_period in ($period, $previous)
    and billing_currency = $currency
    and x_reporting_currency <> billing_currency
group by billing_period
"""

# The bill of a month may hold a charge of another month's day: its cost counts, that day's orders
# and revenue belong to the other month. Orders that are known by month count once the bill has all
# of its days.
UNIT_COST = """
with months as (
    select month_orders.billing_period, max(month_orders.orders) as month_orders
    from business.monthly_orders as month_orders
    inner join marts.unit_cost as days
        on
            month_orders.billing_period = strftime(days.charge_date, '%Y-%m')
            and month_orders.billing_period = days.billing_period
    where
        month_orders.service = '*'
        and days.x_service = '*'
        and days.billing_currency = $currency
    group by month_orders.billing_period
    having count(*) = day(last_day(max(days.charge_date)))
),

days as (
    select
        unit_cost.*,
        strftime(charge_date, '%Y-%m') = billing_period as is_in_month,
        x_effective_cost_to_revenue is not null as has_revenue,
        month_orders,
        charge_date || ': ' || orders.x_gap as order_gap,
        x_orders is not null or (is_in_month and month_orders is not null) as has_orders
    from marts.unit_cost as unit_cost
    left join months using (billing_period)
    left join business.daily_orders as orders
        on unit_cost.charge_date = orders.date and unit_cost.x_service = orders.service
    where
        x_service = '*'
        and billing_period in ($period, $previous)
        and billing_currency = $currency
)

select
    billing_period,
    count(*) filter (where is_in_month) as x_days,
    count(*) filter (where is_in_month and has_orders) as x_order_days,
    coalesce(sum(x_orders) filter (where is_in_month), max(month_orders)) as x_orders,
    sum(effective_cost) filter (where has_orders) as effective_cost,
    sum(x_reporting_effective_cost) filter (
        where has_orders and x_reporting_currency <> billing_currency
    ) as x_reporting_effective_cost,
    sum(x_effective_cost_to_revenue * cast(x_revenue as double)) as x_revenue_cost,
    sum(x_revenue) filter (where is_in_month and has_revenue) as x_revenue,
    min(order_gap) filter (where is_in_month) as x_order_gap
from days
group by billing_period
"""

TRUST = """
from marts.trust_header
where billing_currency = $currency
order by billing_period
"""

HAS_TEAMS = """
select count(*) > 0 as has_teams
from marts.team_month
where billing_period = $period and billing_currency = $currency and x_team <> 'unowned'
"""

SERVICE_MOVERS = """
select
    service_name as key,
    effective_cost - x_effective_cost_change as previous,
    effective_cost as current,
    x_effective_cost_change as change,
    case when effective_cost > x_effective_cost_change
        then cast(x_effective_cost_change as double)
        / cast(effective_cost - x_effective_cost_change as double)
    end as share
from marts.aws_service_month
where
    billing_period = $period
    and billing_currency = $currency
    and abs(x_effective_cost_change) >= 0.005
order by abs(x_effective_cost_change) desc, service_name
limit 5
"""

TEAM_MOVERS = """
with team_cost as (
    select
        x_team as key,
        coalesce(sum(effective_cost) filter (where billing_period = $previous), 0) as previous,
        coalesce(sum(effective_cost) filter (where billing_period = $period), 0) as current
    from marts.team_month
    where billing_period in ($period, $previous) and billing_currency = $currency
    group by x_team
)

select
    key,
    previous,
    current,
    current - previous as change,
    case when previous > 0 then cast(current - previous as double) / cast(previous as double) end
        as share
from team_cost
where $previous <> '' and abs(current - previous) >= 0.005
order by abs(current - previous) desc, key
limit 5
"""

BUDGETS = """
select
    x_team,
    x_own_effective_cost,
    x_budget,
    x_variance
from marts.team_month
where billing_period = $period and billing_currency = $currency and x_budget is not null
order by x_variance, x_team
"""
