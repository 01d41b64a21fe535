-- One row: what the export itself says, with the columns of source_totals.sql.
select
    count(*) as source_rows,
    coalesce(sum(billed_cost), 0) as source_unblended_cost,
    count(invoice_id) as final_rows,
    cast(min(charge_period_start) as date) as first_charge_date,
    cast(max(charge_period_start) as date) as last_charge_date,
    -- FOCUS names no line, so a repeated one can't be told from a second charge.
    0 as repeated_rows,
    cast(null as varchar) as repeated_line,
    list_sort(list(distinct billing_account_id) filter (billing_account_id is not null))
        as billing_account_ids,
    list_sort(list(distinct charge_category) filter (
        charge_category not in ('Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment')
    )) as line_item_types,
    list_sort(list(distinct coalesce(billing_currency, 'USD'))) as billing_currencies
from raw.focus_charges
