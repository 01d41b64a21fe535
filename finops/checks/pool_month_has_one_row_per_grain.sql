-- Months, pools, payers and drivers that appear twice.
select
    billing_period,
    x_pool,
    x_team,
    x_driver,
    billing_currency,
    1 as expected_rows,
    count(*) as found_rows
from marts.pool_month
group by billing_period, x_pool, x_team, x_driver, billing_currency
having count(*) > 1
