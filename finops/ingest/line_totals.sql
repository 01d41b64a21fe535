-- One row per file, payer, account, line item type and currency: what the bill itself sums to.
select
    source_file,
    bill_payer_account_id,
    line_item_usage_account_id as sub_account_id,
    line_item_line_item_type,
    line_item_currency_code as billing_currency,
    count(*) as line_count,
    sum(line_item_unblended_cost) as unblended_cost,
    -- A discount line without a net cost is inside the net cost of the lines that it lowers.
    sum(
        coalesce(
            line_item_net_unblended_cost,
            case when line_item_line_item_type like '%Discount' then 0 end,
            line_item_unblended_cost
        )
    ) as net_unblended_cost,
    -- Legacy files write 0.0 where there is no net cost.
    coalesce(bool_or(line_item_net_unblended_cost <> 0), false) as has_net_cost,
    count(bill_invoice_id) as final_count,
    min(line_item_usage_start_date) as first_start,
    max(line_item_usage_start_date) as last_start,
    min(bill_billing_period_start_date) as first_period,
    max(bill_billing_period_start_date) as last_period
from raw.line_items_without_tags
group by
    source_file,
    bill_payer_account_id,
    line_item_usage_account_id,
    line_item_line_item_type,
    line_item_currency_code
