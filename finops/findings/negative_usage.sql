-- Accounts and line item types with usage below zero, which AWS writes only to correct itself.
select
    billing_period,
    billing_currency,
    sub_account_id,
    coalesce(x_line_item_type, charge_category) as x_line_item_type,
    cast(null as varchar) as commitment_discount_id,
    min(charge_date) as x_first_charge_date,
    max(charge_date) as x_last_charge_date,
    count(*) as x_lines,
    sum(billed_cost) as x_found_cost
from staging.charges
where x_is_usage and charge_class is null and consumed_quantity < 0
group by
    billing_period, billing_currency, sub_account_id, coalesce(x_line_item_type, charge_category)
having sum(abs(billed_cost)) >= 0.01
