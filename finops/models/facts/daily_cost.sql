-- One row per day and combination of everything that allocation, anomalies and queries group by.
select
    billing_period,
    charge_date,
    x_owner_key,
    billing_account_id,
    sub_account_id,
    service_category,
    service_name,
    x_service_code,
    x_usage_type,
    x_operation,
    x_instance_type,
    region_id,
    resource_id,
    charge_category,
    charge_class,
    x_entry,
    x_line_item_type,
    x_parent_resource_id,
    pricing_category,
    pricing_unit,
    list_unit_price,
    sku_price_id,
    commitment_discount_id,
    commitment_discount_status,
    billing_currency,
    tags,
    x_cost_categories,
    max(sub_account_name) as sub_account_name,
    bool_or(x_is_support) as x_is_support,
    sum(consumed_quantity) as consumed_quantity,
    sum(list_cost) as list_cost,
    sum(contracted_cost) as contracted_cost,
    sum(billed_cost) as billed_cost,
    sum(effective_cost) as effective_cost,
    sum(x_unblended_cost) as x_unblended_cost,
    sum(x_commitment_trueup) as x_commitment_trueup,
    sum(x_upfront_cost) as x_upfront_cost,
    sum(x_split_cost) as x_split_cost,
    sum(x_split_unused_cost) as x_split_unused_cost,
    -- Where clocks differ from UTC some hours of a UTC day are of the company's day before or after.
    sum(effective_cost) filter (
        where charge_period_end - charge_period_start <= interval 1 hour
    ) as x_hourly_effective_cost,
    sum(billed_cost) filter (
        where
            charge_period_end - charge_period_start <= interval 1 hour
            and (charge_period_start < days.x_start or charge_period_start >= days.x_end)
    ) as x_other_day_billed_cost,
    sum(effective_cost) filter (
        where
            charge_period_end - charge_period_start <= interval 1 hour
            and (charge_period_start < days.x_start or charge_period_start >= days.x_end)
    ) as x_other_day_effective_cost,
    count(*) as x_charges
from staging.charges
left join business.zone_days as days
    on
        charges.charge_date = days.date
        and days.is_local
group by
    billing_period,
    charge_date,
    x_owner_key,
    billing_account_id,
    sub_account_id,
    service_category,
    service_name,
    x_service_code,
    x_usage_type,
    x_operation,
    x_instance_type,
    region_id,
    resource_id,
    charge_category,
    charge_class,
    x_entry,
    x_line_item_type,
    x_parent_resource_id,
    pricing_category,
    pricing_unit,
    list_unit_price,
    sku_price_id,
    commitment_discount_id,
    commitment_discount_status,
    billing_currency,
    tags,
    x_cost_categories
