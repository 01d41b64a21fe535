-- One row per delivery that counts and has lines without an invoice: which day of its month it has in full.
select
    delivery_id,
    billing_period,
    -- AWS fills a day for up to 48 hours after it ended.
    cast(delivered_at - interval '3' day as date) as x_complete_until
from ledger.deliveries
where
    status = 'current'
    and coalesce(final_rows, 0) < source_rows
