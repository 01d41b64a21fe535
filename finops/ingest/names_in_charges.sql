-- One row: the AWS services, accounts and tag keys that the charges of one delivery name.
with tag_keys as (
    select distinct unnest(map_keys(tags)) as tag_key
    from raw.tag_maps
)

select
    list_sort(list(distinct service_name)) as service_names,
    list_sort(list(distinct sub_account_id)) as sub_account_ids,
    (select list_sort(list(tag_key)) from tag_keys) as tag_keys
from raw.charges
