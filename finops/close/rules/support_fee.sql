-- One row per month whose support fee is not what the tiers of the contract give.
with billed as (
    select
        count(case when x_service_code like 'AWSSupport%' then 1 end) as x_lines,
        max(case when x_service_code like 'AWSSupport%' then x_service_code end) as x_service_code,
        max(case when x_service_code like 'AWSSupport%' then sub_account_id end) as sub_account_id,
        coalesce(
            sum(case when x_service_code like 'AWSSupport%' then x_unblended_cost end), 0
        ) as x_billed_cost,
        -- Support is a share of the month's charges before enterprise discount and tax.
        cast(
            coalesce(
                sum(
                    case
                        when x_service_code like 'AWSSupport%' or charge_category = 'Tax'
                            or x_line_item_type like '%Discount'
                            or commitment_discount_status = 'Unused'
                            then 0
                        else x_unblended_cost
                    end
                ),
                0
            ) as decimal(20, 6)
        ) as x_eligible_cost
    from month_charges
    where charge_category <> 'Tax' or x_service_code not like 'AWSSupport%'
),

tiers as (
    select
        contracts.above,
        contracts.value,
        lead(contracts.above) over (order by contracts.above) as next_above
    from contracts
    cross join invoice_month
    where contracts.kind = 'support'
        and contracts.valid_from <= invoice_month.starts_at
        and contracts.valid_to > invoice_month.starts_at
),

fees as (
    select
        coalesce(
            sum(
                cast(
                    least(
                        billed.x_eligible_cost, coalesce(tiers.next_above, billed.x_eligible_cost)
                    ) - tiers.above as decimal(20, 6)
                ) * tiers.value
            ),
            0
        ) as x_tiered_cost
    from billed
    inner join tiers on billed.x_eligible_cost > tiers.above
),

minimum as (
    select coalesce(max(contracts.value), 0) as x_minimum_cost
    from contracts
    cross join invoice_month
    where contracts.kind = 'support_minimum'
        and contracts.valid_from <= invoice_month.starts_at
        and contracts.valid_to > invoice_month.starts_at
)

select
    billed.sub_account_id,
    billed.x_service_code,
    cast(null as varchar) as x_usage_type,
    cast(null as varchar) as resource_id,
    'tiers on ' || cast(cast(billed.x_eligible_cost as decimal(18, 2)) as varchar) as x_evidence,
    billed.x_lines,
    billed.x_billed_cost,
    cast(greatest(fees.x_tiered_cost, minimum.x_minimum_cost) as decimal(38, 10))
        as x_expected_cost
from billed
cross join fees
cross join minimum
cross join invoice_month
-- The fee comes a week after the month.
where invoice_month.is_final or billed.x_lines > 0
