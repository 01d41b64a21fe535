-- Months, services and teams that appear twice.
select
    billing_period,
    x_service,
    x_team,
    billing_currency,
    count(*) as repeats
from marts.service_month
group by billing_period, x_service, x_team, billing_currency
having count(*) > 1
