-- Months and entries of the books whose coins are not their rounded sum.
with sums as (
    select
        lines.billing_period,
        lines.billing_currency,
        unnest(['effective', lines.x_entry, 'reporting']) as x_part,
        unnest([
            lines.effective_cost * rates.x_coins_per_unit,
            lines.x_expense * rates.x_coins_per_unit,
            cast(lines.effective_cost as decimal(28, 8)) * cast(rates.x_exchange_rate as decimal(20, 10))
            * rates.x_reporting_coins_per_unit
        ]) as units,
        unnest([lines.x_effective_coins, lines.x_expense_coins, lines.x_reporting_coins]) as coins
    from marts.statement_lines as lines
    inner join facts.exchange_rates as rates
        on
            lines.billing_period = rates.billing_period
            and lines.billing_currency = rates.billing_currency
)

select
    billing_period,
    billing_currency,
    x_part,
    round(sum(units), 0) as expected_coins,
    sum(coins) as found_coins
from sums
group by billing_period, billing_currency, x_part
having round(sum(units), 0) is distinct from sum(coins)
