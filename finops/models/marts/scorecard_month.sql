-- One row per month, KPI of the FinOps Foundation and billing currency: its value, and why it is missing.
-- Names and formulas are its own: the playbooks "How to Calculate Percentage of Commitment Discount Waste" and
-- "Percent of Compute Spend Covered by Commitment Discounts", the FOCUS use case "Determine Effective Savings
-- Rate", and those that marts.coverage_month names; finops.org/finops-kpis.
with bill as (
    select
        billing_period,
        billing_currency,
        sum(case when commitment_discount_status = 'Unused' then effective_cost end)
            as unused_cost,
        sum(case when commitment_discount_status in ('Used', 'Unused') then effective_cost end)
            as commitment_cost,
        -- Spot has no on-demand price of its own; it can't be covered, and counts as compute.
        sum(
            case
                when service_category = 'Compute' and commitment_discount_status = 'Used'
                    then list_cost
            end
        ) as covered_cost,
        sum(case when service_category = 'Compute' then list_cost end) as compute_cost,
        -- The discounts of the enterprise agreement and what commitments left unused belong to usage.
        sum(list_cost) as list_cost,
        sum(effective_cost) as effective_cost
    from facts.daily_cost
    where charge_category = 'Usage'
    group by billing_period, billing_currency
),

kpis as (
    select
        billing_period,
        billing_currency,
        'allocated' as x_kpi,
        1 - x_unallocated_cost_share as x_value,
        'no cost' as x_missing
    from marts.coverage_month
    where x_team = '*'
    union all
    select
        billing_period,
        billing_currency,
        'untagged' as x_kpi,
        x_untagged_cost_share as x_value,
        'nothing that can be tagged' as x_missing
    from marts.coverage_month
    where x_team = '*'
    union all
    select
        billing_period,
        billing_currency,
        'tagging_compliant' as x_kpi,
        x_compliant_cost_share as x_value,
        'nothing that can be tagged' as x_missing
    from marts.coverage_month
    where x_team = '*'
    union all
    select
        billing_period,
        billing_currency,
        'commitment_waste' as x_kpi,
        coalesce(cast(unused_cost as double), 0) / nullif(cast(commitment_cost as double), 0)
            as x_value,
        'no commitments' as x_missing
    from bill
    union all
    select
        billing_period,
        billing_currency,
        'compute_covered' as x_kpi,
        coalesce(cast(covered_cost as double), 0) / nullif(cast(compute_cost as double), 0)
            as x_value,
        'no compute' as x_missing
    from bill
    union all
    select
        billing_period,
        billing_currency,
        'effective_savings_rate' as x_kpi,
        cast(list_cost - effective_cost as double) / nullif(cast(list_cost as double), 0)
            as x_value,
        'no list prices' as x_missing
    from bill
    union all
    select
        billing_period,
        billing_currency,
        'cost_to_revenue' as x_kpi,
        x_effective_cost_to_revenue as x_value,
        x_to_revenue_reason as x_missing
    from marts.unit_cost_month
    where x_scope = 'company'
    union all
    -- Below zero is over budget.
    select
        billing_period,
        billing_currency,
        'budget_variance' as x_kpi,
        cast(x_effective_variance as double) / nullif(cast(x_budget as double), 0) as x_value,
        coalesce(x_variance_reason, 'the budget is zero') as x_missing
    from marts.unit_cost_month
    where x_scope = 'company'
)

select
    billing_period,
    billing_currency,
    x_kpi,
    x_value,
    case when x_value is null then x_missing end as x_reason
from kpis
