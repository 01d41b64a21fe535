-- One row per rule and billing currency of what it decides, in the order in which rules are asked.
-- Cost is before recoverable tax.
-- Reads all months.
with keys as (
    select
        x_rule_id,
        -- A combination counts once in each month that has it.
        cast(sum(x_matched_keys) as bigint) as x_matched_keys,
        cast(sum(x_conflicting_keys) as bigint) as x_conflicting_keys,
        max_by(x_conflicts_with, billing_period) as x_conflicts_with,
        max_by(x_shadowed_by, billing_period) as x_shadowed_by
    from owners.rule_keys
    group by x_rule_id
),

cost as (
    select
        x_rule_id,
        billing_currency,
        cast(sum(x_decided_keys) as bigint) as x_decided_keys,
        min(x_first_charge_date) as x_first_charge_date,
        max(x_last_charge_date) as x_last_charge_date,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(x_billed_tax) as x_billed_tax,
        sum(x_effective_tax) as x_effective_tax
    from owners.rule_cost
    group by x_rule_id, billing_currency
)

select
    rules.x_rank,
    rules.x_rule_id,
    rules.x_line,
    rules.x_priority,
    rules.x_team,
    rules.x_service,
    rules.valid_from,
    rules.valid_to,
    case
        when keys.x_rule_id is null then 'dead'
        when cost.x_rule_id is null then 'shadowed'
        else 'used'
    end as x_state,
    coalesce(keys.x_matched_keys, 0) as x_matched_keys,
    coalesce(cost.x_decided_keys, 0) as x_decided_keys,
    coalesce(keys.x_conflicting_keys, 0) as x_conflicting_keys,
    keys.x_conflicts_with,
    case when cost.x_rule_id is null then keys.x_shadowed_by end as x_shadowed_by,
    cost.billing_currency,
    coalesce(cost.billed_cost, 0) as billed_cost,
    coalesce(cost.effective_cost, 0) as effective_cost,
    coalesce(cost.x_billed_tax, 0) as x_billed_tax,
    coalesce(cost.x_effective_tax, 0) as x_effective_tax,
    cost.x_first_charge_date,
    cost.x_last_charge_date
from mappings.rule_owners as rules
left join keys
    on rules.x_rule_id = keys.x_rule_id
left join cost
    on rules.x_rule_id = cost.x_rule_id
