-- One row per line of the bill that one delivery has more than once for the same time.
select
    sub_account_id,
    x_service_code,
    x_usage_type,
    resource_id,
    'line ' || x_line_item_id || ' of ' || cast(charge_period_start as varchar) || ', '
        || cast(count(*) as varchar) || ' times' as x_evidence,
    count(*) as x_lines,
    sum(billed_cost) as x_billed_cost,
    max(billed_cost) as x_expected_cost
from month_charges
-- What a fee left unused is a charge of its own, with the id of the fee.
where x_line_item_id is not null and commitment_discount_status is distinct from 'Unused'
group by
    x_line_item_id, x_delivery_id, charge_period_start, charge_period_end, sub_account_id,
    x_service_code, x_usage_type, resource_id
having count(*) > 1
