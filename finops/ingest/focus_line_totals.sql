-- One row per file, account, charge category and currency of an export, with the columns of line_totals.sql.
select
    source_file,
    billing_account_id as bill_payer_account_id,
    coalesce(sub_account_id, billing_account_id) as sub_account_id,
    charge_category as line_item_line_item_type,
    billing_currency,
    count(*) as line_count,
    sum(billed_cost) as unblended_cost,
    count(invoice_id) as final_count,
    min(charge_period_start) as first_start,
    max(charge_period_start) as last_start,
    min(billing_period_start) as first_period,
    max(billing_period_start) as last_period,
    -- Whether what a purchase buys is spread over its use, as FOCUS wants it: then it costs nothing.
    not coalesce(
        bool_or(
            charge_category = 'Purchase'
            and commitment_discount_id is not null
            and charge_class is null
            and effective_cost <> 0
        ),
        false
    ) as is_amortised
from raw.focus_charges_without_tags
group by
    source_file,
    billing_account_id,
    coalesce(sub_account_id, billing_account_id),
    charge_category,
    billing_currency
