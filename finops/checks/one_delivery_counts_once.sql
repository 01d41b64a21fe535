-- Months of a payer for which more than one delivery counts, or none.
with payers as (
    select
        unnest(string_split(billing_account_ids, '+')) as billing_account_id,
        billing_period,
        status
    from ledger.deliveries
)

select
    billing_account_id,
    billing_period,
    1 as expected_deliveries,
    count(*) filter (where status = 'current') as found_deliveries
from payers
group by billing_account_id, billing_period
having count(*) filter (where status = 'current') <> 1
