-- One row per month and commitment: its term, and what its fees and amortisation were.
-- Of all months; up to another: set variable period = '2026-10';
with first_periods as (
    select billing_account_id, min(billing_period) as x_first_period
    from staging.charges
    group by billing_account_id
),

fees as (
    select
        *,
        -- Both are of one type: a case of two others would round.
        case x_line_item_type
            when 'RIFee' then x_reservation_amortised_upfront
            when 'SavingsPlanRecurringFee' then x_savings_plan_amortised_upfront
        end as x_amortised_unblended_cost,
        x_line_item_type in ('RIFee', 'SavingsPlanRecurringFee') as is_monthly_fee
    from staging.charges
    where
        billing_period <= coalesce(getvariable('period'), '9999-12')
        and commitment_discount_id is not null
        and charge_category = 'Purchase'
        and x_commitment_trueup is not null
)

select
    billing_period,
    commitment_discount_id,
    billing_currency,
    max(coalesce(commitment_discount_type, 'commitment')) as commitment_discount_type,
    max(coalesce(invoice_issuer_name, 'unknown')) as invoice_issuer_name,
    max(x_commitment_start) as x_commitment_start,
    max(x_commitment_end) as x_commitment_end,
    -- The first month of the bills that it is in: what was paid before is not in them.
    min(x_first_period) as x_first_period,
    sum(billed_cost - x_upfront_cost) as x_recurring_cost,
    bool_or(is_monthly_fee) as x_has_monthly_fee,
    -- What the bill itself amortised of an upfront fee, however long ago that was paid: after the
    -- discounts that are in its net columns, and before, NULL where the bill doesn't say that.
    -sum(x_commitment_trueup) as x_amortised_cost,
    sum(x_amortised_unblended_cost) as x_amortised_unblended_cost,
    sum(x_upfront_cost) as x_upfront_cost,
    sum(case when x_upfront_cost <> 0 then x_unblended_cost end) as x_upfront_unblended_cost
from fees
inner join first_periods
    on fees.billing_account_id is not distinct from first_periods.billing_account_id
group by billing_period, commitment_discount_id, billing_currency
order by commitment_discount_id, billing_currency, billing_period
