-- Days and services that appear twice.
select
    charge_date,
    billing_period,
    x_service,
    billing_currency,
    1 as expected_rows,
    count(*) as found_rows
from marts.unit_cost
group by charge_date, billing_period, x_service, billing_currency
having count(*) > 1
