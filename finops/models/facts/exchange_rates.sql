-- One row per month and billing currency, with its rate to the reporting currency; NULL if missing.
-- x_coins_per_unit and x_reporting_coins_per_unit are the smallest coins in a unit of the two currencies.
with months as (
    select distinct
        billing_period,
        billing_currency
    from facts.daily_cost
)

select
    months.billing_period,
    months.billing_currency,
    settings.reporting_currency as x_reporting_currency,
    case
        when months.billing_currency = settings.reporting_currency then 1
        else rates.rate
    end as x_exchange_rate,
    case when months.billing_currency in ('CLP', 'JPY', 'KRW', 'VND') then 1 else 100 end as x_coins_per_unit,
    case when settings.reporting_currency in ('CLP', 'JPY', 'KRW', 'VND') then 1 else 100 end
        as x_reporting_coins_per_unit
from months
cross join mappings.settings as settings
left join business.monthly_rates as rates
    on
        months.billing_period = rates.billing_period
        and months.billing_currency = rates.from_currency
        and settings.reporting_currency = rates.to_currency
