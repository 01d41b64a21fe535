-- Months in which Savings Plan negations and the usage they cancel leave a rest of a cent or more.
select
    billing_period,
    billing_currency,
    sum(x_unblended_cost) as x_unblended_cost
from facts.daily_cost
where x_line_item_type in ('SavingsPlanCoveredUsage', 'SavingsPlanNegation')
group by billing_period, billing_currency
having abs(sum(x_unblended_cost)) >= 0.01
