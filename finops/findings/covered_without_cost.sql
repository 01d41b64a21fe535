-- Commitments whose covered usage has no effective cost: what it costs is missing from cost.
select
    billing_period,
    billing_currency,
    cast(null as varchar) as sub_account_id,
    x_line_item_type,
    commitment_discount_id,
    min(charge_date) as x_first_charge_date,
    max(charge_date) as x_last_charge_date,
    sum(x_charges) as x_lines,
    sum(list_cost) as x_found_cost
from facts.daily_cost
where
    x_line_item_type in ('SavingsPlanCoveredUsage', 'DiscountedUsage')
    and consumed_quantity > 0
    and list_cost > 0
    and effective_cost = 0
group by billing_period, billing_currency, x_line_item_type, commitment_discount_id
having sum(list_cost) >= 0.01
