-- One row per charge of the deliveries in charge_files: what tells it from others, for overlaps.sql.
with charges as (
    select
        *,
        case when charge_files.has_payer then billing_account_id end as known_payer,
        hash(
            sub_account_id,
            x_line_item_type,
            charge_period_start,
            coalesce(x_service_code, service_name),
            x_usage_type,
            x_operation,
            availability_zone,
            case when x_service_code is null then region_id end,
            resource_id
        ) as account_line
    from raw.compared_charges
    inner join charge_files
        on compared_charges.filename = charge_files.file
)

select
    delivery_id as part,
    concat(known_payer, '/', sub_account_id) as account,
    case when has_payer then billing_account_id else '' end as payer,
    account_line,
    hash(known_payer, account_line) as line,
    -- What a line is in an export without resource ids.
    hash(
        known_payer,
        sub_account_id,
        x_line_item_type,
        charge_period_start,
        coalesce(x_service_code, service_name),
        x_usage_type
    ) as coarse_line,
    resource_id is not null as has_resource,
    hash(
        known_payer,
        account_line,
        x_line_item_id,
        charge_period_end,
        tags,
        x_cost_categories,
        charge_description,
        cast(pricing_quantity as double),
        cast(x_unblended_cost as double),
        cast(billed_cost as double),
        cast(effective_cost as double)
    ) as all_of_it,
    case when x_line_item_id is not null then hash(x_line_item_id) end as line_id,
    x_unblended_cost <> 0 or effective_cost <> 0 as is_cost,
    invoice_id is not null as is_invoiced,
    case
        when charge_category = 'Usage'
            then hash(
                known_payer,
                sub_account_id,
                coalesce(x_service_code, service_name),
                x_usage_type,
                x_operation,
                case when x_service_code is null then region_id end
            )
    end as usage,
    case
        when charge_period_end < charge_period_start + interval 23 hour then 'hour'
        when charge_period_end <= charge_period_start + interval 25 hour then 'day'
        when charge_period_end is not null then 'month'
    end as grain,
    charge_period_start as charge_start,
    charge_period_end as charge_end
from charges
