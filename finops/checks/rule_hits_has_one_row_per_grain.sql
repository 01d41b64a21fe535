-- Rules that the rules report leaves out or names twice in one currency.
select
    rules.x_rule_id,
    rule_hits.billing_currency,
    1 as expected_rows,
    count(rule_hits.x_rule_id) as found_rows
from mappings.rule_owners as rules
left join marts.rule_hits
    on rules.x_rule_id = rule_hits.x_rule_id
group by rules.x_rule_id, rule_hits.billing_currency
having count(rule_hits.x_rule_id) <> 1
