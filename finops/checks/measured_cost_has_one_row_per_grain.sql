-- Days, scopes and keys that appear twice.
select
    billing_period,
    charge_date,
    x_scope,
    x_key,
    billing_currency,
    1 as expected_rows,
    count(*) as found_rows
from facts.measured_cost
group by billing_period, charge_date, x_scope, x_key, billing_currency
having count(*) > 1
