-- One row per month, billing currency, team, pool, driver, service, AWS service, charge category, entry of the books and cost centre: what it pays.
-- Unique: billing_period, billing_currency, x_team, x_pool, x_driver, x_service, service_name, charge_category, x_entry, x_cost_centre.
-- Cost is before recoverable tax. Coins are whole and add up: the sum of the month's lines is rounded, and given to
-- teams, their pools and drivers, AWS services and lines by the largest remainders, so no sum is more than a coin off.
-- x_effective_coins are of the effective cost, in the smallest coin of the billing currency; x_reporting_coins the
-- same in the reporting currency, NULL without a rate. x_expense is effective cost of entries that are expense, and
-- x_expense_coins add up for each of these entries.
with recursive costs as (
    select
        billing_period,
        billing_currency,
        x_team,
        coalesce(x_allocated_from, '') as x_pool,
        coalesce(x_driver, '') as x_driver,
        x_service,
        coalesce(service_name, '') as service_name,
        coalesce(charge_category, '') as charge_category,
        x_entry,
        x_cost_centre,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost
    from facts.allocated_cost
    where x_entry is distinct from 'vat_receivable'
    group by
        billing_period,
        billing_currency,
        x_team,
        coalesce(x_allocated_from, ''),
        coalesce(x_driver, ''),
        x_service,
        coalesce(service_name, ''),
        coalesce(charge_category, ''),
        x_entry,
        x_cost_centre
    having sum(billed_cost) <> 0 or sum(effective_cost) <> 0
),

lines as (
    select
        *,
        case when x_entry like '%_expense' then effective_cost else 0 end as x_expense,
        row_number() over (
            partition by billing_period, billing_currency
            order by
                x_team,
                x_pool,
                x_driver,
                service_name,
                x_service,
                charge_category,
                x_entry,
                x_cost_centre
        ) as x_line
    from costs
),

-- What is rounded so that it adds up: all effective cost, each entry of expense, and all in the reporting currency.
units as (
    select
        lines.billing_period,
        lines.billing_currency,
        parts.x_part,
        [
            lines.x_team,
            lines.x_pool,
            lines.x_driver,
            lines.service_name,
            lpad(cast(lines.x_line as varchar), 9, '0')
        ] as path,
        parts.units
    from lines
    inner join facts.exchange_rates as rates
        on
            lines.billing_period = rates.billing_period
            and lines.billing_currency = rates.billing_currency
    cross join lateral (
        select
            unnest(['effective', lines.x_entry, 'reporting']) as x_part,
            unnest([
                lines.effective_cost * rates.x_coins_per_unit,
                case when lines.x_expense <> 0 then lines.x_expense * rates.x_coins_per_unit end,
                -- Decimals of a length at which the largest bill fits, as in marts.team_month.
                cast(lines.effective_cost as decimal(28, 8)) * cast(rates.x_exchange_rate as decimal(20, 10))
                * rates.x_reporting_coins_per_unit
            ]) as units
    ) as parts
    where parts.units is not null
),

-- Each level of a statement by its path: all, team, pool, driver, AWS service, line.
sums as (
    select
        billing_period,
        billing_currency,
        x_part,
        depth,
        path[1:depth] as path,
        path[1:greatest(depth - 1, 0)] as above,
        sum(units) as units
    from units
    cross join range(6) as depths (depth)
    group by billing_period, billing_currency, x_part, depth, path[1:depth], path[1:greatest(depth - 1, 0)]
),

coins as (
    select
        billing_period,
        billing_currency,
        x_part,
        depth,
        path,
        round(units, 0) as coins
    from sums
    where depth = 0
    union all
    -- The coins of a level go to its parts: all whole ones, then one each to the largest remainders.
    select
        sums.billing_period,
        sums.billing_currency,
        sums.x_part,
        sums.depth,
        sums.path,
        floor(sums.units)
        + case
            when
                row_number() over (
                    partition by sums.billing_period, sums.billing_currency, sums.x_part, sums.above
                    order by sums.units - floor(sums.units) desc, sums.path
                )
                <= coins.coins - sum(floor(sums.units)) over (
                    partition by sums.billing_period, sums.billing_currency, sums.x_part, sums.above
                )
                then 1
            else 0
        end as coins
    from coins
    inner join sums
        on
            coins.billing_period = sums.billing_period
            and coins.billing_currency = sums.billing_currency
            and coins.x_part = sums.x_part
            and coins.depth + 1 = sums.depth
            and coins.path = sums.above
),

line_coins as (
    select
        billing_period,
        billing_currency,
        x_part,
        cast(path[5] as bigint) as x_line,
        coins
    from coins
    where depth = 5
)

select
    lines.billing_period,
    lines.billing_currency,
    lines.x_team,
    lines.x_pool,
    lines.x_driver,
    lines.x_service,
    lines.service_name,
    lines.charge_category,
    lines.x_entry,
    lines.x_cost_centre,
    lines.billed_cost,
    lines.effective_cost,
    lines.x_expense,
    cast(effective.coins as bigint) as x_effective_coins,
    cast(coalesce(expense.coins, 0) as bigint) as x_expense_coins,
    rates.x_reporting_currency,
    cast(reporting.coins as bigint) as x_reporting_coins
from lines
inner join facts.exchange_rates as rates
    on
        lines.billing_period = rates.billing_period
        and lines.billing_currency = rates.billing_currency
left join line_coins as effective
    on
        lines.billing_period = effective.billing_period
        and lines.billing_currency = effective.billing_currency
        and lines.x_line = effective.x_line
        and effective.x_part = 'effective'
left join line_coins as expense
    on
        lines.billing_period = expense.billing_period
        and lines.billing_currency = expense.billing_currency
        and lines.x_line = expense.x_line
        and expense.x_part = lines.x_entry
left join line_coins as reporting
    on
        lines.billing_period = reporting.billing_period
        and lines.billing_currency = reporting.billing_currency
        and lines.x_line = reporting.x_line
        and reporting.x_part = 'reporting'
