-- Commitments of a month that is over whose fee pays for more than its usage and unused part.
with open_months as (
    select distinct billing_period
    from facts.open_deliveries
    where x_complete_until < last_day(cast(billing_period || '-01' as date))
)

select
    rests.billing_period,
    rests.billing_currency,
    cast(null as varchar) as sub_account_id,
    cast(null as varchar) as x_line_item_type,
    rests.commitment_discount_id,
    cast(null as date) as x_first_charge_date,
    cast(null as date) as x_last_charge_date,
    rests.x_charges as x_lines,
    rests.x_rest_cost as x_found_cost
from facts.commitment_rests as rests
left join open_months on rests.billing_period = open_months.billing_period
where rests.x_fee_charges > 0 and rests.x_rest_cost >= 0.01 and open_months.billing_period is null
