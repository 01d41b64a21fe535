-- Line item types with charges dated outside the month that bills them.
with dated_costs as (
    select
        *,
        cast(billing_period || '-01' as date) as first_day,
        last_day(cast(billing_period || '-01' as date)) as last_day
    from facts.daily_cost
)

select
    billing_period,
    billing_currency,
    cast(null as varchar) as sub_account_id,
    coalesce(x_line_item_type, charge_category) as x_line_item_type,
    cast(null as varchar) as commitment_discount_id,
    min(x_bill_date) as x_first_charge_date,
    max(x_bill_date) as x_last_charge_date,
    sum(x_charges) as x_lines,
    sum(billed_cost) as x_found_cost
from dated_costs
where x_bill_date < first_day or x_bill_date > last_day
group by billing_period, billing_currency, coalesce(x_line_item_type, charge_category)
having sum(abs(billed_cost)) >= 0.01
