-- One row per month and resource that the bill names, with the id by which inventory and bill meet.
with named_resources as (
    select
        billing_period,
        resource_id
    from owners.owner_keys
    where resource_id is not null
    union
    select
        billing_period,
        x_parent_resource_id as resource_id
    from owners.owner_keys
    where x_parent_resource_id is not null
)

select
    billing_period,
    resource_id,
    case
        -- EC2 bills a volume as `vol-0a1b`, a snapshot as `arn:aws:ec2:…:snapshot/snap-0a1b`.
        when resource_id like 'arn:%:ec2:%' then coalesce(
            nullif(
                regexp_extract(
                    resource_id,
                    '^arn:[^:]+:ec2:[^:]*:[^:]*:[^/]+/([a-z]+-[0-9a-f]{8,17})$',
                    1
                ),
                ''
            ),
            resource_id
        )
        -- A bucket is billed by its name.
        when resource_id like 'arn:%:s3:::_%'
            then regexp_extract(resource_id, '^arn:[^:]+:s3:::(.+)$', 1)
        when resource_id like 'arn:%:logs:%:*' then substr(resource_id, 1, length(resource_id) - 2)
        else resource_id
    end as x_resource_key
from named_resources
