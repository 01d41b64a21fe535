-- One row per month, currency and commitment: what its fees pay, less what its usage and unused part cost.
-- In a whole, closed bill that is upfront fees and true-up, so nothing is left. FOCUS has no true-up.
with commitment_costs as (
    select
        billing_period,
        billing_currency,
        commitment_discount_id,
        sum(
            case
                when commitment_discount_status is distinct from 'Unused'
                    and x_line_item_type in (
                        'SavingsPlanUpfrontFee', 'SavingsPlanRecurringFee', 'RIFee', 'Fee'
                    )
                    then x_charges
                else 0
            end
        ) as x_fee_charges,
        sum(x_charges) as x_charges,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(x_commitment_trueup) as x_commitment_trueup,
        sum(x_upfront_cost) as x_upfront_cost
    from facts.daily_cost
    where x_commitment_trueup is not null
    group by billing_period, billing_currency, commitment_discount_id
)

select
    billing_period,
    billing_currency,
    commitment_discount_id,
    x_fee_charges,
    x_charges,
    billed_cost,
    effective_cost,
    x_commitment_trueup,
    x_upfront_cost,
    billed_cost - effective_cost - x_commitment_trueup - x_upfront_cost as x_rest_cost
from commitment_costs
