-- One row per line of the line items of several files: what tells it from others, for overlaps.sql.
select
    source_file,
    strftime(bill_billing_period_start_date, '%Y-%m') as named_period,
    strftime(line_item_usage_start_date, '%Y-%m') as used_period,
    line_item_usage_start_date as charge_period_start,
    line_item_usage_end_date as charge_period_end,
    case
        when coalesce(line_item_line_item_type, 'Usage')
            in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')
            then hash(
                line_item_product_code,
                line_item_usage_type,
                line_item_operation
            )
    end as usage,
    -- A day on which clocks change has 23 or 25 hours; a line without an end tells nothing.
    case
        when line_item_usage_end_date < line_item_usage_start_date + interval 23 hour then 'hour'
        when line_item_usage_end_date <= line_item_usage_start_date + interval 25 hour then 'day'
        when line_item_usage_end_date is not null then 'month'
    end as grain,
    coalesce(bill_payer_account_id, '') as billing_account_id,
    line_item_usage_account_id as sub_account_id,
    coalesce(line_item_currency_code, '') as billing_currency,
    line_item_unblended_cost as x_unblended_cost,
    bill_invoice_id is not null as is_invoiced,
    hash(
        line_item_line_item_type,
        line_item_usage_start_date,
        line_item_product_code,
        line_item_usage_type,
        line_item_operation,
        line_item_availability_zone,
        line_item_resource_id
    ) as line,
    -- What a line is in an export without resource ids.
    hash(
        line_item_line_item_type,
        line_item_usage_start_date,
        line_item_product_code,
        line_item_usage_type
    ) as coarse_line,
    line_item_resource_id is not null as has_resource,
    -- An id is of one line of one file; that of a later version is another.
    case when identity_line_item_id is not null
        then hash(identity_line_item_id, identity_time_interval)
    end as line_id,
    whole_line
from raw.file_rows
