-- One row per month, currency, team, pool, driver, way and AWS service: cost that was split or moved.
-- Reads `question` and `share_ways`.
with shared_days as (
    select
        costs.billing_period,
        costs.charge_date,
        costs.billing_currency,
        costs.x_team,
        costs.x_allocated_from as x_pool,
        costs.x_driver,
        coalesce(costs.x_parent_resource_id, '') as x_instance,
        costs.service_name,
        coalesce(costs.x_entry = 'vat_receivable', false) as is_tax,
        sum(costs.billed_cost) as billed_cost,
        sum(costs.effective_cost) as effective_cost
    from facts.allocated_cost as costs
    inner join question
        on
            costs.billing_period = question.billing_period
            and question.is_allocated
    where
        costs.x_allocated_from is not null
        and (question.x_team is null or costs.x_team = question.x_team)
    group by
        costs.billing_period,
        costs.charge_date,
        costs.billing_currency,
        costs.x_team,
        costs.x_allocated_from,
        costs.x_driver,
        coalesce(costs.x_parent_resource_id, ''),
        costs.service_name,
        coalesce(costs.x_entry = 'vat_receivable', false)
),

day_units as (
    select
        *,
        cast(cast(billed_cost as decimal(28, 10)) * 10000000000 as hugeint) as billed_units,
        cast(cast(effective_cost as decimal(28, 10)) * 10000000000 as hugeint) as effective_units
    from shared_days
),

-- What came directly, rounded down to the tenth decimal; the rest came through other pools.
direct_days as (
    select
        days.*,
        -- The last 10^15th is rounding, not another pool.
        coalesce(ways.x_share_units - ways.direct_units <= 1, true) as is_direct,
        days.billed_cost - cast(
            days.billed_units // cast(ways.x_share_units as hugeint) * ways.direct_units
            + days.billed_units % cast(ways.x_share_units as hugeint) * ways.direct_units
            // cast(ways.x_share_units as hugeint)
            as decimal(28, 0)
        ) * 0.0000000001 as other_billed_cost,
        days.effective_cost - cast(
            days.effective_units // cast(ways.x_share_units as hugeint) * ways.direct_units
            + days.effective_units % cast(ways.x_share_units as hugeint) * ways.direct_units
            // cast(ways.x_share_units as hugeint)
            as decimal(28, 0)
        ) * 0.0000000001 as other_effective_cost
    from day_units as days
    left join share_ways as ways
        on
            days.billing_period = ways.billing_period
            and days.charge_date = ways.charge_date
            and days.billing_currency = ways.billing_currency
            and days.x_pool = ways.x_pool
            and days.x_instance = ways.x_instance
            and days.x_driver = ways.x_driver
            and days.x_team = ways.x_team
),

way_days as (
    select
        billing_period,
        billing_currency,
        x_team,
        x_pool,
        x_driver,
        'direct' as x_way,
        service_name,
        is_tax,
        case when is_direct then billed_cost else billed_cost - other_billed_cost end as billed_cost,
        case when is_direct then effective_cost else effective_cost - other_effective_cost end
            as effective_cost
    from direct_days
    union all
    select
        billing_period,
        billing_currency,
        x_team,
        x_pool,
        x_driver,
        'other pools' as x_way,
        service_name,
        is_tax,
        other_billed_cost as billed_cost,
        other_effective_cost as effective_cost
    from direct_days
    where not is_direct
),

pool_sums as (
    select
        costs.billing_period,
        costs.billing_currency,
        costs.x_allocated_from as x_pool,
        sum(costs.effective_cost) as effective_cost
    from facts.allocated_cost as costs
    inner join question
        on costs.billing_period = question.billing_period
    where
        costs.x_allocated_from is not null
        and costs.x_driver <> 'commitment_benefit'
        and costs.x_entry is distinct from 'vat_receivable'
    group by costs.billing_period, costs.billing_currency, costs.x_allocated_from
)

select
    days.billing_period,
    days.billing_currency,
    days.x_team,
    case
        when days.x_driver = 'commitment_benefit' then 'commitment_benefit' else 'shared'
    end as x_part,
    cast(null as varchar) as x_owner_method,
    cast(null as varchar) as x_owner_source,
    days.x_pool,
    days.x_driver,
    days.x_way,
    cast(sum(sum(case when days.is_tax then 0 else days.effective_cost end)) over (
        partition by
            days.billing_period, days.billing_currency, days.x_team,
            days.x_pool, days.x_driver, days.x_way
    ) as double) / nullif(cast(max(pool_sums.effective_cost) as double), 0) as x_weight,
    case when pools.pool is not null then 'shared_costs.csv' end as x_file,
    pools.line as x_line,
    days.service_name,
    sum(case when days.is_tax then 0 else days.billed_cost end) as billed_cost,
    sum(case when days.is_tax then 0 else days.effective_cost end) as effective_cost,
    sum(case when days.is_tax then days.billed_cost else 0 end) as x_billed_tax,
    sum(case when days.is_tax then days.effective_cost else 0 end) as x_effective_tax
from way_days as days
left join pool_sums
    on
        days.billing_period = pool_sums.billing_period
        and days.billing_currency = pool_sums.billing_currency
        and days.x_pool = pool_sums.x_pool
        and days.x_driver <> 'commitment_benefit'
left join mappings.shared_costs as pools
    on
        days.x_pool = pools.pool
        and days.x_driver <> 'commitment_benefit'
group by
    days.billing_period,
    days.billing_currency,
    days.x_team,
    days.x_pool,
    days.x_driver,
    days.x_way,
    pools.pool,
    pools.line,
    days.service_name
