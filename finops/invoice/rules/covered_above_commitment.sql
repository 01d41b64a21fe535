-- One row per reservation or Savings Plan that covered more than was committed.
select
    max(sub_account_id) as sub_account_id,
    max(x_service_code) as x_service_code,
    max(x_usage_type) as x_usage_type,
    commitment_discount_id as resource_id,
    [cast(count(*) as varchar), cast(min(charge_date) as varchar)] as x_values,
    count(*) as x_lines,
    sum(effective_cost) as x_billed_cost,
    0 as x_expected_cost
from month_charges
-- What a fee leaves unused is below zero where more was used than it paid for.
where commitment_discount_status = 'Unused' and effective_cost < -0.01
group by commitment_discount_id
