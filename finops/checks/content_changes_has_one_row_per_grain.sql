-- Columns, tag keys, services or accounts that appear twice in one comparison.
select
    billing_period,
    x_billing_account_ids,
    billing_currency,
    x_compared_with,
    x_kind,
    x_name,
    1 as expected_rows,
    count(*) as found_rows
from marts.content_changes
group by
    billing_period, x_billing_account_ids, billing_currency, x_compared_with, x_kind, x_name
having count(*) > 1
