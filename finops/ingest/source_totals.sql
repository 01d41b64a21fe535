-- One row: what the bill itself says, summed before any rule is applied.
-- The currency of lines that name none: set variable currency = 'CNY'; else USD.
with repeated_ids as (
    -- An id is unique in one file and hour alone, as AWS documents; that it comes twice proves nothing.
    select
        hash(identity_line_item_id, identity_time_interval, line_item_usage_start_date) as id_hash
    from raw.line_items_without_tags
    where identity_line_item_id is not null
    group by id_hash
    having count(*) > 1
),

-- A line stands in the bill twice if all that it says does.
equal_lines as (
    select
        hash(line_items) as line_hash,
        any_value(line_items.identity_line_item_id) as line_item_id,
        count(*) as line_count
    from raw.line_items as line_items
    inner join repeated_ids
        on
            hash(
                line_items.identity_line_item_id,
                line_items.identity_time_interval,
                line_items.line_item_usage_start_date
            ) = repeated_ids.id_hash
    where line_items.identity_line_item_id is not null
    group by line_hash
    having count(*) > 1
),

repeated_lines as (
    select
        coalesce(sum(line_count - 1), 0) as repeated_rows,
        min(line_item_id) as repeated_line
    from equal_lines
)

select
    coalesce(sum(line_count), 0) as source_rows,
    coalesce(sum(unblended_cost), 0) as source_unblended_cost,
    coalesce(sum(final_count), 0) as final_rows,
    cast(min(first_start) as date) as first_charge_date,
    cast(max(last_start) as date) as last_charge_date,
    any_value(repeated_rows) as repeated_rows,
    any_value(repeated_line) as repeated_line,
    list_sort(list(distinct bill_payer_account_id) filter (bill_payer_account_id is not null))
        as billing_account_ids,
    list_sort(list(distinct line_item_line_item_type) filter (line_item_line_item_type is not null))
        as line_item_types,
    list_sort(list(distinct coalesce(billing_currency, getvariable('currency'), 'USD')))
        as billing_currencies
from raw.line_totals
cross join repeated_lines
