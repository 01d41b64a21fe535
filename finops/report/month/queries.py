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

# What the mart says is what every page says: without a number it has a reason.
UNIT_COST = """
select
    billing_period,
    x_orders,
    x_effective_cost_per_order,
    case when x_reporting_currency <> billing_currency then x_reporting_effective_cost_per_order end
        as x_reporting_effective_cost_per_order,
    x_effective_cost_to_revenue,
    x_per_order_reason,
    x_to_revenue_reason
from marts.unit_cost_month
where
    x_scope = 'company'
    and billing_period in ($period, $previous)
    and billing_currency = $currency
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
