-- Months that appear twice.
select
    billing_period,
    billing_currency,
    1 as expected_rows,
    count(*) as found_rows
from marts.trust_header
group by billing_period, billing_currency
having count(*) > 1
