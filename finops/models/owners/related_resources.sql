-- One row per month, resource without an owner and resource that may give it one, with the way there.
with recursive ways as (
    select distinct
        billing_period,
        x_resource_key as resource_id,
        x_resource_key as x_related_resource_id,
        0 as x_steps,
        '' as x_way
    from owners.ownerless_keys
    union all
    select
        ways.billing_period,
        ways.resource_id,
        relationships.x_related_resource_id,
        ways.x_steps + 1 as x_steps,
        concat(
            ways.x_way,
            case when ways.x_steps > 0 then ', ' else '' end,
            relationships.x_relation,
            ' ',
            relationships.x_related_resource_id
        ) as x_way
    from ways
    inner join owners.relationships
        on
            ways.billing_period = relationships.billing_period
            and ways.x_related_resource_id = relationships.resource_id
    -- Farther away, what a resource belongs to says little of whose it is; circles end here too.
    where ways.x_steps < 4
)

-- In a circle, or by two ways, the shortest counts.
select
    billing_period,
    resource_id,
    x_related_resource_id,
    min(x_steps) as x_steps,
    min_by(x_way, concat(x_steps, ' ', x_way)) as x_way
from ways
group by billing_period, resource_id, x_related_resource_id
