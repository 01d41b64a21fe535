-- One row per resource and usage type with usage after the resource was terminated.
select
    charges.sub_account_id,
    charges.x_service_code,
    charges.x_usage_type,
    charges.resource_id,
    [
        cast(contracts.valid_to as varchar),
        cast(min(charges.charge_period_start) as varchar)
    ] as x_values,
    count(*) as x_lines,
    sum(charges.billed_cost) as x_billed_cost,
    0 as x_expected_cost
from month_charges as charges
inner join contracts
    on charges.resource_id = contracts.name
    and contracts.kind = 'resource'
    and charges.charge_period_start >= contracts.valid_to
where charges.charge_category = 'Usage'
group by
    charges.sub_account_id, charges.x_service_code, charges.x_usage_type, charges.resource_id,
    contracts.valid_to
