-- One row per seller and AWS service of a seller that no contract names.
select
    cast(null as varchar) as sub_account_id,
    charges.x_service_code,
    cast(null as varchar) as x_usage_type,
    cast(null as varchar) as resource_id,
    [coalesce(charges.invoice_issuer_name, '–')] as x_values,
    count(*) as x_lines,
    sum(charges.billed_cost) as x_billed_cost,
    0 as x_expected_cost
from month_charges as charges
where charges.billed_cost <> 0
    and not exists (
        select 1
        from contracts
        where contracts.kind = 'tax' and contracts.name = charges.invoice_issuer_name
    )
group by charges.x_service_code, charges.invoice_issuer_name
