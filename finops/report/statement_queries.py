"""Ask a build for what a statement shows; `$period` and `$currency` choose the month."""

__all__ = [
    "BILL",
    "BUDGETS",
    "GAPS",
    "LINES",
    "MONTHS",
    "POOLS",
    "RESOURCES",
    "TEAMS",
    "TRUST",
    "UNIT_COST",
]

MONTHS = """
select billing_period, billing_currency
from marts.trust_header
order by billing_period, billing_currency
"""

TEAMS = "select team, name, name_ko, kind from mappings.teams"

BILL = """
select billed_cost, effective_cost
from marts.trust_header
where billing_period = $period and billing_currency = $currency
"""

# What a team pays for, and why. Several sources may have decided the owners of one line.
LINES = """
with sources as (
    select
        owned_cost.x_team,
        owned_cost.x_service,
        owned_cost.service_name,
        owned_cost.charge_category,
        owned_cost.x_cost_centre,
        concat_ws(
            ' ',
            owned_cost.x_owner_method,
            coalesce(owned_cost.x_rule_id, owned_cost.x_owner_source),
            case when rules.line is not null then '(rules.csv line ' || rules.line || ')' end
        ) as source,
        sum(abs(owned_cost.effective_cost)) as size
    from facts.owned_cost
    left join mappings.rules
        on owned_cost.x_rule_id = rules.rule_id
    where owned_cost.billing_period = $period and owned_cost.billing_currency = $currency
    group by
        owned_cost.x_team,
        owned_cost.x_service,
        owned_cost.service_name,
        owned_cost.charge_category,
        owned_cost.x_cost_centre,
        owned_cost.x_owner_method,
        owned_cost.x_rule_id,
        owned_cost.x_owner_source,
        rules.line
),

reasons as (
    select
        x_team,
        x_service,
        service_name,
        charge_category,
        x_cost_centre,
        string_agg(source, '; ' order by size desc, source) as x_reason
    from sources
    group by x_team, x_service, service_name, charge_category, x_cost_centre
),

lines as (
    select
        x_team,
        coalesce(x_allocated_from, '') as x_pool,
        coalesce(x_driver, '') as x_driver,
        x_service,
        coalesce(service_name, '') as service_name,
        coalesce(charge_category, '') as charge_category,
        x_cost_centre,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost
    from facts.allocated_cost
    where billing_period = $period and billing_currency = $currency
    group by
        x_team,
        coalesce(x_allocated_from, ''),
        coalesce(x_driver, ''),
        x_service,
        coalesce(service_name, ''),
        coalesce(charge_category, ''),
        x_cost_centre
)

select
    lines.x_team,
    lines.x_pool,
    lines.x_driver,
    lines.x_service,
    lines.service_name,
    lines.charge_category,
    lines.x_cost_centre,
    lines.billed_cost,
    lines.effective_cost,
    case
        when lines.x_pool = '' then coalesce(reasons.x_reason, '')
        else concat_ws(
            ' ',
            lines.x_pool,
            lines.x_driver,
            case when pools.line is not null then '(shared_costs.csv line ' || pools.line || ')' end
        )
    end as x_reason
from lines
left join reasons
    on
        lines.x_pool = ''
        and lines.x_team = reasons.x_team
        and lines.x_service = reasons.x_service
        and lines.service_name = coalesce(reasons.service_name, '')
        and lines.charge_category = coalesce(reasons.charge_category, '')
        and lines.x_cost_centre = reasons.x_cost_centre
left join mappings.shared_costs as pools
    on lines.x_pool = pools.pool
where lines.billed_cost <> 0 or lines.effective_cost <> 0
order by
    lines.x_team,
    lines.x_pool,
    lines.x_driver,
    lines.service_name,
    lines.x_service,
    lines.charge_category,
    lines.x_cost_centre
"""

BUDGETS = """
select x_team, x_own_effective_cost, x_budget, x_exchange_rate
from marts.team_month
where billing_period = $period and billing_currency = $currency
"""

# What each pool has to split.
POOLS = """
select x_pool, sum(billed_cost) as billed_cost, sum(effective_cost) as effective_cost
from marts.pool_month
where billing_period = $period and billing_currency = $currency
group by x_pool
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
    sum(days.x_orders) as x_orders,
    sum(days.effective_cost) filter (where days.x_orders is not null) as x_ordered_cost,
    count(*) filter (where days.x_orders is null) as x_days_without_orders
from days
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
