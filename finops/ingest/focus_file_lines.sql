-- One row per charge of several FOCUS files, with the columns of file_lines.sql.
select
    source_file,
    strftime(billing_period_start, '%Y-%m') as named_period,
    strftime(charge_period_start, '%Y-%m') as used_period,
    charge_period_start,
    charge_period_end,
    case
        when coalesce(charge_category, 'Usage') = 'Usage'
            then hash(
                service_name,
                x_service_code,
                coalesce(x_usage_type, sku_meter),
                x_operation,
                region_id
            )
    end as usage,
    -- A day on which clocks change has 23 or 25 hours; a line without an end tells nothing.
    case
        when charge_period_end < charge_period_start + interval 23 hour then 'hour'
        when charge_period_end <= charge_period_start + interval 25 hour then 'day'
        when charge_period_end is not null then 'month'
    end as grain,
    coalesce(billing_account_id, '') as billing_account_id,
    coalesce(sub_account_id, billing_account_id) as sub_account_id,
    coalesce(billing_currency, '') as billing_currency,
    billed_cost as x_unblended_cost,
    invoice_id is not null as is_invoiced,
    hash(
        charge_category,
        charge_class,
        charge_period_start,
        service_name,
        x_service_code,
        coalesce(x_usage_type, sku_meter),
        x_operation,
        region_id,
        availability_zone,
        resource_id,
        commitment_discount_id
    ) as line,
    -- What a line is in an export without resource ids.
    hash(
        charge_category,
        charge_period_start,
        service_name,
        coalesce(x_usage_type, sku_meter)
    ) as coarse_line,
    resource_id is not null as has_resource,
    -- FOCUS names no line.
    cast(null as ubigint) as line_id,
    whole_line
from raw.file_rows
