-- One row per month, owner key and day without an owner of its own that inherits one.
with givers as (
    select distinct
        billing_period,
        resource_id,
        x_told_by
    from owners.resource_owners
),

ranked_givers as (
    select
        related_resources.billing_period,
        related_resources.resource_id,
        related_resources.x_related_resource_id,
        case
            when related_resources.x_steps > 0 then related_resources.x_way
            when givers.x_told_by = 'inventory_tags'
                then concat('inventory_tags ', related_resources.resource_id)
            else concat('other_lines_of ', related_resources.resource_id)
        end as x_owner_source,
        row_number() over (
            partition by related_resources.billing_period, related_resources.resource_id
            order by related_resources.x_steps, related_resources.x_related_resource_id
        ) as giver_rank
    from owners.related_resources
    inner join givers
        on
            related_resources.billing_period = givers.billing_period
            and related_resources.x_related_resource_id = givers.resource_id
    -- A rule that took some lines of a resource was not meant for the others.
    where related_resources.x_steps > 0 or givers.x_told_by <> 'rule'
),

key_spans as (
    select
        ownerless_keys.billing_period,
        ownerless_keys.x_owner_key,
        greatest(ownerless_keys.x_first_charge_date, owners.valid_from) as first_day,
        least(ownerless_keys.x_last_charge_date, owners.valid_to - 1) as last_day,
        owners.x_team,
        owners.x_service,
        owners.x_environment,
        owners.x_cost_centre,
        ranked_givers.x_owner_source
    from owners.ownerless_keys
    inner join ranked_givers
        on
            ownerless_keys.billing_period = ranked_givers.billing_period
            and ownerless_keys.x_resource_key = ranked_givers.resource_id
            and ranked_givers.giver_rank = 1
    inner join owners.resource_owners as owners
        on
            ranked_givers.billing_period = owners.billing_period
            and ranked_givers.x_related_resource_id = owners.resource_id
            and ownerless_keys.x_first_charge_date < owners.valid_to
            and ownerless_keys.x_last_charge_date >= owners.valid_from
),

key_days as (
    select
        billing_period,
        x_owner_key,
        unnest(generate_series(first_day, last_day, interval 1 day)) as owned_day,
        x_team,
        x_service,
        x_environment,
        x_cost_centre,
        x_owner_source
    from key_spans
)

select
    key_days.billing_period,
    key_days.x_owner_key,
    cast(key_days.owned_day as date) as charge_date,
    key_days.x_team,
    key_days.x_service,
    key_days.x_environment,
    key_days.x_cost_centre,
    'relationship' as x_owner_method,
    cast(null as varchar) as x_rule_id,
    key_days.x_owner_source
from key_days
left join owners.direct_owners
    on
        key_days.billing_period = direct_owners.billing_period
        and key_days.x_owner_key = direct_owners.x_owner_key
        and key_days.owned_day = direct_owners.charge_date
where direct_owners.x_team is null
