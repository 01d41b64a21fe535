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
select
    services.team as x_team,
    months.x_key as x_service,
    months.effective_cost,
    months.x_orders,
    months.x_effective_cost_per_order,
    greatest(months.x_bill_days - months.x_order_days, 0) as x_days_without_orders
from marts.unit_cost_month as months
inner join mappings.services
    on months.x_key = services.service
where
    months.billing_period = $period
    and months.billing_currency = $currency
    and months.x_scope = 'service'
    -- Who has a budget only has no unit cost.
    and months.effective_cost <> 0
order by services.team, months.effective_cost desc, months.x_key
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
