-- One row per reservation or Savings Plan that is billed after its end.
select
    charges.sub_account_id,
    charges.x_service_code,
    charges.x_usage_type,
    contracts.name as resource_id,
    'ended ' || cast(contracts.valid_to as varchar) || ', billed from '
        || cast(min(charges.charge_period_start) as varchar) as x_evidence,
    count(*) as x_lines,
    sum(charges.billed_cost) as x_billed_cost,
    0 as x_expected_cost
from month_charges as charges
inner join contracts
    on charges.commitment_discount_id = contracts.name
    and contracts.kind = 'commitment'
    and charges.charge_period_start >= contracts.valid_to
where charges.x_line_item_type in ('SavingsPlanRecurringFee', 'RIFee')
    and charges.commitment_discount_status is distinct from 'Unused'
group by
    charges.sub_account_id, charges.x_service_code, charges.x_usage_type, contracts.name,
    contracts.valid_to
