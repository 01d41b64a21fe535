-- One row per file, month as named and as used, payer, account and currency: rows, days and sum.
select
    source_file,
    named_period,
    used_period,
    billing_account_id,
    sub_account_id,
    billing_currency,
    count(*) as source_rows,
    count(*) filter (where is_invoiced) as final_rows,
    cast(min(charge_period_start) as date) as first_charge_date,
    cast(max(charge_period_start) as date) as last_charge_date,
    coalesce(sum(x_unblended_cost), 0) as source_unblended_cost
from raw.named_lines
group by
    source_file, named_period, used_period, billing_account_id, sub_account_id, billing_currency
order by all
