-- Months and teams that appear twice.
select
    billing_period,
    x_team,
    billing_currency,
    count(*) as repeats
from marts.team_month
group by billing_period, x_team, billing_currency
having count(*) > 1
