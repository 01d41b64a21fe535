-- Months and KPIs that appear twice.
select
    billing_period,
    billing_currency,
    x_kpi,
    1 as expected_rows,
    count(*) as found_rows
from marts.scorecard_month
group by billing_period, billing_currency, x_kpi
having count(*) > 1
