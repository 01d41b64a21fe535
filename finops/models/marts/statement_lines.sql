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
        case parts.x_part when 'expense' then lines.x_entry else parts.x_part end as x_part,
        [
            lines.x_team,
            lines.x_pool,
            lines.x_driver,
            lines.service_name,
            lpad(cast(lines.x_line as varchar), 9, '0')
        ] as path,
        case parts.x_part
            when 'effective' then lines.effective_cost * rates.x_coins_per_unit
            when 'expense' then nullif(lines.x_expense, 0) * rates.x_coins_per_unit
            -- Decimals of a length at which the largest bill fits, as in marts.team_month.
            when 'reporting'
                then
                    cast(lines.effective_cost as decimal(28, 8))
                    * cast(rates.x_exchange_rate as decimal(20, 10))
                    * rates.x_reporting_coins_per_unit
        end as units
    from lines
    inner join facts.exchange_rates as rates
        on
            lines.billing_period = rates.billing_period
            and lines.billing_currency = rates.billing_currency
    cross join (values ('effective'), ('expense'), ('reporting')) as parts (x_part)
),

-- Each level of a statement by its path: all, team, pool, driver, AWS service, line.
sums as (
    select
        billing_period,
        billing_currency,
        x_part,
        depth,
        array_slice(path, 1, depth) as path,
        array_slice(path, 1, greatest(depth - 1, 0)) as above,
        sum(units) as units
    from units
    cross join (values (0), (1), (2), (3), (4), (5)) as depths (depth)
    where units is not null
    group by
        billing_period,
        billing_currency,
        x_part,
        depth,
        array_slice(path, 1, depth),
        array_slice(path, 1, greatest(depth - 1, 0))
),

-- Of each part of a level its whole coins, its place by what is left of it, and the whole coins of all.
whole_coins as (
    select
        *,
        cast(floor(units) as bigint) as coins,
        row_number() over ranked_level as x_rank,
        cast(sum(floor(units)) over level as bigint) as level_coins
    from sums
    window
        level as (partition by billing_period, billing_currency, x_part, depth, above),
        ranked_level as (
            partition by billing_period, billing_currency, x_part, depth, above
            order by units - floor(units) desc, path
        )
),

coins as (
    select
        billing_period,
        billing_currency,
        x_part,
        depth,
        path,
        cast(round(units, 0) as bigint) as coins
    from sums
    where depth = 0
    union all
    -- The coins of a level go to its parts: all whole ones, then one each to the largest remainders.
    select
        parts.billing_period,
        parts.billing_currency,
        parts.x_part,
        parts.depth,
        parts.path,
        parts.coins
        + case when parts.x_rank <= coins.coins - parts.level_coins then 1 else 0 end as coins
    from coins
    inner join whole_coins as parts
        on
            coins.billing_period = parts.billing_period
            and coins.billing_currency = parts.billing_currency
            and coins.x_part = parts.x_part
            and coins.depth + 1 = parts.depth
            and coins.path = parts.above
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
