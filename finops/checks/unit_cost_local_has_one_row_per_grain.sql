-- Days of the company that appear twice.
select
    charge_date,
    x_service,
    billing_currency,
    1 as expected_rows,
    count(*) as found_rows
from marts.unit_cost_local
group by charge_date, x_service, billing_currency
having count(*) > 1
