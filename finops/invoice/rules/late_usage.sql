-- One row per account, AWS service and usage type with usage of an earlier month, billed in this one.
select
    charges.sub_account_id,
    charges.x_service_code,
    charges.x_usage_type,
    cast(null as varchar) as resource_id,
    [
        cast(min(charges.charge_date) as varchar),
        cast(max(charges.charge_date) as varchar)
    ] as x_values,
    count(*) as x_lines,
    sum(charges.billed_cost) as x_billed_cost,
    0 as x_expected_cost
from month_charges as charges
cross join invoice_month
where charges.charge_category = 'Usage'
    and charges.charge_period_start < invoice_month.starts_at
group by charges.sub_account_id, charges.x_service_code, charges.x_usage_type
