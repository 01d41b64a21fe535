-- Line item types that no rule knows: they count as they are billed.
with unknown_types as (
    select distinct
        billing_period,
        unnest(unknown_line_item_types) as x_line_item_type
    from ledger.deliveries
    where status = 'current'
)

select
    costs.billing_period,
    costs.billing_currency,
    cast(null as varchar) as sub_account_id,
    costs.x_line_item_type,
    cast(null as varchar) as commitment_discount_id,
    min(costs.charge_date) as x_first_charge_date,
    max(costs.charge_date) as x_last_charge_date,
    sum(costs.x_charges) as x_lines,
    sum(costs.billed_cost) as x_found_cost
from facts.daily_cost as costs
inner join unknown_types
    on
        costs.billing_period = unknown_types.billing_period
        and costs.x_line_item_type = unknown_types.x_line_item_type
group by costs.billing_period, costs.billing_currency, costs.x_line_item_type
