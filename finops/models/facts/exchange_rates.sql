-- One row per month and billing currency, with its rate to the reporting currency; NULL if missing.
with months as (
    select distinct
        billing_period,
        billing_currency
    from facts.daily_cost
),

-- The rate of a month is the mean of its days that have one, as weekends have none; in whole
-- millionths, half up, so that it is exact.
month_rates as (
    select
        coalesce(billing_period, substr(cast(date as varchar), 1, 7)) as billing_period,
        from_currency,
        to_currency,
        count(*) as days,
        sum(cast(rate * 1000000 as hugeint)) as rate_units
    from business.exchange_rates
    group by
        coalesce(billing_period, substr(cast(date as varchar), 1, 7)),
        from_currency,
        to_currency
)

select
    months.billing_period,
    months.billing_currency,
    settings.reporting_currency as x_reporting_currency,
    cast(
        case
            when months.billing_currency = settings.reporting_currency then 1
            else
                cast((2 * rates.rate_units + rates.days) // (2 * rates.days) as decimal(18, 0))
                * cast(0.000001 as decimal(7, 6))
        end as decimal(18, 6)
    ) as x_exchange_rate
from months
cross join mappings.settings as settings
left join month_rates as rates
    on
        months.billing_period = rates.billing_period
        and months.billing_currency = rates.from_currency
        and settings.reporting_currency = rates.to_currency
