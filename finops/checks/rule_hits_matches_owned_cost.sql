-- Rules whose decided cost and tax in the rules report are not that of owned cost, by any digit.
with owned as (
    select
        x_rule_id,
        billing_currency,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost
    from facts.owned_cost
    where x_rule_id is not null
    group by x_rule_id, billing_currency
)

select
    coalesce(owned.x_rule_id, rule_hits.x_rule_id) as x_rule_id,
    coalesce(owned.billing_currency, rule_hits.billing_currency) as billing_currency,
    owned.billed_cost as expected_billed_cost,
    rule_hits.billed_cost + rule_hits.x_billed_tax as found_billed_cost,
    owned.effective_cost as expected_effective_cost,
    rule_hits.effective_cost + rule_hits.x_effective_tax as found_effective_cost
from owned
full outer join marts.rule_hits
    on
        owned.x_rule_id = rule_hits.x_rule_id
        and owned.billing_currency = rule_hits.billing_currency
where
    coalesce(owned.billed_cost, 0) <> coalesce(rule_hits.billed_cost + rule_hits.x_billed_tax, 0)
    or coalesce(owned.effective_cost, 0)
    <> coalesce(rule_hits.effective_cost + rule_hits.x_effective_tax, 0)
    or (owned.x_rule_id is not null and rule_hits.x_rule_id is null)
