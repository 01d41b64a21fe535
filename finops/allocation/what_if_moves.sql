-- One row per pair of old and new owner, what decided each, and billing currency: own cost that moves.
-- Cost is before recoverable tax.
with old_owners as (
    select
        billing_period,
        charge_date,
        x_owner_key,
        billing_currency,
        x_team,
        x_owner_method,
        x_owner_source,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost
    from published.owned_cost
    where x_entry is distinct from 'vat_receivable'
    group by
        billing_period,
        charge_date,
        x_owner_key,
        billing_currency,
        x_team,
        x_owner_method,
        x_owner_source
),

new_owners as (
    select distinct
        billing_period,
        charge_date,
        x_owner_key,
        x_team,
        x_owner_method,
        x_owner_source,
        x_rule_id
    from facts.owned_cost
)

select
    old_owners.x_team as x_old_team,
    new_owners.x_team as x_new_team,
    old_owners.x_owner_method as x_old_owner_method,
    old_owners.x_owner_source as x_old_owner_source,
    new_owners.x_owner_method as x_new_owner_method,
    new_owners.x_owner_source as x_new_owner_source,
    rules.x_line as x_new_line,
    old_owners.billing_currency,
    sum(old_owners.billed_cost) as billed_cost,
    sum(old_owners.effective_cost) as effective_cost
from old_owners
inner join new_owners
    on
        old_owners.billing_period = new_owners.billing_period
        and old_owners.charge_date = new_owners.charge_date
        and old_owners.x_owner_key = new_owners.x_owner_key
left join mappings.rule_owners as rules
    on new_owners.x_rule_id = rules.x_rule_id
where old_owners.x_team <> new_owners.x_team
group by
    old_owners.x_team,
    new_owners.x_team,
    old_owners.x_owner_method,
    old_owners.x_owner_source,
    new_owners.x_owner_method,
    new_owners.x_owner_source,
    rules.x_line,
    old_owners.billing_currency
having sum(old_owners.billed_cost) <> 0 or sum(old_owners.effective_cost) <> 0
order by
    abs(sum(old_owners.effective_cost)) desc,
    old_owners.x_team,
    new_owners.x_team,
    old_owners.x_owner_source,
    new_owners.x_owner_source
