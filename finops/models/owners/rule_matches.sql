-- One row per month, owner key and rule that matches it on some of its days.
-- Each value of a column is compared with each pattern once, however many keys have it.
with key_values as (
    select
        owner_keys.billing_period,
        owner_keys.x_owner_key,
        columns.x_attribute,
        case columns.x_attribute
            when 'resource_id' then owner_keys.resource_id
            when 'usage_type' then owner_keys.x_usage_type
            when 'operation' then owner_keys.x_operation
            -- Some providers write an account in either case.
            when 'sub_account_id' then lower(owner_keys.sub_account_id)
            when 'service_code' then owner_keys.x_service_code
            when 'region_id' then owner_keys.region_id
            when 'line_item_type' then owner_keys.x_line_item_type
        end as value
    from owners.owner_keys
    cross join (
        values
        ('resource_id'),
        ('usage_type'),
        ('operation'),
        ('sub_account_id'),
        ('service_code'),
        ('region_id'),
        ('line_item_type')
    ) as columns (x_attribute)
),

column_values as (
    select distinct
        x_attribute,
        value
    from key_values
    union all
    -- People write tags, so their case says nothing.
    select distinct
        x_attribute,
        x_folded_value as value
    from owners.tag_values
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
    from owners.owner_tags
    inner join owners.tag_values
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
    select
        billing_period,
        x_owner_key,
        x_rank
    from tag_matches
    where x_place = 1
    union
    select
        key_values.billing_period,
        key_values.x_owner_key,
        value_matches.x_rank
    from key_values
    inner join value_matches
        on
            key_values.x_attribute = value_matches.x_attribute
            and key_values.value = value_matches.value
    where value_matches.x_place = 1
),

candidates as (
    select
        first_matches.billing_period,
        first_matches.x_owner_key,
        first_matches.x_rank,
        rules.x_rule_id
    from first_matches
    inner join owners.owner_keys as keys
        on
            first_matches.billing_period = keys.billing_period
            and first_matches.x_owner_key = keys.x_owner_key
    inner join mappings.rule_owners as rules
        on
            first_matches.x_rank = rules.x_rank
            and keys.x_last_charge_date >= rules.valid_from
            and keys.x_first_charge_date < rules.valid_to
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
        key_values.value
    from candidates
    inner join other_columns
        on candidates.x_rank = other_columns.x_rank
    -- Of a tag it has none; tag_matches says what it matches.
    left join key_values
        on
            candidates.billing_period = key_values.billing_period
            and candidates.x_owner_key = key_values.x_owner_key
            and other_columns.x_column = key_values.x_attribute
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
