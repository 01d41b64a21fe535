-- One row per account, AWS service and usage type with usage after the account was closed.
select
    charges.sub_account_id,
    charges.x_service_code,
    charges.x_usage_type,
    cast(null as varchar) as resource_id,
    [
        cast(cast(contracts.valid_to as date) as varchar),
        cast(min(charges.charge_date) as varchar)
    ] as x_values,
    count(*) as x_lines,
    sum(charges.billed_cost) as x_billed_cost,
    0 as x_expected_cost
from month_charges as charges
inner join contracts
    on charges.sub_account_id = contracts.name
    and contracts.kind = 'account'
    and charges.charge_period_start >= contracts.valid_to
where charges.charge_category = 'Usage'
group by
    charges.sub_account_id, charges.x_service_code, charges.x_usage_type, contracts.valid_to
