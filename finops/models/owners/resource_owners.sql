-- One row per month, resource that may give others its owner, and owner that it had for some days.
with givers as (
    select distinct
        billing_period,
        x_related_resource_id as resource_id
    from owners.related_resources
),

giver_keys as (
    select
        givers.billing_period,
        givers.resource_id,
        owner_keys.x_owner_key
    from givers
    inner join owners.resources
        on
            givers.billing_period = resources.billing_period
            and givers.resource_id = resources.x_resource_key
    inner join owners.owner_keys
        on
            resources.billing_period = owner_keys.billing_period
            and resources.resource_id = owner_keys.resource_id
),

giver_days as (
    select
        giver_keys.billing_period,
        giver_keys.resource_id,
        daily_cost.x_owner_key,
        daily_cost.charge_date,
        sum(daily_cost.effective_cost) as effective_cost
    from giver_keys
    inner join facts.daily_cost
        on
            giver_keys.billing_period = daily_cost.billing_period
            and giver_keys.x_owner_key = daily_cost.x_owner_key
    group by
        giver_keys.billing_period,
        giver_keys.resource_id,
        daily_cost.x_owner_key,
        daily_cost.charge_date
),

named_owners as (
    select
        giver_days.billing_period,
        giver_days.resource_id,
        giver_days.charge_date,
        case when direct_owners.x_owner_method = 'rule' then 'rule' else 'bill' end as x_told_by,
        direct_owners.x_team,
        direct_owners.x_service,
        direct_owners.x_environment,
        direct_owners.x_cost_centre,
        sum(giver_days.effective_cost) as effective_cost
    from giver_days
    inner join owners.direct_owners
        on
            giver_days.billing_period = direct_owners.billing_period
            and giver_days.x_owner_key = direct_owners.x_owner_key
            and giver_days.charge_date = direct_owners.charge_date
    group by
        giver_days.billing_period,
        giver_days.resource_id,
        giver_days.charge_date,
        case when direct_owners.x_owner_method = 'rule' then 'rule' else 'bill' end,
        direct_owners.x_team,
        direct_owners.x_service,
        direct_owners.x_environment,
        direct_owners.x_cost_centre
    union all
    select
        inventory_owners.billing_period,
        inventory_owners.resource_id,
        coalesce(services.valid_from, date '0001-01-01') as charge_date,
        'inventory_tags' as x_told_by,
        coalesce(services.team, inventory_owners.x_team) as x_team,
        inventory_owners.x_service,
        inventory_owners.x_environment,
        inventory_owners.x_cost_centre,
        0 as effective_cost
    from owners.inventory_owners
    inner join givers
        on
            inventory_owners.billing_period = givers.billing_period
            and inventory_owners.resource_id = givers.resource_id
    left join mappings.service_days as services
        on
            inventory_owners.x_is_of_service
            and inventory_owners.x_service = services.service
            and services.team is not null
),

ranked_sources as (
    select
        *,
        -- A rule may be about some lines of a resource only; a tag is about the resource.
        rank() over (
            partition by billing_period, resource_id
            order by case x_told_by when 'bill' then 1 when 'inventory_tags' then 2 else 3 end
        ) as rank_of_source
    from named_owners
),

ranked_owners as (
    select
        *,
        row_number() over (
            partition by billing_period, resource_id, charge_date
            order by effective_cost desc, x_team, x_service, x_environment, x_cost_centre
        ) as rank_of_day
    from ranked_sources
    where rank_of_source = 1
),

owners_of_day as (
    select
        *,
        lag(x_team) over owner_days as last_team,
        lag(x_service) over owner_days as last_service,
        lag(x_environment) over owner_days as last_environment,
        lag(x_cost_centre) over owner_days as last_cost_centre
    from ranked_owners
    where rank_of_day = 1
    window owner_days as (partition by billing_period, resource_id order by charge_date)
),

owner_changes as (
    select *
    from owners_of_day
    where
        x_team is distinct from last_team
        or x_service is distinct from last_service
        or x_environment is distinct from last_environment
        or x_cost_centre is distinct from last_cost_centre
)

-- A function that ran on the 3rd alone still owns its logs of other days: each owner holds until
-- the next, and the first one for the days before it too.
select
    billing_period,
    resource_id,
    case when last_team is null then date '0001-01-01' else charge_date end as valid_from,
    lead(charge_date, 1, date '9999-12-31') over (
        partition by billing_period, resource_id
        order by charge_date
    ) as valid_to,
    x_told_by,
    x_team,
    x_service,
    x_environment,
    x_cost_centre
from owner_changes
