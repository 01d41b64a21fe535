-- One row per usage type whose on-demand usage costs other than its agreed rate, by tiers of the payer.
with tiers as (
    select
        contracts.name,
        contracts.service,
        contracts.above,
        contracts.value,
        lead(contracts.above) over (
            partition by contracts.name, contracts.service order by contracts.above
        ) as next_above
    from contracts
    cross join invoice_month
    where contracts.kind = 'rate'
        and contracts.valid_from <= invoice_month.starts_at
        and contracts.valid_to > invoice_month.starts_at
),

used as (
    select
        x_service_code,
        x_usage_type,
        count(*) as x_lines,
        cast(sum(pricing_quantity) as decimal(20, 6)) as pricing_quantity,
        sum(x_unblended_cost) as x_billed_cost
    from month_charges
    where x_line_item_type = 'Usage'
    group by x_service_code, x_usage_type
),

-- AWS adds up the usage of all accounts before it looks for the tier.
expected as (
    select
        used.x_service_code,
        used.x_usage_type,
        used.x_lines,
        used.pricing_quantity,
        used.x_billed_cost,
        cast(
            sum(
                cast(
                    least(used.pricing_quantity, coalesce(tiers.next_above, used.pricing_quantity))
                    - tiers.above as decimal(20, 6)
                ) * tiers.value
            ) as decimal(38, 10)
        ) as x_expected_cost
    from used
    inner join tiers
        on used.x_usage_type = tiers.name
        and (tiers.service = '' or used.x_service_code = tiers.service)
        and used.pricing_quantity > tiers.above
    group by
        used.x_service_code, used.x_usage_type, used.x_lines, used.pricing_quantity,
        used.x_billed_cost
)

select
    cast(null as varchar) as sub_account_id,
    x_service_code,
    x_usage_type,
    cast(null as varchar) as resource_id,
    [
        cast(pricing_quantity as varchar),
        cast(round(cast(x_billed_cost as double) / pricing_quantity, 10) as varchar),
        cast(round(cast(x_expected_cost as double) / pricing_quantity, 10) as varchar)
    ] as x_values,
    x_lines,
    x_billed_cost,
    x_expected_cost
from expected
