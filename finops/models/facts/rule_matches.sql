-- One row per month, owner key and rule that matches it, with the days on which the rule holds.
select
    owner_keys.billing_period,
    owner_keys.x_owner_key,
    patterns.x_rank,
    patterns.x_rule_id,
    patterns.x_service,
    patterns.x_team,
    patterns.x_environment,
    patterns.x_cost_centre,
    patterns.valid_from,
    patterns.valid_to
from facts.owner_keys
inner join mappings.rule_patterns as patterns
    on
        (patterns.sub_account_id is null
            or owner_keys.sub_account_id like patterns.sub_account_id escape '!')
        and (patterns.x_service_code is null
            or owner_keys.x_service_code like patterns.x_service_code escape '!')
        and (patterns.x_usage_type is null
            or owner_keys.x_usage_type like patterns.x_usage_type escape '!')
        and (patterns.x_operation is null
            or owner_keys.x_operation like patterns.x_operation escape '!')
        and (patterns.region_id is null
            or owner_keys.region_id like patterns.region_id escape '!')
        and (patterns.resource_id is null
            or owner_keys.resource_id like patterns.resource_id escape '!')
        and (patterns.x_line_item_type is null
            or owner_keys.x_line_item_type like patterns.x_line_item_type escape '!')
-- Two alternatives of one rule may match one key.
group by
    owner_keys.billing_period,
    owner_keys.x_owner_key,
    patterns.x_rank,
    patterns.x_rule_id,
    patterns.x_service,
    patterns.x_team,
    patterns.x_environment,
    patterns.x_cost_centre,
    patterns.valid_from,
    patterns.valid_to
