-- One row per account, AWS service and usage type that was billed above AWS's own list price.
select
    sub_account_id,
    x_service_code,
    x_usage_type,
    cast(null as varchar) as resource_id,
    [cast(count(*) as varchar), cast(min(charge_date) as varchar)] as x_values,
    count(*) as x_lines,
    sum(x_unblended_cost) as x_billed_cost,
    sum(list_cost) as x_expected_cost
from month_charges
where x_line_item_type = 'Usage'
    -- Both are rounded to ten decimals, from rates that are rounded too.
    and x_unblended_cost > list_cost + abs(list_cost) * 0.0001 + 0.000001
group by sub_account_id, x_service_code, x_usage_type
