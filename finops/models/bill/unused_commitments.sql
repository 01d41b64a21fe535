-- One row per commitment fee that left something unused or pays for days to come, as a charge of its own.
-- In a month that is not over: set variable elapsed_until = timestamp '2026-10-11';
-- FOCUS has it so: the fee is bought and costs nothing, what it covers or leaves unused is used.
select charges.* exclude (file_row_number) replace (
    'Usage' as charge_category,
    'Unused' as commitment_discount_status,
    'Committed' as pricing_category,
    null as pricing_quantity,
    null as consumed_quantity,
    0 as list_cost,
    0 as contracted_cost,
    0 as billed_cost,
    coalesce(fees_to_come.unused_cost, charges.x_unused_cost) as effective_cost,
    0 as x_unblended_cost,
    cast(coalesce(fees_to_come.x_commitment_trueup, 0) as decimal(18, 10)) as x_commitment_trueup,
    0 as x_upfront_cost
)
from raw.charges
left join raw.fees_to_come on charges.file_row_number = fees_to_come.file_row_number
where
    x_line_item_type in ('RIFee', 'SavingsPlanRecurringFee')
    and (charges.x_unused_cost <> 0 or fees_to_come.file_row_number is not null)
    -- Said apart for a month that is over, so that few rows of its file have to be read.
    and (charges.x_unused_cost <> 0 or getvariable('elapsed_until') is not null)
