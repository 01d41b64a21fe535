-- One row per month and owner key whose tags name a team or service that the mappings know.
with tag_values as (
    select
        owner_keys.billing_period,
        owner_keys.x_owner_key,
        tag_keys.dimension,
        tag_keys.priority,
        tag_keys.tag_key,
        owner_keys.tags[tag_keys.tag_key] as tag_value,
        -- `Base Load`, `base-load` and `BaseLoad` are one name.
        lower(regexp_replace(owner_keys.tags[tag_keys.tag_key], '[\s._-]+', '', 'g')) as match_key
    from facts.owner_keys
    inner join mappings.tag_keys
        on owner_keys.tags[tag_keys.tag_key] is not null
),

known_values as (
    select
        tag_values.billing_period,
        tag_values.x_owner_key,
        tag_values.dimension,
        tag_values.priority,
        case
            when tag_values.dimension in ('team', 'service') then names.value
            when tag_values.dimension = 'environment' then tag_values.match_key
            else tag_values.tag_value
        end as value
    from tag_values
    left join mappings.names
        on
            tag_values.dimension = names.dimension
            and tag_values.match_key = names.match_key
),

owners as (
    select
        billing_period,
        x_owner_key,
        min_by(value, priority) filter (where dimension = 'team') as team,
        min_by(value, priority) filter (where dimension = 'service') as x_service,
        min_by(value, priority) filter (where dimension = 'environment') as x_environment,
        min_by(value, priority) filter (where dimension = 'cost_centre') as x_cost_centre
    from known_values
    where value is not null
    group by billing_period, x_owner_key
)

select
    owners.billing_period,
    owners.x_owner_key,
    coalesce(owners.team, services.team) as x_team,
    owners.x_service,
    owners.x_environment,
    owners.x_cost_centre
from owners
left join mappings.services
    on owners.x_service = services.service
