-- Months and KPIs that appear twice.
select
    billing_period,
    billing_currency,
    x_kpi,
    count(*) as repeats
from marts.scorecard_month
group by billing_period, billing_currency, x_kpi
having count(*) > 1
