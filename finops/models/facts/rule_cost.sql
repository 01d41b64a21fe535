-- One row per month, rule and billing currency: the cost whose owner the rule decides.
-- Cost is before recoverable tax.
select
    billing_period,
    x_rule_id,
    billing_currency,
    count(distinct x_owner_key) as x_decided_keys,
    min(charge_date) as x_first_charge_date,
    max(charge_date) as x_last_charge_date,
    sum(case when x_entry = 'vat_receivable' then 0 else billed_cost end) as billed_cost,
    sum(case when x_entry = 'vat_receivable' then 0 else effective_cost end) as effective_cost,
    sum(case when x_entry = 'vat_receivable' then billed_cost else 0 end) as x_billed_tax,
    sum(case when x_entry = 'vat_receivable' then effective_cost else 0 end) as x_effective_tax
from facts.owned_cost
where x_owner_method = 'rule'
group by billing_period, x_rule_id, billing_currency
