-- One row per commitment fee that left something unused: the unused part as a charge of its own.
-- FOCUS has it so: the fee is bought and costs nothing, what it covers or leaves unused is used.
select * replace (
    'Usage' as charge_category,
    'Unused' as commitment_discount_status,
    'Committed' as pricing_category,
    null as pricing_quantity,
    null as consumed_quantity,
    0 as list_cost,
    0 as contracted_cost,
    0 as billed_cost,
    x_unused_cost as effective_cost,
    0 as x_unblended_cost,
    0 as x_commitment_trueup,
    0 as x_upfront_cost
)
from raw.charges
where x_line_item_type in ('RIFee', 'SavingsPlanRecurringFee') and x_unused_cost <> 0
