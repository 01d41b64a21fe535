-- One row per reservation or Savings Plan that is billed after its end.
with fees as (
    select
        charges.sub_account_id,
        charges.x_service_code,
        charges.x_usage_type,
        charges.commitment_discount_id,
        charges.charge_period_start,
        charges.billed_cost,
        -- What was agreed counts before what the bill itself says.
        coalesce(contracts.valid_to, charges.x_commitment_end) as x_end
    from month_charges as charges
    left join contracts
        on charges.commitment_discount_id = contracts.name and contracts.kind = 'commitment'
    where charges.x_line_item_type in ('SavingsPlanRecurringFee', 'RIFee')
        and charges.commitment_discount_status is distinct from 'Unused'
)

select
    sub_account_id,
    x_service_code,
    x_usage_type,
    commitment_discount_id as resource_id,
    [cast(x_end as varchar), cast(min(charge_period_start) as varchar)] as x_values,
    count(*) as x_lines,
    sum(billed_cost) as x_billed_cost,
    0 as x_expected_cost
from fees
where charge_period_start >= x_end
group by sub_account_id, x_service_code, x_usage_type, commitment_discount_id, x_end
