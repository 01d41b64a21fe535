-- One row per delivery and column, tag key, AWS service or account in it.
select delivery_id, 'column' as kind, unnest(source_columns) as name from ledger.deliveries
union all
select delivery_id, 'tag key' as kind, unnest(tag_keys) as name from ledger.deliveries
union all
select delivery_id, 'service' as kind, unnest(service_names) as name from ledger.deliveries
union all
select delivery_id, 'account' as kind, unnest(sub_account_ids) as name from ledger.deliveries
