-- Months that appear twice.
select
    billing_period,
    billing_currency,
    count(*) as repeats
from marts.trust_header
group by billing_period, billing_currency
having count(*) > 1
