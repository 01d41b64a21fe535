-- Months in which owning a row of daily cost lost or doubled it.
with daily as (
    select
        billing_period,
        count(*) as daily_rows
    from facts.daily_cost
    group by billing_period
),

owned as (
    select
        billing_period,
        count(*) as owned_rows
    from facts.owned_cost
    group by billing_period
)

select
    coalesce(daily.billing_period, owned.billing_period) as billing_period,
    daily.daily_rows as expected_rows,
    owned.owned_rows as found_rows
from daily
full outer join owned on daily.billing_period = owned.billing_period
where daily.daily_rows is distinct from owned.owned_rows
