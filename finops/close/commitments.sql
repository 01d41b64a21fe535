-- One row per month and commitment: its term, and what its fees and amortisation were.
-- Of all months; up to another: set variable period = '2026-10';
select
    billing_period,
    commitment_discount_id,
    billing_currency,
    max(coalesce(commitment_discount_type, 'commitment')) as commitment_discount_type,
    max(coalesce(invoice_issuer_name, 'unknown')) as invoice_issuer_name,
    max(x_commitment_start) as x_commitment_start,
    max(x_commitment_end) as x_commitment_end,
    sum(billed_cost - x_upfront_cost) as x_recurring_cost,
    -- What the bill itself amortised of an upfront fee, however long ago that was paid.
    -sum(x_commitment_trueup) as x_amortised_cost,
    sum(x_upfront_cost) as x_upfront_cost
from staging.charges
where
    billing_period <= coalesce(getvariable('period'), '9999-12')
    and commitment_discount_id is not null
    and charge_category = 'Purchase'
    and x_commitment_trueup is not null
group by billing_period, commitment_discount_id, billing_currency
order by commitment_discount_id, billing_currency, billing_period
