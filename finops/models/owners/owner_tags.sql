-- One row per month, owner key and tag or cost category that the mappings ask for.
with asked_attributes as (
    select 'tag:' || match_key as x_attribute
    from mappings.tag_keys
    union
    select x_attribute from mappings.rule_patterns
),

asked_keys as (
    select distinct
        tag_attributes.x_kind,
        tag_attributes.tag_key,
        tag_attributes.x_attribute
    from owners.tag_attributes
    inner join asked_attributes
        on tag_attributes.x_attribute = asked_attributes.x_attribute
),

key_values as (
    select
        owner_keys.billing_period,
        owner_keys.x_owner_key,
        asked_keys.x_attribute,
        asked_keys.tag_key,
        case asked_keys.x_kind
            when 'tag' then owner_keys.tags[asked_keys.tag_key]
            else owner_keys.x_cost_categories[asked_keys.tag_key]
        end as tag_value
    from owners.owner_keys
    cross join asked_keys
)

select
    billing_period,
    x_owner_key,
    x_attribute,
    tag_key,
    tag_value
from key_values
where tag_value is not null
