-- One row per billing currency of a bill that has several: what the bill itself says.
select
    coalesce(line_item_currency_code, 'USD') as billing_currency,
    count(*) as source_rows,
    count(bill_invoice_id) as final_rows,
    coalesce(sum(line_item_unblended_cost), 0) as source_unblended_cost
from raw.line_items_without_tags
group by coalesce(line_item_currency_code, 'USD')
order by billing_currency
