-- One row per month and owner key of a resource that lacks an owner of its own on some day.
with owned_days as (
    select
        billing_period,
        x_owner_key,
        count(*) as day_count
    from owners.direct_owners
    group by billing_period, x_owner_key
)

select
    owner_keys.billing_period,
    owner_keys.x_owner_key,
    resources.x_resource_key,
    owner_keys.x_first_charge_date,
    owner_keys.x_last_charge_date
from owners.owner_keys
inner join owners.resources
    on
        owner_keys.billing_period = resources.billing_period
        and owner_keys.resource_id = resources.resource_id
left join owned_days
    on
        owner_keys.billing_period = owned_days.billing_period
        and owner_keys.x_owner_key = owned_days.x_owner_key
where
    coalesce(owned_days.day_count, 0)
    <= date_diff('day', owner_keys.x_first_charge_date, owner_keys.x_last_charge_date)
