"""Ask a build for what a statement shows; `$period` and `$currency` choose the month."""

__all__ = [
    "BUDGETS",
    "COMPANY",
    "GAPS",
    "MONTHS",
    "RESOURCES",
    "SERVICES",
    "TEAMS",
    "TRUST",
    "UNIT_COST",
]

MONTHS = """
select billing_period, billing_currency
from marts.trust_header
order by billing_period, billing_currency
"""

TEAMS = "select team as key, name, name_ko from mappings.teams order by team"

SERVICES = "select service as key, name, name_ko from mappings.services order by service"

# The newest months up to the one asked for, newest first.
COMPANY = """
select
    billing_period,
    effective_cost,
    x_reporting_currency,
    x_effective_cost_per_order,
    x_reporting_effective_cost_per_order,
    x_effective_cost_to_revenue,
    x_effective_variance,
    x_budget
from marts.unit_cost_month
where
    x_scope = 'company'
    and billing_currency = $currency
    and billing_period <= $period
order by billing_period desc
limit 13
"""

BUDGETS = """
select x_team, x_own_effective_cost, x_effective_tax, x_budget, x_exchange_rate
from marts.team_month
where billing_period = $period and billing_currency = $currency
"""

UNIT_COST = """
with days as (
    select *
    from marts.unit_cost
    where
        billing_period = $period
        and billing_currency = $currency
        and x_service not in ('*', 'unowned')
)

select
    services.team as x_team,
    days.x_service,
    sum(days.effective_cost) as effective_cost,
    coalesce(sum(days.x_orders), max(months.x_orders)) as x_orders,
    sum(days.effective_cost) filter (
        where days.x_orders is not null or months.x_orders is not null
    ) as x_ordered_cost,
    count(*) filter (where days.x_orders is null and months.x_orders is null)
        as x_days_without_orders
from days
-- Orders that are known by month count once the bill has all of its days.
left join (
    select x_key, x_orders
    from marts.unit_cost_month
    where
        billing_period = $period
        and billing_currency = $currency
        and x_scope = 'service'
        and x_per_order_reason is null
        and (billing_period, x_key) in (select billing_period, service from business.monthly_orders)
) as months
    on days.x_service = months.x_key
inner join mappings.services
    on days.x_service = services.service
group by services.team, days.x_service
order by services.team, sum(days.effective_cost) desc, days.x_service
"""

RESOURCES = """
with resources as (
    select
        x_team,
        resource_id,
        service_name,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost
    from facts.owned_cost
    where
        billing_period = $period
        and billing_currency = $currency
        and resource_id is not null
        and x_entry is distinct from 'vat_receivable'
    group by x_team, resource_id, service_name
),

ranked as (
    select
        *,
        row_number() over (
            partition by x_team
            order by effective_cost desc, resource_id, service_name
        ) as x_rank
    from resources
)

select x_team, resource_id, service_name, billed_cost, effective_cost
from ranked
where x_rank <= 5
order by x_team, x_rank
"""

GAPS = """
select x_pool, count(*) as x_days
from marts.driver_gaps
where billing_period = $period and billing_currency = $currency
group by x_pool
"""

TRUST = """
from marts.trust_header
where billing_period = $period and billing_currency = $currency
"""
