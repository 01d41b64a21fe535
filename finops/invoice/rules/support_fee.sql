-- One row per support plan whose fee of the month is not what its tiers give.
with billed as (
    select
        x_service_code,
        max(sub_account_id) as sub_account_id,
        count(*) as x_lines,
        sum(x_unblended_cost) as x_billed_cost
    from month_charges
    where x_service_code in (select service_code from support_tiers) and charge_category <> 'Tax'
    group by x_service_code
),

-- Credits and refunds may lower what the fee is a share of, or not.
bases as (
    select
        'before' as x_basis,
        cast(coalesce(sum(x_unblended_cost), 0) as decimal(28, 6)) as x_base_cost
    from month_charges
    where charge_category in ('Usage', 'Purchase')
        and x_charge_kind not like '%_discount'
        and x_service_code not in (select service_code from support_tiers)
    union all
    select
        'after' as x_basis,
        cast(coalesce(sum(x_unblended_cost), 0) as decimal(28, 6)) as x_base_cost
    from month_charges
    where charge_category <> 'Tax'
        and x_charge_kind not like '%_discount'
        and x_service_code not in (select service_code from support_tiers)
),

tiers as (
    select
        service_code,
        above,
        share,
        minimum,
        lead(above) over (partition by service_code order by above) as next_above
    from support_tiers
),

fees as (
    select
        billed.x_service_code,
        bases.x_basis,
        max(bases.x_base_cost) as x_base_cost,
        greatest(
            sum(
                cast(
                    greatest(
                        least(bases.x_base_cost, coalesce(tiers.next_above, bases.x_base_cost))
                        - tiers.above,
                        0
                    ) as decimal(28, 6)
                ) * tiers.share
            ),
            max(tiers.minimum)
        ) as x_fee
    from billed
    inner join tiers on billed.x_service_code = tiers.service_code
    cross join bases
    group by billed.x_service_code, bases.x_basis
)

select
    max(billed.sub_account_id) as sub_account_id,
    billed.x_service_code,
    cast(null as varchar) as x_usage_type,
    cast(null as varchar) as resource_id,
    [cast(cast(max(fees.x_base_cost) as decimal(18, 2)) as varchar)] as x_values,
    max(billed.x_lines) as x_lines,
    max(billed.x_billed_cost) as x_billed_cost,
    cast(
        greatest(least(max(billed.x_billed_cost), max(fees.x_fee)), min(fees.x_fee))
        as decimal(38, 10)
    ) as x_expected_cost
from billed
inner join fees on billed.x_service_code = fees.x_service_code
group by billed.x_service_code
