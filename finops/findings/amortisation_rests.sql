-- Months in which what no other finding tells keeps billed cost from effective cost, true-up and upfront fees.
-- The bill rounds each covered hour, so a commitment may leave a rest of less than a cent.
select
    billing_period,
    billing_currency,
    cast(null as varchar) as sub_account_id,
    cast(null as varchar) as x_line_item_type,
    cast(null as varchar) as commitment_discount_id,
    cast(null as date) as x_first_charge_date,
    cast(null as date) as x_last_charge_date,
    sum(x_charges) as x_lines,
    sum(x_rest_cost) as x_found_cost
from facts.commitment_rests
where abs(x_rest_cost) < 0.01 or (x_fee_charges = 0 and x_rest_cost > 0)
group by billing_period, billing_currency
having abs(sum(x_rest_cost)) >= 0.01
