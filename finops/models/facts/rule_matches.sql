-- One row per month, owner key and rule that matches it on some of its days.
-- Each value of a column is compared with each pattern once, however many keys have it.
with column_values as (
    select distinct 'resource_id' as x_attribute, resource_id as value from facts.owner_keys
    union all
    select distinct 'usage_type' as x_attribute, x_usage_type as value from facts.owner_keys
    union all
    select distinct 'operation' as x_attribute, x_operation as value from facts.owner_keys
    union all
    select distinct 'sub_account_id' as x_attribute, sub_account_id as value from facts.owner_keys
    union all
    select distinct 'service_code' as x_attribute, x_service_code as value from facts.owner_keys
    union all
    select distinct 'region_id' as x_attribute, region_id as value from facts.owner_keys
    union all
    select distinct 'line_item_type' as x_attribute, x_line_item_type as value from facts.owner_keys
    union all
    -- People write tags, so their case says nothing.
    select distinct x_attribute, lower(tag_value) as value from facts.owner_tags
),

-- Two alternatives of one rule may match one value.
value_matches as (
    select
        column_values.x_attribute,
        column_values.value,
        patterns.x_rank,
        patterns.x_column,
        patterns.x_place
    from column_values
    inner join mappings.rule_patterns as patterns
        on
            column_values.x_attribute = patterns.x_attribute
            and column_values.value = patterns.x_pattern
    where patterns.x_is_exact
    union
    select
        column_values.x_attribute,
        column_values.value,
        patterns.x_rank,
        patterns.x_column,
        patterns.x_place
    from column_values
    inner join mappings.rule_patterns as patterns
        on
            column_values.x_attribute = patterns.x_attribute
            and column_values.value like patterns.x_pattern escape '!'
    where not patterns.x_is_exact
),

tag_matches as (
    select distinct
        owner_tags.billing_period,
        owner_tags.x_owner_key,
        value_matches.x_rank,
        value_matches.x_column,
        value_matches.x_place
    from facts.owner_tags
    inner join value_matches
        on
            owner_tags.x_attribute = value_matches.x_attribute
            and lower(owner_tags.tag_value) = value_matches.value
),

-- A key that matches the most telling column of a rule may match the rule.
candidates as (
    select tag_matches.billing_period, tag_matches.x_owner_key, tag_matches.x_rank
    from tag_matches
    where tag_matches.x_place = 1
    union all
    select owner_keys.billing_period, owner_keys.x_owner_key, value_matches.x_rank
    from facts.owner_keys
    inner join value_matches on owner_keys.resource_id = value_matches.value
    where value_matches.x_attribute = 'resource_id' and value_matches.x_place = 1
    union all
    select owner_keys.billing_period, owner_keys.x_owner_key, value_matches.x_rank
    from facts.owner_keys
    inner join value_matches on owner_keys.x_usage_type = value_matches.value
    where value_matches.x_attribute = 'usage_type' and value_matches.x_place = 1
    union all
    select owner_keys.billing_period, owner_keys.x_owner_key, value_matches.x_rank
    from facts.owner_keys
    inner join value_matches on owner_keys.x_operation = value_matches.value
    where value_matches.x_attribute = 'operation' and value_matches.x_place = 1
    union all
    select owner_keys.billing_period, owner_keys.x_owner_key, value_matches.x_rank
    from facts.owner_keys
    inner join value_matches on owner_keys.sub_account_id = value_matches.value
    where value_matches.x_attribute = 'sub_account_id' and value_matches.x_place = 1
    union all
    select owner_keys.billing_period, owner_keys.x_owner_key, value_matches.x_rank
    from facts.owner_keys
    inner join value_matches on owner_keys.x_service_code = value_matches.value
    where value_matches.x_attribute = 'service_code' and value_matches.x_place = 1
    union all
    select owner_keys.billing_period, owner_keys.x_owner_key, value_matches.x_rank
    from facts.owner_keys
    inner join value_matches on owner_keys.region_id = value_matches.value
    where value_matches.x_attribute = 'region_id' and value_matches.x_place = 1
    union all
    select owner_keys.billing_period, owner_keys.x_owner_key, value_matches.x_rank
    from facts.owner_keys
    inner join value_matches on owner_keys.x_line_item_type = value_matches.value
    where value_matches.x_attribute = 'line_item_type' and value_matches.x_place = 1
),

other_columns as (
    select distinct
        x_rank,
        x_column
    from mappings.rule_patterns
    where x_place > 1
),

asked_values as (
    select
        candidates.billing_period,
        candidates.x_owner_key,
        candidates.x_rank,
        other_columns.x_column,
        case other_columns.x_column
            when 'usage_type' then owner_keys.x_usage_type
            when 'operation' then owner_keys.x_operation
            when 'sub_account_id' then owner_keys.sub_account_id
            when 'service_code' then owner_keys.x_service_code
            when 'region_id' then owner_keys.region_id
            when 'line_item_type' then owner_keys.x_line_item_type
        end as value
    from candidates
    inner join other_columns
        on candidates.x_rank = other_columns.x_rank
    inner join facts.owner_keys
        on
            candidates.billing_period = owner_keys.billing_period
            and candidates.x_owner_key = owner_keys.x_owner_key
),

unmet as (
    select
        asked_values.billing_period,
        asked_values.x_owner_key,
        asked_values.x_rank
    from asked_values
    left join value_matches
        on
            asked_values.x_rank = value_matches.x_rank
            and asked_values.x_column = value_matches.x_column
            and asked_values.value = value_matches.value
    left join tag_matches
        on
            asked_values.billing_period = tag_matches.billing_period
            and asked_values.x_owner_key = tag_matches.x_owner_key
            and asked_values.x_rank = tag_matches.x_rank
            and asked_values.x_column = tag_matches.x_column
    where value_matches.x_rank is null and tag_matches.x_rank is null
)

select
    candidates.billing_period,
    candidates.x_owner_key,
    candidates.x_rank,
    rules.x_rule_id
from candidates
inner join mappings.rule_owners as rules
    on candidates.x_rank = rules.x_rank
inner join facts.owner_keys
    on
        candidates.billing_period = owner_keys.billing_period
        and candidates.x_owner_key = owner_keys.x_owner_key
        and owner_keys.x_last_charge_date >= rules.valid_from
        and owner_keys.x_first_charge_date < rules.valid_to
left join unmet
    on
        candidates.billing_period = unmet.billing_period
        and candidates.x_owner_key = unmet.x_owner_key
        and candidates.x_rank = unmet.x_rank
where unmet.x_rank is null
