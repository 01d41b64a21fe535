-- One row per month, scope (team, service, cost_centre), key and billing currency: its newest budget; NULL without a rate.
with newest_versions as (
    select
        billing_period,
        team,
        service,
        cost_centre,
        max(version) as version
    from business.budgets
    group by billing_period, team, service, cost_centre
)

select
    budgets.billing_period,
    case
        when budgets.team is not null then 'team'
        when budgets.service is not null then 'service'
        else 'cost_centre'
    end as x_scope,
    coalesce(budgets.team, budgets.service, budgets.cost_centre) as x_key,
    rates.billing_currency,
    -- A budget may be set in either currency; any other has no rate and stays NULL.
    cast(
        case
            when budgets.currency = rates.billing_currency then budgets.budget
            when budgets.currency = rates.x_reporting_currency
                then cast(budgets.budget / rates.x_exchange_rate as decimal(38, 10))
        end as decimal(38, 10)
    ) as x_budget,
    budgets.currency as x_budget_currency
from business.budgets
inner join newest_versions
    on
        budgets.billing_period = newest_versions.billing_period
        and budgets.team is not distinct from newest_versions.team
        and budgets.service is not distinct from newest_versions.service
        and budgets.cost_centre is not distinct from newest_versions.cost_centre
        and budgets.version = newest_versions.version
inner join facts.exchange_rates as rates
    on budgets.billing_period = rates.billing_period
