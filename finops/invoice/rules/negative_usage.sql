-- One row per account, AWS service and usage type with usage below zero.
select
    sub_account_id,
    x_service_code,
    x_usage_type,
    max(resource_id) as resource_id,
    [cast(sum(consumed_quantity) as varchar), cast(min(charge_date) as varchar)] as x_values,
    count(*) as x_lines,
    sum(billed_cost) as x_billed_cost,
    0 as x_expected_cost
from month_charges
where x_is_usage and charge_class is null and consumed_quantity < 0
group by sub_account_id, x_service_code, x_usage_type
