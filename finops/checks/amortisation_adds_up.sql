-- Months in which billed cost is not effective cost plus true-up plus upfront fees, to the cent.
-- The bill rounds each covered hour, so the sums differ after the fifth decimal.
select
    billing_period,
    billing_currency,
    sum(billed_cost) as billed_cost,
    sum(effective_cost) as effective_cost,
    sum(x_commitment_trueup) as x_commitment_trueup,
    sum(x_upfront_cost) as x_upfront_cost
from facts.daily_cost
-- FOCUS exports have no true-up.
where x_commitment_trueup is not null
group by billing_period, billing_currency
having
    abs(
        sum(billed_cost)
        - sum(effective_cost)
        - sum(x_commitment_trueup)
        - sum(x_upfront_cost)
    ) > 0.01
