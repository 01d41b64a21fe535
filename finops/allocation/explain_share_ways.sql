-- One row per day, pool, split instance, driver and payer: its share, and what of it came directly.
-- In 10^15ths. Reads `question`.
-- What a pool gives its targets before other pools pass on what they got.
with target_weights as (
    select
        weights.billing_period,
        weights.charge_date,
        weights.billing_currency,
        weights.x_pool,
        weights.x_target,
        weights.x_weight,
        sum(weights.x_weight) over (
            partition by
                weights.billing_period,
                weights.charge_date,
                weights.billing_currency,
                weights.x_pool
        ) as pool_weight
    from pools.pool_weights as weights
    inner join question
        on weights.billing_period = question.billing_period
)

select
    shares.billing_period,
    shares.charge_date,
    shares.billing_currency,
    shares.x_pool,
    '' as x_instance,
    shares.x_driver,
    shares.x_team,
    shares.x_share_units,
    case
        when settings.shared_cost = 'direct' then cast(shares.x_share_units as hugeint)
        else least(
            cast(shares.x_share_units as hugeint),
            coalesce(
                cast(weights.x_weight as hugeint) * 100000000
                // nullif(cast(weights.pool_weight as hugeint), 0) * 10000000
                + cast(weights.x_weight as hugeint) * 100000000
                % nullif(cast(weights.pool_weight as hugeint), 0) * 10000000
                // nullif(cast(weights.pool_weight as hugeint), 0),
                0
            )
        )
    end as direct_units
from pools.pool_shares as shares
cross join mappings.settings
left join target_weights as weights
    on
        shares.billing_period = weights.billing_period
        and shares.charge_date = weights.charge_date
        and shares.billing_currency = weights.billing_currency
        and shares.x_pool = weights.x_pool
        and shares.x_team = weights.x_target
union all
-- A share without a service is of those who pay for the pods of another pool.
select
    billing_period,
    charge_date,
    billing_currency,
    x_pool,
    x_parent_resource_id as x_instance,
    x_driver,
    x_team,
    sum(x_share_units) as x_share_units,
    sum(
        case
            when x_service is not null or x_driver = 'idle' then x_share_units
            else 0
        end
    ) as direct_units
from pools.split_shares
group by
    billing_period,
    charge_date,
    billing_currency,
    x_pool,
    x_parent_resource_id,
    x_driver,
    x_team
