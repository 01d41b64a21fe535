-- One row per month and combination that an owner is told from; rules see these, never the charges.
select distinct
    billing_period,
    x_owner_key,
    sub_account_id,
    x_service_code,
    x_usage_type,
    x_operation,
    region_id,
    resource_id,
    x_line_item_type,
    tags
from facts.daily_cost
