-- One row per month, rule and billing currency: the cost whose owner the rule decides.
-- Cost is before recoverable tax.
select
    billing_period,
    x_rule_id,
    billing_currency,
    count(distinct x_owner_key) as x_decided_keys,
    min(charge_date) as x_first_charge_date,
    max(charge_date) as x_last_charge_date,
    sum(x_pretax_billed_cost) as billed_cost,
    sum(x_pretax_effective_cost) as effective_cost,
    sum(x_billed_tax) as x_billed_tax,
    sum(x_effective_tax) as x_effective_tax
from facts.owned_cost
where x_owner_method = 'rule'
group by billing_period, x_rule_id, billing_currency
