-- One row per credit that was given although every agreed credit like it had ended or not begun.
select
    charges.sub_account_id,
    charges.x_service_code,
    charges.x_usage_type,
    cast(null as varchar) as resource_id,
    [
        charges.charge_description,
        coalesce(
            cast(
                max(case when contracts.valid_to < timestamp '9999-01-01' then contracts.valid_to end)
                as varchar
            ),
            '–'
        )
    ] as x_values,
    count(distinct charges.x_line_item_id) as x_lines,
    max(charges.billed_cost) as x_billed_cost,
    0 as x_expected_cost
from month_charges as charges
cross join invoice_month
left join contracts
    on contracts.kind = 'credit'
    and contains(lower(charges.charge_description), lower(contracts.name))
    and (
        contracts.service = ''
        or list_contains(string_split(contracts.service, '|'), charges.x_service_code)
    )
where charges.charge_category = 'Credit'
group by
    charges.sub_account_id, charges.x_service_code, charges.x_usage_type,
    charges.charge_description, charges.x_line_item_id, charges.charge_period_start
having not coalesce(
    bool_or(
        contracts.valid_from < invoice_month.ends_at
        and contracts.valid_to > invoice_month.starts_at
    ),
    false
)
