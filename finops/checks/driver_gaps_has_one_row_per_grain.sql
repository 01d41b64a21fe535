-- Days, pools and drivers whose gap appears twice.
select
    billing_period,
    charge_date,
    billing_currency,
    x_pool,
    x_driver,
    count(*) as repeats
from marts.driver_gaps
group by billing_period, charge_date, billing_currency, x_pool, x_driver
having count(*) > 1
