-- Months, services and teams that appear twice.
select
    billing_period,
    x_service,
    x_team,
    billing_currency,
    1 as expected_rows,
    count(*) as found_rows
from marts.service_month
group by billing_period, x_service, x_team, billing_currency
having count(*) > 1
