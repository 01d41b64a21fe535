-- One row per file, payer, account and currency of an open bill, as file_parts.sql has it.
select
    source_file,
    coalesce(bill_payer_account_id, '') as billing_account_id,
    sub_account_id,
    coalesce(billing_currency, '') as billing_currency,
    sum(line_count) as source_rows,
    sum(final_count) as final_rows,
    cast(min(first_start) as date) as first_charge_date,
    cast(max(last_start) as date) as last_charge_date,
    coalesce(sum(unblended_cost), 0) as source_unblended_cost
from raw.line_totals
group by source_file, bill_payer_account_id, sub_account_id, billing_currency
order by source_file, bill_payer_account_id, sub_account_id, billing_currency
