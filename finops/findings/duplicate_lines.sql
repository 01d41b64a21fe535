-- Accounts with lines without an id that are the same as another in all that can be told.
-- Lines with an id count once when they are loaded.
with lines as (
    select
        billing_period,
        billing_currency,
        sub_account_id,
        charge_date,
        billed_cost,
        hash(
            x_delivery_id,
            charge_period_start,
            charge_period_end,
            sub_account_id,
            x_line_item_type,
            charge_category,
            x_usage_type,
            x_operation,
            resource_id,
            charge_description,
            consumed_quantity,
            billed_cost,
            effective_cost,
            x_unblended_cost,
            commitment_discount_id,
            tags
        ) as x_line_key
    from staging.charges
    where x_line_item_id is null and commitment_discount_status is distinct from 'Unused'
),

repeated_lines as (
    select
        billing_period,
        billing_currency,
        sub_account_id,
        min(charge_date) as first_date,
        max(charge_date) as last_date,
        count(*) - 1 as copies,
        sum(billed_cost) - max(billed_cost) as copied_cost
    from lines
    group by billing_period, billing_currency, sub_account_id, x_line_key
    having count(*) > 1
)

select
    billing_period,
    billing_currency,
    sub_account_id,
    cast(null as varchar) as x_line_item_type,
    cast(null as varchar) as commitment_discount_id,
    min(first_date) as x_first_charge_date,
    max(last_date) as x_last_charge_date,
    sum(copies) as x_lines,
    sum(copied_cost) as x_found_cost
from repeated_lines
group by billing_period, billing_currency, sub_account_id
having sum(abs(copied_cost)) >= 0.01
