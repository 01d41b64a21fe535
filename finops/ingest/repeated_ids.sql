-- One row per line id, as a hash, that stands in a bill more than once in one hour.
select
    hash(identity_line_item_id, line_item_usage_start_date) as id_hash
from raw.line_items_without_tags
where identity_line_item_id is not null
group by id_hash
having count(*) > 1
