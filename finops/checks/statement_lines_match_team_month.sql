-- Teams whose lines do not add up to their month, or whose coins are more than one off it.
with lines as (
    select
        billing_period,
        x_team,
        billing_currency,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(x_effective_coins) as coins
    from marts.statement_lines
    group by billing_period, x_team, billing_currency
)

select
    teams.billing_period,
    teams.x_team,
    teams.billing_currency,
    teams.billed_cost as expected_billed_cost,
    coalesce(lines.billed_cost, 0) as found_billed_cost,
    teams.effective_cost as expected_effective_cost,
    coalesce(lines.effective_cost, 0) as found_effective_cost,
    teams.effective_cost * rates.x_coins_per_unit as expected_coins,
    coalesce(lines.coins, 0) as found_coins
from marts.team_month as teams
inner join facts.exchange_rates as rates
    on
        teams.billing_period = rates.billing_period
        and teams.billing_currency = rates.billing_currency
left join lines
    on
        teams.billing_period = lines.billing_period
        and teams.x_team = lines.x_team
        and teams.billing_currency = lines.billing_currency
where
    teams.billed_cost <> coalesce(lines.billed_cost, 0)
    or teams.effective_cost <> coalesce(lines.effective_cost, 0)
    or abs(teams.effective_cost * rates.x_coins_per_unit - coalesce(lines.coins, 0)) >= 1
