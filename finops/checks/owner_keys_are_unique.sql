-- Rows of daily cost whose owner key stands for another combination.
select
    daily_cost.billing_period,
    daily_cost.x_owner_key
from facts.daily_cost
inner join owners.owner_keys
    on
        daily_cost.billing_period = owner_keys.billing_period
        and daily_cost.x_owner_key = owner_keys.x_owner_key
where
    daily_cost.sub_account_id is distinct from owner_keys.sub_account_id
    or daily_cost.x_service_code is distinct from owner_keys.x_service_code
    or daily_cost.x_usage_type is distinct from owner_keys.x_usage_type
    or daily_cost.x_operation is distinct from owner_keys.x_operation
    or daily_cost.region_id is distinct from owner_keys.region_id
    or daily_cost.resource_id is distinct from owner_keys.resource_id
    or daily_cost.x_line_item_type is distinct from owner_keys.x_line_item_type
    or daily_cost.x_parent_resource_id is distinct from owner_keys.x_parent_resource_id
    or daily_cost.tags is distinct from owner_keys.tags
    or daily_cost.x_cost_categories is distinct from owner_keys.x_cost_categories
