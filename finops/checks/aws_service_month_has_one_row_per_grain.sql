-- Months and AWS services that appear twice.
select
    billing_period,
    service_name,
    billing_currency,
    1 as expected_rows,
    count(*) as found_rows
from marts.aws_service_month
group by billing_period, service_name, billing_currency
having count(*) > 1
