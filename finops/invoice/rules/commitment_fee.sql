-- One row per reservation or Savings Plan whose fee of the month is not its agreed rate x its hours.
with agreed as (
    select
        contracts.name,
        contracts.value,
        contracts.valid_to,
        cast(
            greatest(
                date_diff(
                    'hour',
                    greatest(contracts.valid_from, invoice_month.starts_at),
                    least(contracts.valid_to, invoice_month.ends_at)
                ),
                0
            ) as decimal(20, 0)
        ) as x_hours
    from contracts
    cross join invoice_month
    where contracts.kind = 'commitment'
        and contracts.valid_from < invoice_month.ends_at
        and contracts.valid_to > invoice_month.starts_at
)

select
    max(charges.sub_account_id) as sub_account_id,
    max(charges.x_service_code) as x_service_code,
    max(charges.x_usage_type) as x_usage_type,
    agreed.name as resource_id,
    [cast(agreed.x_hours as varchar), cast(agreed.value as varchar)] as x_values,
    count(charges.x_unblended_cost) as x_lines,
    coalesce(sum(charges.x_unblended_cost), 0) as x_billed_cost,
    cast(agreed.value * agreed.x_hours as decimal(38, 10)) as x_expected_cost
from agreed
cross join invoice_month
left join month_charges as charges
    on agreed.name = charges.commitment_discount_id
    and charges.x_line_item_type in ('SavingsPlanRecurringFee', 'RIFee')
    and charges.commitment_discount_status is distinct from 'Unused'
    and charges.charge_period_start < agreed.valid_to
group by agreed.name, agreed.value, agreed.x_hours, invoice_month.is_final
-- Fees of an open month are still to come.
having invoice_month.is_final
    or coalesce(sum(charges.x_unblended_cost), 0) > agreed.value * agreed.x_hours
