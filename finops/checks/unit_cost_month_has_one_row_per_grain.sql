-- Months, scopes and keys that appear twice.
select
    billing_period,
    x_scope,
    x_key,
    billing_currency,
    1 as expected_rows,
    count(*) as found_rows
from marts.unit_cost_month
group by billing_period, x_scope, x_key, billing_currency
having count(*) > 1
