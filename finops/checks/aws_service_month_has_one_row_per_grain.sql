-- Months and AWS services that appear twice.
select
    billing_period,
    service_name,
    billing_currency,
    count(*) as repeats
from marts.aws_service_month
group by billing_period, service_name, billing_currency
having count(*) > 1
