-- Months of a payer for which more than one delivery counts, or none.
select
    billing_account_ids,
    billing_period,
    count(*) filter (where status = 'current') as current_deliveries
from ledger.deliveries
group by billing_account_ids, billing_period
having count(*) filter (where status = 'current') <> 1
