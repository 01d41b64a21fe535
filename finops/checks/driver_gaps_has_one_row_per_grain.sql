-- Days, pools and drivers whose gap appears twice.
select
    billing_period,
    charge_date,
    billing_currency,
    x_pool,
    x_driver,
    1 as expected_rows,
    count(*) as found_rows
from marts.driver_gaps
group by billing_period, charge_date, billing_currency, x_pool, x_driver
having count(*) > 1
