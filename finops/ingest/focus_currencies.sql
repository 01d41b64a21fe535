-- One row per billing currency of an export that has several, with the columns of source_currencies.sql.
select
    coalesce(billing_currency, 'USD') as billing_currency,
    count(*) as source_rows,
    count(invoice_id) as final_rows,
    coalesce(sum(billed_cost), 0) as source_unblended_cost
from raw.focus_charges
group by coalesce(billing_currency, 'USD')
order by billing_currency
