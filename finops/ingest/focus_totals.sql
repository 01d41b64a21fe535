-- One row: what the export itself says, with the columns of source_totals.sql.
-- The currency of charges that name none: set variable currency = 'CNY'; else USD.
select
    coalesce(sum(line_count), 0) as source_rows,
    coalesce(sum(unblended_cost), 0) as source_unblended_cost,
    coalesce(sum(final_count), 0) as final_rows,
    cast(min(first_start) as date) as first_charge_date,
    cast(max(last_start) as date) as last_charge_date,
    list_sort(list(distinct bill_payer_account_id) filter (bill_payer_account_id is not null))
        as billing_account_ids,
    list_sort(list(distinct line_item_line_item_type) filter (
        line_item_line_item_type not in ('Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment')
    )) as line_item_types,
    list_sort(list(distinct coalesce(billing_currency, getvariable('currency'), 'USD')))
        as billing_currencies
from raw.line_totals
