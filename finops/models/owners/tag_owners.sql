-- One row per month and owner key whose tags name an owner that the mappings know, or a part of it.
with asked_keys as (
    select
        dimension,
        priority,
        line,
        tag_key as asked_key,
        'tag:' || match_key as x_attribute
    from mappings.tag_keys
),

-- `Base Load`, `base-load` and `BaseLoad` are one name.
written_values as (
    select distinct
        x_attribute,
        tag_key,
        tag_value,
        match_key
    from owners.tag_values
    where x_attribute in (select x_attribute from asked_keys)
),

-- Where one charge has two spellings of a key, the one in tag_keys.csv comes first.
key_places as (
    select
        asked_keys.dimension,
        written_keys.tag_key,
        row_number() over (
            order by
                asked_keys.priority,
                asked_keys.line,
                asked_keys.asked_key <> written_keys.tag_key,
                written_keys.tag_key
        ) as x_place
    from (select distinct x_attribute, tag_key from written_values) as written_keys
    inner join asked_keys
        on written_keys.x_attribute = asked_keys.x_attribute
),

named_values as (
    select
        key_places.dimension,
        key_places.x_place,
        written_values.tag_key,
        written_values.tag_value,
        coalesce(
            names.value,
            case key_places.dimension
                when 'environment' then written_values.match_key
                when 'cost_centre' then written_values.tag_value
            end
        ) as value
    from written_values
    inner join key_places
        on written_values.tag_key = key_places.tag_key
    left join mappings.names
        on
            key_places.dimension = names.dimension
            and written_values.match_key = names.match_key
),

owners as (
    select
        owner_tags.billing_period,
        owner_tags.x_owner_key,
        min_by(value, x_place) filter (where dimension = 'team') as team,
        min_by(value, x_place) filter (where dimension = 'service') as x_service,
        min_by(value, x_place) filter (where dimension = 'environment') as x_environment,
        min_by(value, x_place) filter (where dimension = 'cost_centre') as x_cost_centre,
        min_by(named_values.tag_key, x_place) filter (where dimension = 'team') as team_key,
        min_by(named_values.tag_key, x_place) filter (where dimension = 'service') as service_key
    from owners.owner_tags
    inner join named_values
        on
            owner_tags.tag_key = named_values.tag_key
            and owner_tags.tag_value = named_values.tag_value
    where named_values.value is not null
    group by owner_tags.billing_period, owner_tags.x_owner_key
)

select
    owners.billing_period,
    owners.x_owner_key,
    coalesce(owners.team, services.team) as x_team,
    -- Who runs the service on a day, owners.direct_owners asks.
    owners.team is null and services.team is not null as x_is_of_service,
    owners.x_service,
    owners.x_environment,
    owners.x_cost_centre,
    coalesce(owners.team_key, owners.service_key) as x_tag_key
from owners
left join mappings.services
    on owners.x_service = services.service
