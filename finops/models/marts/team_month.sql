-- One row per month, team and billing currency: cost after shared cost is split, and budget against own cost.
-- Unique: billing_period, x_team, billing_currency.
-- Sums to the bill.
-- Cost is before recoverable tax, as budgets are.
with team_cost as (
    select
        billing_period,
        x_team,
        billing_currency,
        sum(x_pretax_list_cost) as list_cost,
        sum(x_pretax_billed_cost) as billed_cost,
        sum(x_pretax_effective_cost) as effective_cost,
        sum(x_billed_tax) as x_billed_tax,
        sum(x_effective_tax) as x_effective_tax,
        coalesce(
            sum(x_pretax_effective_cost) filter (where x_allocated_from is not null),
            0
        ) as x_shared_effective_cost
    from facts.allocated_cost
    group by billing_period, x_team, billing_currency
),

own_cost as (
    select
        billing_period,
        x_team,
        billing_currency,
        sum(x_pretax_effective_cost) as x_own_effective_cost
    from facts.owned_cost
    group by billing_period, x_team, billing_currency
),

budgets as (
    select
        billing_period,
        x_key as team,
        billing_currency,
        x_budget
    from facts.budgets
    where x_scope = 'team'
),

-- A shared team has a budget and own cost, and nothing left after the split.
teams as (
    select billing_period, x_team, billing_currency from own_cost
    union
    select billing_period, x_team, billing_currency from team_cost
    union
    select billing_period, team as x_team, billing_currency from budgets
),

budgeted_cost as (
    select
        teams.billing_period,
        teams.x_team,
        teams.billing_currency,
        coalesce(team_cost.list_cost, 0) as list_cost,
        coalesce(team_cost.billed_cost, 0) as billed_cost,
        coalesce(team_cost.effective_cost, 0) as effective_cost,
        coalesce(team_cost.x_billed_tax, 0) as x_billed_tax,
        coalesce(team_cost.x_effective_tax, 0) as x_effective_tax,
        coalesce(team_cost.x_shared_effective_cost, 0) as x_shared_effective_cost,
        coalesce(own_cost.x_own_effective_cost, 0) as x_own_effective_cost,
        cast(budgets.x_budget as decimal(38, 10)) as x_budget
    from teams
    left join team_cost
        on
            teams.billing_period = team_cost.billing_period
            and teams.x_team = team_cost.x_team
            and teams.billing_currency = team_cost.billing_currency
    left join own_cost
        on
            teams.billing_period = own_cost.billing_period
            and teams.x_team = own_cost.x_team
            and teams.billing_currency = own_cost.billing_currency
    left join budgets
        on
            teams.billing_period = budgets.billing_period
            and teams.x_team = budgets.team
            and teams.billing_currency = budgets.billing_currency
)

select
    budgeted_cost.billing_period,
    budgeted_cost.x_team,
    budgeted_cost.billing_currency,
    budgeted_cost.list_cost,
    budgeted_cost.billed_cost,
    budgeted_cost.effective_cost,
    budgeted_cost.x_billed_tax,
    budgeted_cost.x_effective_tax,
    budgeted_cost.x_shared_effective_cost,
    budgeted_cost.x_own_effective_cost,
    budgeted_cost.x_budget,
    -- A budget is for what a team runs itself; the budgets of all teams are for the whole bill
    -- but its tax.
    budgeted_cost.x_budget - budgeted_cost.x_own_effective_cost as x_variance,
    rates.x_reporting_currency,
    rates.x_exchange_rate,
    cast(budgeted_cost.billed_cost as decimal(28, 8)) * cast(rates.x_exchange_rate as decimal(20, 10))
        as x_reporting_billed_cost,
    cast(budgeted_cost.effective_cost as decimal(28, 8))
    * cast(rates.x_exchange_rate as decimal(20, 10)) as x_reporting_effective_cost,
    cast(budgeted_cost.x_budget as decimal(28, 8)) * cast(rates.x_exchange_rate as decimal(20, 10))
        as x_reporting_budget,
    cast(budgeted_cost.x_budget - budgeted_cost.x_own_effective_cost as decimal(28, 8))
    * cast(rates.x_exchange_rate as decimal(20, 10)) as x_reporting_variance
from budgeted_cost
inner join facts.exchange_rates as rates
    on
        budgeted_cost.billing_period = rates.billing_period
        and budgeted_cost.billing_currency = rates.billing_currency
