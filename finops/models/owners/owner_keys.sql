-- One row per month and combination that an owner is told from; rules see these, never the charges.
select
    billing_period,
    x_owner_key,
    -- One key is one combination, so any row tells it; a check compares them all.
    any_value(sub_account_id) as sub_account_id,
    any_value(x_service_code) as x_service_code,
    any_value(x_usage_type) as x_usage_type,
    any_value(x_operation) as x_operation,
    any_value(region_id) as region_id,
    any_value(resource_id) as resource_id,
    any_value(x_line_item_type) as x_line_item_type,
    any_value(x_parent_resource_id) as x_parent_resource_id,
    any_value(tags) as tags,
    any_value(x_cost_categories) as x_cost_categories,
    min(charge_date) as x_first_charge_date,
    max(charge_date) as x_last_charge_date
from facts.daily_cost
group by billing_period, x_owner_key
