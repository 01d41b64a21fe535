-- One row per day and combination of everything that allocation, anomalies and queries group by.
with charges as (
    select
        *,
        -- All that an owner can be told from, as one number that joins fast.
        hash(
            sub_account_id,
            x_service_code,
            x_usage_type,
            x_operation,
            region_id,
            resource_id,
            x_line_item_type,
            tags
        ) as x_owner_key
    from staging.charges
)

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
    x_line_item_type,
    pricing_category,
    pricing_unit,
    commitment_discount_id,
    commitment_discount_status,
    billing_currency,
    tags,
    max(sub_account_name) as sub_account_name,
    sum(consumed_quantity) as consumed_quantity,
    sum(list_cost) as list_cost,
    sum(contracted_cost) as contracted_cost,
    sum(billed_cost) as billed_cost,
    sum(effective_cost) as effective_cost,
    sum(x_unblended_cost) as x_unblended_cost,
    sum(x_commitment_trueup) as x_commitment_trueup,
    sum(x_upfront_cost) as x_upfront_cost,
    count(*) as x_charges
from charges
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
    x_line_item_type,
    pricing_category,
    pricing_unit,
    commitment_discount_id,
    commitment_discount_status,
    billing_currency,
    tags
