-- Commitments whose usage and unused part cost more than the fees in the bill pay.
select
    billing_period,
    billing_currency,
    cast(null as varchar) as sub_account_id,
    cast(null as varchar) as x_line_item_type,
    commitment_discount_id,
    cast(null as date) as x_first_charge_date,
    cast(null as date) as x_last_charge_date,
    x_charges as x_lines,
    -x_rest_cost as x_found_cost
from facts.commitment_rests
where x_fee_charges > 0 and x_rest_cost <= -0.01
