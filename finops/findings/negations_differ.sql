-- Savings Plans whose negation lines and the usage that they cancel leave a rest of a cent or more.
select
    billing_period,
    billing_currency,
    cast(null as varchar) as sub_account_id,
    'SavingsPlanNegation' as x_line_item_type,
    commitment_discount_id,
    cast(null as date) as x_first_charge_date,
    cast(null as date) as x_last_charge_date,
    sum(x_charges) as x_lines,
    sum(x_unblended_cost) as x_found_cost
from facts.daily_cost
where x_line_item_type in ('SavingsPlanCoveredUsage', 'SavingsPlanNegation')
group by billing_period, billing_currency, commitment_discount_id
having abs(sum(x_unblended_cost)) >= 0.01
