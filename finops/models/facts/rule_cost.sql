-- One row per month, rule and billing currency: the cost whose owner the rule decides.
select
    billing_period,
    x_rule_id,
    billing_currency,
    count(distinct x_owner_key) as x_decided_keys,
    min(charge_date) as x_first_charge_date,
    max(charge_date) as x_last_charge_date,
    sum(billed_cost) as billed_cost,
    sum(effective_cost) as effective_cost
from facts.owned_cost
where x_owner_method = 'rule'
group by billing_period, x_rule_id, billing_currency
