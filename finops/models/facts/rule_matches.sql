-- One row per month, owner key and rule that matches it on some of its days.
-- Each value of a column is compared with each pattern once, however many keys have it.
with keys as (
    select
        billing_period,
        x_owner_key,
        -- Some providers write an account in either case.
        lower(sub_account_id) as sub_account_id,
        x_service_code,
        x_usage_type,
        x_operation,
        region_id,
        resource_id,
        x_line_item_type,
        x_first_charge_date,
        x_last_charge_date
    from facts.owner_keys
),

column_values as (
    select distinct 'resource_id' as x_attribute, resource_id as value from keys
    union all
    select distinct 'usage_type' as x_attribute, x_usage_type as value from keys
    union all
    select distinct 'operation' as x_attribute, x_operation as value from keys
    union all
    select distinct 'sub_account_id' as x_attribute, sub_account_id as value from keys
    union all
    select distinct 'service_code' as x_attribute, x_service_code as value from keys
    union all
    select distinct 'region_id' as x_attribute, region_id as value from keys
    union all
    select distinct 'line_item_type' as x_attribute, x_line_item_type as value from keys
    union all
    -- People write tags, so their case says nothing.
    select distinct x_attribute, x_folded_value as value from facts.tag_values
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
    inner join facts.tag_values
        on
            owner_tags.billing_period = tag_values.billing_period
            and owner_tags.x_attribute = tag_values.x_attribute
            and owner_tags.tag_key = tag_values.tag_key
            and owner_tags.tag_value = tag_values.tag_value
    inner join value_matches
        on
            tag_values.x_attribute = value_matches.x_attribute
            and tag_values.x_folded_value = value_matches.value
),

-- A key that matches the most telling column of a rule may match the rule.
first_matches as (
    select keys.*, tag_matches.x_rank
    from keys
    inner join tag_matches
        on
            keys.billing_period = tag_matches.billing_period
            and keys.x_owner_key = tag_matches.x_owner_key
    where tag_matches.x_place = 1
    union all
    select keys.*, value_matches.x_rank
    from keys
    inner join value_matches on keys.resource_id = value_matches.value
    where value_matches.x_attribute = 'resource_id' and value_matches.x_place = 1
    union all
    select keys.*, value_matches.x_rank
    from keys
    inner join value_matches on keys.x_usage_type = value_matches.value
    where value_matches.x_attribute = 'usage_type' and value_matches.x_place = 1
    union all
    select keys.*, value_matches.x_rank
    from keys
    inner join value_matches on keys.x_operation = value_matches.value
    where value_matches.x_attribute = 'operation' and value_matches.x_place = 1
    union all
    select keys.*, value_matches.x_rank
    from keys
    inner join value_matches on keys.sub_account_id = value_matches.value
    where value_matches.x_attribute = 'sub_account_id' and value_matches.x_place = 1
    union all
    select keys.*, value_matches.x_rank
    from keys
    inner join value_matches on keys.x_service_code = value_matches.value
    where value_matches.x_attribute = 'service_code' and value_matches.x_place = 1
    union all
    select keys.*, value_matches.x_rank
    from keys
    inner join value_matches on keys.region_id = value_matches.value
    where value_matches.x_attribute = 'region_id' and value_matches.x_place = 1
    union all
    select keys.*, value_matches.x_rank
    from keys
    inner join value_matches on keys.x_line_item_type = value_matches.value
    where value_matches.x_attribute = 'line_item_type' and value_matches.x_place = 1
),

candidates as (
    select
        first_matches.*,
        rules.x_rule_id
    from first_matches
    inner join mappings.rule_owners as rules
        on
            first_matches.x_rank = rules.x_rank
            and first_matches.x_last_charge_date >= rules.valid_from
            and first_matches.x_first_charge_date < rules.valid_to
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
            when 'usage_type' then candidates.x_usage_type
            when 'operation' then candidates.x_operation
            when 'sub_account_id' then candidates.sub_account_id
            when 'service_code' then candidates.x_service_code
            when 'region_id' then candidates.region_id
            when 'line_item_type' then candidates.x_line_item_type
        end as value
    from candidates
    inner join other_columns
        on candidates.x_rank = other_columns.x_rank
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
    candidates.x_rule_id
from candidates
left join unmet
    on
        candidates.billing_period = unmet.billing_period
        and candidates.x_owner_key = unmet.x_owner_key
        and candidates.x_rank = unmet.x_rank
where unmet.x_rank is null
