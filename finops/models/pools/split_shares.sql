-- One row per month, day, billing currency, pool, instance and payer: its share of what the instance cost.
-- In 10^15ths, as in pools.pool_shares. What the pods left unused stays with a pool that keeps idle cost.
with instances as (
    select distinct
        costs.billing_period,
        costs.charge_date,
        costs.billing_currency,
        costs.x_team as x_pool,
        costs.x_parent_resource_id,
        pools.idle
    from pools.collected_cost as costs
    inner join mappings.shared_costs as pools
        on costs.x_team = pools.pool
    where costs.x_parent_resource_id is not null
),

split_parts as (
    select
        instances.billing_period,
        instances.charge_date,
        instances.billing_currency,
        instances.x_pool,
        instances.x_parent_resource_id,
        'split_cost' as x_driver,
        owners.x_team,
        owners.x_service,
        owners.x_environment,
        owners.x_cost_centre,
        cast(cast(owners.x_split_cost as decimal(28, 10)) * 10000000000 as decimal(38, 0))
            as part_units
    from instances
    inner join pools.split_owners as owners
        on
            instances.billing_period = owners.billing_period
            and instances.charge_date = owners.charge_date
            and instances.billing_currency = owners.billing_currency
            and instances.x_parent_resource_id = owners.x_parent_resource_id
    union all
    select
        instances.billing_period,
        instances.charge_date,
        instances.billing_currency,
        instances.x_pool,
        instances.x_parent_resource_id,
        'idle' as x_driver,
        instances.x_pool as x_team,
        cast(null as varchar) as x_service,
        cast(null as varchar) as x_environment,
        cast(null as varchar) as x_cost_centre,
        cast(
            cast(sum(owners.x_split_unused_cost) as decimal(28, 10)) * 10000000000
            as decimal(38, 0)
        ) as part_units
    from instances
    inner join pools.split_owners as owners
        on
            instances.billing_period = owners.billing_period
            and instances.charge_date = owners.charge_date
            and instances.billing_currency = owners.billing_currency
            and instances.x_parent_resource_id = owners.x_parent_resource_id
    where instances.idle = 'keep'
    group by
        instances.billing_period,
        instances.charge_date,
        instances.billing_currency,
        instances.x_pool,
        instances.x_parent_resource_id
),

instance_units as (
    select
        billing_period,
        charge_date,
        billing_currency,
        x_pool,
        x_parent_resource_id,
        nullif(sum(part_units), 0) as instance_units
    from split_parts
    group by billing_period, charge_date, billing_currency, x_pool, x_parent_resource_id
),

-- In two steps, as a product has at most 38 digits: 10^8ths of the instance, then 10^7ths of what they leave.
first_steps as (
    select
        parts.*,
        instance_units.instance_units,
        parts.part_units * 100000000 % instance_units.instance_units * 10000000 as left_units,
        parts.part_units * 100000000
        - parts.part_units * 100000000 % instance_units.instance_units as whole_units
    from split_parts as parts
    inner join instance_units
        on
            parts.billing_period = instance_units.billing_period
            and parts.charge_date = instance_units.charge_date
            and parts.billing_currency = instance_units.billing_currency
            and parts.x_pool = instance_units.x_pool
            and parts.x_parent_resource_id = instance_units.x_parent_resource_id
),

-- What divides without a rest has a quotient of at most nine digits: a double is exact.
owner_shares as (
    select
        *,
        cast(round(cast(whole_units as double) / cast(instance_units as double)) as bigint)
        * 10000000
        + cast(
            round(
                cast(left_units - left_units % instance_units as double)
                / cast(instance_units as double)
            )
            as bigint
        ) as owner_share_units
    from first_steps
),

-- Those who pay for a pool pay for its pods.
payer_shares as (
    select
        owners.billing_period,
        owners.charge_date,
        owners.billing_currency,
        owners.x_pool,
        owners.x_parent_resource_id,
        owners.x_driver,
        coalesce(pool_shares.x_team, owners.x_team) as x_team,
        case when pool_shares.x_team is null then owners.x_service end as x_service,
        case when pool_shares.x_team is null then owners.x_environment end as x_environment,
        case when pool_shares.x_team is null then owners.x_cost_centre end as x_cost_centre,
        sum(
            floor(
                cast(owners.owner_share_units as decimal(38, 0))
                * coalesce(pool_shares.x_share_units, 1000000000000000)
                * 0.000000000000001
            )
        ) as share_units
    from owner_shares as owners
    left join pools.pool_shares
        on
            owners.billing_period = pool_shares.billing_period
            and owners.charge_date = pool_shares.charge_date
            and owners.billing_currency = pool_shares.billing_currency
            and owners.x_team = pool_shares.x_pool
            and owners.x_driver = 'split_cost'
    group by
        owners.billing_period,
        owners.charge_date,
        owners.billing_currency,
        owners.x_pool,
        owners.x_parent_resource_id,
        owners.x_driver,
        coalesce(pool_shares.x_team, owners.x_team),
        case when pool_shares.x_team is null then owners.x_service end,
        case when pool_shares.x_team is null then owners.x_environment end,
        case when pool_shares.x_team is null then owners.x_cost_centre end
),

ranked_shares as (
    select
        *,
        row_number() over (
            partition by billing_period, charge_date, billing_currency, x_pool, x_parent_resource_id
            order by share_units desc, x_driver, x_team, x_service, x_environment, x_cost_centre
        ) as x_rank,
        sum(share_units) over (
            partition by billing_period, charge_date, billing_currency, x_pool, x_parent_resource_id
        ) as instance_share_units
    from payer_shares
)

select
    billing_period,
    charge_date,
    billing_currency,
    x_pool,
    x_parent_resource_id,
    x_driver,
    x_team,
    x_service,
    x_environment,
    x_cost_centre,
    -- The largest share takes what rounding down left, a few 10^15ths.
    cast(
        share_units
        + case when x_rank = 1 then 1000000000000000 - instance_share_units else 0 end
        as bigint
    ) as x_share_units
from ranked_shares
where share_units > 0
