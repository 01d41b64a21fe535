-- One row: what the bill itself says, summed before any rule is applied.
with keyed_line_items as (
    select
        *,
        -- An id repeats from hour to hour; with its time interval it is unique.
        hash(identity_line_item_id, identity_time_interval) as line_key
    from raw.line_items_without_tags
)

select
    count(*) as source_rows,
    coalesce(sum(line_item_unblended_cost), 0) as source_unblended_cost,
    count(bill_invoice_id) as final_rows,
    cast(min(line_item_usage_start_date) as date) as first_charge_date,
    cast(max(line_item_usage_start_date) as date) as last_charge_date,
    count(identity_line_item_id) - count(distinct line_key) filter (identity_line_item_id is not null)
        as repeated_rows,
    list_sort(list(distinct bill_payer_account_id) filter (bill_payer_account_id is not null))
        as billing_account_ids,
    list_sort(list(distinct line_item_line_item_type) filter (line_item_line_item_type is not null))
        as line_item_types,
    list_sort(list(distinct coalesce(line_item_currency_code, 'USD'))) as billing_currencies
from keyed_line_items
