-- One row per open month and currency whose commitments are paid for hours that have not come yet.
select
    billing_period,
    billing_currency,
    sum(x_commitment_trueup) as x_commitment_trueup
from facts.daily_cost
where commitment_discount_status = 'Unused'
group by billing_period, billing_currency
having sum(x_commitment_trueup) <> 0
order by billing_period, billing_currency
