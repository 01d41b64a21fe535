-- One row per month, KPI of the FinOps Foundation and billing currency: its value, what it divides by what, and why it is missing.
-- Unique: billing_period, billing_currency, x_kpi.
-- Names, formulas, their pages and where ours must differ are in KPIS of finops/business/scorecard.py.
-- Of usage before recoverable tax, credits and refunds.
with uses as (
    select
        daily_cost.billing_period,
        daily_cost.billing_currency,
        -- Where nothing is paid there is nothing to cover.
        daily_cost.list_cost - daily_cost.x_free_list_cost as list_cost,
        daily_cost.effective_cost,
        cast(
            daily_cost.consumed_quantity - coalesce(daily_cost.x_free_quantity, 0)
            as decimal(28, 10)
        ) as hours,
        daily_cost.x_service_code is not null and daily_cost.x_usage_type is not null as is_told,
        coalesce(coverable.x_is_instance, false) as is_instance,
        coalesce(coverable.x_use = 'compute', daily_cost.service_category = 'Compute') as is_compute,
        case
            when daily_cost.commitment_discount_status = 'Used' then 'covered'
            when daily_cost.commitment_discount_status = 'Unused' then 'unused'
            -- A line of the enterprise discount on what a commitment itself costs.
            when
                daily_cost.x_usage_type like '%HeavyUsage%'
                or daily_cost.x_service_code like '%SavingsPlan%'
                then 'fee discount'
            when coverable.x_use is null or daily_cost.pricing_category = 'Dynamic' then 'never'
            else 'on demand'
        end as x_commitment
    from facts.daily_cost
    left join facts.coverable_usage as coverable
        on
            daily_cost.billing_period = coverable.billing_period
            and daily_cost.x_service_code = coverable.x_service_code
            and daily_cost.x_usage_type = coverable.x_usage_type
    where daily_cost.charge_category = 'Usage'
),

bill as (
    select
        billing_period,
        billing_currency,
        bool_or(is_told) as is_told,
        sum(case when x_commitment = 'unused' then effective_cost else 0 end) as unused_cost,
        sum(case when x_commitment = 'covered' then effective_cost else 0 end) as used_cost,
        sum(case when is_compute and x_commitment = 'covered' then list_cost else 0 end)
            as covered_compute,
        sum(case when is_compute and x_commitment in ('covered', 'on demand') then list_cost end)
            as coverable_compute,
        sum(case when x_commitment = 'covered' then list_cost else 0 end) as covered_cost,
        sum(case when x_commitment in ('covered', 'on demand') then list_cost end)
            as coverable_cost,
        sum(case when is_instance and x_commitment = 'covered' then hours else 0 end)
            as covered_hours,
        sum(case when is_instance and x_commitment in ('covered', 'on demand') then hours end)
            as coverable_hours,
        sum(case when x_commitment <> 'never' then effective_cost else 0 end)
            as spent_cost
    from uses
    group by billing_period, billing_currency
),

reserved as (
    select
        billing_period,
        billing_currency,
        sum(cast(x_reservation_total_units as decimal(28, 10))) as reserved_hours,
        sum(cast(coalesce(x_reservation_unused_quantity, 0) as decimal(28, 10))) as unused_hours
    from staging.charges
    where
        x_line_item_type = 'RIFee'
        and charge_category = 'Purchase'
        and x_reservation_total_units is not null
    group by billing_period, billing_currency
),

