-- One row per AWS service whose enterprise discount is not the agreed share of what is eligible.
with agreed as (
    select
        contracts.service,
        contracts.value
    from contracts
    cross join invoice_month
    where contracts.kind = 'enterprise_discount'
        and contracts.valid_from <= invoice_month.starts_at
        and contracts.valid_to > invoice_month.starts_at
),

by_service as (
    select
        x_service_code,
        count(*) as x_lines,
        -- Covered usage and its negation add up to nothing.
        sum(
            case
                when x_line_item_type in (
                    'Usage', 'DiscountedUsage', 'SavingsPlanRecurringFee', 'RIFee',
                    'SavingsPlanUpfrontFee'
                ) and commitment_discount_status is distinct from 'Unused'
                    then x_unblended_cost
                -- The discount on a fee goes back with the fee.
                when x_line_item_type in ('Fee', 'Refund') and commitment_discount_id is not null
                    then x_unblended_cost
                else 0
            end
        ) as x_eligible_cost,
        -- The discount is a line of its own, or inside the net columns and so in billed cost.
        sum(
            case
                when x_charge_kind like '%_discount' then -billed_cost
                when x_line_item_type in ('SavingsPlanCoveredUsage', 'SavingsPlanNegation') then 0
                else x_unblended_cost - billed_cost
            end
        ) as x_discount
    from month_charges
    group by x_service_code
),

agreed_shares as (
    select
        by_service.x_service_code,
        coalesce(of_service.value, of_all.value, 0) as x_share
    from by_service
    left join agreed as of_service on by_service.x_service_code = of_service.service
    left join agreed as of_all on of_all.service in ('', '*')
)

select
    cast(null as varchar) as sub_account_id,
    by_service.x_service_code,
    cast(null as varchar) as x_usage_type,
    cast(null as varchar) as resource_id,
    [
        cast(cast(by_service.x_discount as decimal(18, 2)) as varchar),
        cast(cast(agreed_shares.x_share * 100 as decimal(9, 2)) as varchar),
        cast(cast(by_service.x_eligible_cost as decimal(18, 2)) as varchar)
    ] as x_values,
    by_service.x_lines,
    -by_service.x_discount as x_billed_cost,
    cast(
        -cast(by_service.x_eligible_cost as decimal(28, 10)) * agreed_shares.x_share
        as decimal(38, 10)
    ) as x_expected_cost
from by_service
inner join agreed_shares on by_service.x_service_code = agreed_shares.x_service_code
