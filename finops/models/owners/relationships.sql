-- One row per month, resource and resource that it belongs to, as the bill or the inventory shows.
with split_rows as (
    select
        owner_keys.billing_period,
        resources.x_resource_key as resource_id,
        parents.x_resource_key as x_related_resource_id,
        case
            when owner_keys.resource_id like 'arn:%:eks:%:pod/%' then 'pod_of_instance'
            when owner_keys.resource_id like 'arn:%:ecs:%:task/%' then 'task_of_instance'
            else 'part_of_instance'
        end as x_relation
    from owners.owner_keys
    inner join owners.resources
        on
            owner_keys.billing_period = resources.billing_period
            and owner_keys.resource_id = resources.resource_id
    inner join owners.resources as parents
        on
            owner_keys.billing_period = parents.billing_period
            and owner_keys.x_parent_resource_id = parents.resource_id
),

arns as (
    select
        billing_period,
        x_resource_key as resource_id,
        split_part(x_resource_key, ':', 2) as aws_partition,
        split_part(x_resource_key, ':', 3) as aws_service,
        split_part(x_resource_key, ':', 4) as region_id,
        split_part(x_resource_key, ':', 5) as account_id,
        regexp_extract(x_resource_key, '^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.*)$', 1) as resource_name
    from owners.resources
    where x_resource_key like 'arn:%'
),

-- By the names inside an ARN. The owner's name stands between `resource` and the separator:
-- `table/orders/index/by-day` of `table/orders`.
arn_owners as (
    select
        arns.billing_period,
        arns.resource_id,
        concat(
            'arn:',
            arns.aws_partition,
            ':',
            named_kinds.owner_service,
            ':',
            arns.region_id,
            ':',
            arns.account_id,
            ':',
            named_kinds.owner,
            split_part(
                substr(arns.resource_name, length(named_kinds.resource) + 1),
                named_kinds.separator,
                1
            )
        ) as x_related_resource_id,
        named_kinds.x_relation
    from arns
    inner join seeds.arn_owners as named_kinds
        on
            arns.aws_service = named_kinds.aws_service
            and starts_with(arns.resource_name, named_kinds.resource)
    -- A pod belongs to its node; the cluster is asked where the bill does not tell the node.
    left join split_rows
        on
            arns.billing_period = split_rows.billing_period
            and arns.resource_id = split_rows.resource_id
    where split_rows.resource_id is null
),

-- RDS names an automated snapshot by its database and its time: `rds:orders-2026-10-01-18-05`.
snapshot_owners as (
    select
        billing_period,
        resource_id,
        concat(
            'arn:',
            aws_partition,
            ':rds:',
            region_id,
            ':',
            account_id,
            case
                when resource_name like 'cluster-snapshot:%' then ':cluster:'
                else ':db:'
            end,
            regexp_extract(
                resource_name,
                '^(?:cluster-)?snapshot:rds:(.+)-[0-9]{4}(?:-[0-9]{2}){4}$',
                1
            )
        ) as x_related_resource_id,
        case
            when resource_name like 'cluster-snapshot:%' then 'snapshot_of_cluster'
            else 'snapshot_of_instance'
        end as x_relation
    from arns
    where
        aws_service = 'rds'
        and regexp_matches(
            resource_name,
            '^(?:cluster-)?snapshot:rds:(.+)-[0-9]{4}(?:-[0-9]{2}){4}$'
        )
),

-- By tags that AWS itself puts on instances.
tag_owners as (
    select
        owner_keys.billing_period,
        resources.x_resource_key as resource_id,
        concat(
            case
                when owner_keys.region_id like 'cn-%' then 'arn:aws-cn:'
                when owner_keys.region_id like 'us-gov-%' then 'arn:aws-us-gov:'
                else 'arn:aws:'
            end,
            tagged_kinds.owner_service,
            ':',
            owner_keys.region_id,
            ':',
            owner_keys.sub_account_id,
            ':',
            tagged_kinds.owner,
            owner_keys.tags[tagged_kinds.tag_key]
        ) as x_related_resource_id,
        tagged_kinds.x_relation
    from owners.owner_keys
    inner join owners.resources
        on
            owner_keys.billing_period = resources.billing_period
            and owner_keys.resource_id = resources.resource_id
    inner join seeds.owner_tags_of_instances as tagged_kinds
        on owner_keys.tags[tagged_kinds.tag_key] is not null
    where
        resources.x_resource_key like 'i-%'
        and owner_keys.region_id is not null
),

-- The inventory says what is, not since when: it holds for every month.
inventory_owners as (
    select
        months.billing_period,
        inventory.resource_id,
        inventory.x_related_resource_id,
        inventory.x_relation
    from inventory.relationships as inventory
    cross join (select distinct billing_period from owners.resources) as months
),

relationships as (
    select * from split_rows
    union
    select * from arn_owners
    union
    select * from snapshot_owners
    union
    select * from tag_owners
    union
    select * from inventory_owners
)

select
    billing_period,
    resource_id,
    x_related_resource_id,
    x_relation
from relationships
where resource_id <> x_related_resource_id