kpis as (
    select
        billing_period,
        billing_currency,
        'allocated' as x_kpi,
        effective_cost - x_unallocated_cost as x_numerator,
        effective_cost as x_denominator,
        billing_currency as x_unit,
        'no cost' as x_missing
    from marts.allocation_month
    where x_team = '*'
    union all
    select
        billing_period,
        billing_currency,
        'untagged' as x_kpi,
        x_untagged_cost as x_numerator,
        x_taggable_cost as x_denominator,
        billing_currency as x_unit,
        'nothing that can be tagged' as x_missing
    from marts.allocation_month
    where x_team = '*'
    union all
    select
        billing_period,
        billing_currency,
        'tagging_compliant' as x_kpi,
        x_compliant_cost as x_numerator,
        x_taggable_cost as x_denominator,
        billing_currency as x_unit,
        'nothing that can be tagged' as x_missing
    from marts.allocation_month
    where x_team = '*'
    union all
    select
        billing_period,
        billing_currency,
        'commitment_waste' as x_kpi,
        unused_cost as x_numerator,
        used_cost + unused_cost as x_denominator,
        billing_currency as x_unit,
        'no commitments' as x_missing
    from bill
    union all
    select
        billing_period,
        billing_currency,
        'commitment_used' as x_kpi,
        used_cost as x_numerator,
        used_cost + unused_cost as x_denominator,
        billing_currency as x_unit,
        'no commitments' as x_missing
    from bill
    union all
    select
        bill.billing_period,
        bill.billing_currency,
        'reserved_hours_used' as x_kpi,
        reserved.reserved_hours - reserved.unused_hours as x_numerator,
        reserved.reserved_hours as x_denominator,
        'hours' as x_unit,
        'no reservation whose hours the bill says; a FOCUS export says none' as x_missing
    from bill
    left join reserved
        on
            bill.billing_period = reserved.billing_period
            and bill.billing_currency = reserved.billing_currency
    union all
    select
        billing_period,
        billing_currency,
        'compute_covered' as x_kpi,
        covered_compute as x_numerator,
        case when is_told then coverable_compute end as x_denominator,
        billing_currency as x_unit,
        case
            when is_told then 'no compute that a commitment can cover'
            else 'no usage types of AWS, which tell what a commitment can cover'
        end as x_missing
    from bill
    union all
    select
        billing_period,
        billing_currency,
        'usage_covered' as x_kpi,
        covered_cost as x_numerator,
        case when is_told then coverable_cost end as x_denominator,
        billing_currency as x_unit,
        case
            when is_told then 'no usage that a commitment can cover'
            else 'no usage types of AWS, which tell what a commitment can cover'
        end as x_missing
    from bill
    union all
    select
        billing_period,
        billing_currency,
        'instance_hours_covered' as x_kpi,
        covered_hours as x_numerator,
        case when is_told then coverable_hours end as x_denominator,
        'hours' as x_unit,
        case
            when is_told then 'no hours of instances that a commitment can cover'
            else 'no usage types of AWS, which tell what a commitment can cover'
        end as x_missing
    from bill
    union all
    select
        billing_period,
        billing_currency,
        'effective_savings_rate' as x_kpi,
        coverable_cost - spent_cost as x_numerator,
        case when is_told then coverable_cost end as x_denominator,
        billing_currency as x_unit,
        case
            when is_told then 'no usage that a commitment can cover'
            else 'no usage types of AWS, which tell what a commitment can cover'
        end as x_missing
    from bill
    union all
    -- In the currency of the revenue.
    select
        billing_period,
        billing_currency,
        'cost_to_revenue' as x_kpi,
        case
            when x_to_revenue_reason is not null then null
            when x_revenue_currency = billing_currency then effective_cost
            else cast(effective_cost as decimal(28, 8)) * cast(x_exchange_rate as decimal(20, 10))
        end as x_numerator,
        case when x_to_revenue_reason is null then cast(x_revenue as decimal(38, 10)) end
            as x_denominator,
        x_revenue_currency as x_unit,
        x_to_revenue_reason as x_missing
    from marts.unit_cost_month
    where x_scope = 'company'
    union all
    -- Below zero is over budget.
    select
        billing_period,
        billing_currency,
        'budget_variance' as x_kpi,
        x_effective_variance as x_numerator,
        x_budget as x_denominator,
        billing_currency as x_unit,
        coalesce(x_variance_reason, 'the budget is zero') as x_missing
    from marts.unit_cost_month
    where x_scope = 'company'
),

bases as (
    select
        billing_period,
        billing_currency,
        x_kpi,
        cast(x_numerator as decimal(38, 10)) as x_numerator,
        cast(x_denominator as decimal(38, 10)) as x_denominator,
        x_unit,
        x_missing,
        coalesce(x_denominator, 0) <> 0 and x_numerator is not null as is_known
    from kpis
)

-- A KPI without a value has no base either.
select
    billing_period,
    billing_currency,
    x_kpi,
    case when is_known then cast(x_numerator as double) / cast(x_denominator as double) end
        as x_value,
    case when is_known then x_numerator end as x_numerator,
    case when is_known then x_denominator end as x_denominator,
    case when is_known then x_unit end as x_unit,
    case when not is_known then x_missing end as x_reason
from bases
