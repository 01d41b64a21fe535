-- One row: how many lines stand in a bill twice, as all that they say does, and the id of one.
with equal_lines as (
    select
        hash(line_items) as line_hash,
        any_value(line_items.identity_line_item_id) as line_item_id,
        count(*) as line_count
    from raw.line_items as line_items
    inner join raw.repeated_ids
        on
            hash(
                line_items.identity_line_item_id,
                line_items.line_item_usage_start_date
            ) = repeated_ids.id_hash
    where line_items.identity_line_item_id is not null
    group by line_hash
    having count(*) > 1
)

select
    coalesce(sum(line_count - 1), 0) as repeated_rows,
    min(line_item_id) as repeated_line
from equal_lines
