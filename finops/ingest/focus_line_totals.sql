-- One row per billing account, charge category and currency of an export, with the columns of line_totals.sql.
select
    billing_account_id as bill_payer_account_id,
    charge_category as line_item_line_item_type,
    billing_currency,
    count(*) as line_count,
    sum(billed_cost) as unblended_cost,
    count(invoice_id) as final_count,
    min(charge_period_start) as first_start,
    max(charge_period_start) as last_start,
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
from raw.focus_charges
group by billing_account_id, charge_category, billing_currency
