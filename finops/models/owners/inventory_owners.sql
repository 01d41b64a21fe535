-- One row per month and resource whose tags in the inventory name an owner that the mappings know.
with months as (
    select distinct billing_period
    from owners.related_resources
),

-- The inventory's tags are read as the bill's are, see owners/tag_owners.sql.
tag_values as (
    select
        tags.resource_id,
        tags.tag_value,
        tags.match_key,
        tag_keys.dimension,
        row_number() over (
            order by
                tag_keys.priority,
                tag_keys.line,
                tag_keys.tag_key <> tags.tag_key,
                tags.tag_key,
                tags.resource_id
        ) as x_place
    from inventory.tags
    inner join mappings.tag_keys
        on tags.x_attribute = 'tag:' || tag_keys.match_key
),

named_values as (
    select
        tag_values.resource_id,
        tag_values.dimension,
        tag_values.x_place,
        coalesce(
            names.value,
            case tag_values.dimension
                when 'environment' then tag_values.match_key
                when 'cost_centre' then tag_values.tag_value
            end
        ) as value
    from tag_values
    left join mappings.names
        on
            tag_values.dimension = names.dimension
            and tag_values.match_key = names.match_key
),

owners as (
    select
        resource_id,
        min_by(value, x_place) filter (where dimension = 'team') as team,
        min_by(value, x_place) filter (where dimension = 'service') as x_service,
        min_by(value, x_place) filter (where dimension = 'environment') as x_environment,
        min_by(value, x_place) filter (where dimension = 'cost_centre') as x_cost_centre
    from named_values
    where value is not null
    group by resource_id
)

select
    months.billing_period,
    owners.resource_id,
    coalesce(owners.team, services.team) as x_team,
    owners.team is null as x_is_of_service,
    owners.x_service,
    owners.x_environment,
    owners.x_cost_centre
from owners
cross join months
left join mappings.services
    on owners.x_service = services.service
where coalesce(owners.team, services.team) is not null
