-- One row per line of the bill that one delivery has more than once for the same time.
with lines as (
    select
        x_line_item_id,
        charge_period_start,
        sub_account_id,
        x_service_code,
        x_usage_type,
        resource_id,
        billed_cost,
        hash(x_line_item_id, x_delivery_id, charge_period_start, charge_period_end) as x_line_key
    from month_charges
    -- What a fee left unused is a charge of its own, with the id of the fee.
    where x_line_item_id is not null and commitment_discount_status is distinct from 'Unused'
),

-- Numbers are found faster, and in less memory, than ids of 52 letters.
repeated as (
    select x_line_key
    from lines
    group by x_line_key
    having count(*) > 1
)

select
    lines.sub_account_id,
    lines.x_service_code,
    lines.x_usage_type,
    lines.resource_id,
    [
        lines.x_line_item_id,
        cast(lines.charge_period_start as varchar),
        cast(count(*) as varchar)
    ] as x_values,
    count(*) as x_lines,
    sum(lines.billed_cost) as x_billed_cost,
    max(lines.billed_cost) as x_expected_cost
from lines
inner join repeated on lines.x_line_key = repeated.x_line_key
group by
    lines.x_line_item_id, lines.x_line_key, lines.charge_period_start, lines.sub_account_id,
    lines.x_service_code, lines.x_usage_type, lines.resource_id
having count(*) > 1
