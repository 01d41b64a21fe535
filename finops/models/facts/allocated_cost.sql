-- One row per day, payer, AWS service and split instance, with the part of each shared cost it carries.
with all_shares as (
    select
        billing_period,
        charge_date,
        billing_currency,
        x_pool,
        '' as x_instance,
        x_driver,
        x_team,
        cast(null as varchar) as x_service,
        cast(null as varchar) as x_environment,
        cast(null as varchar) as x_cost_centre,
        x_share_units
    from pools.pool_shares
    union all
    -- The cost of an instance that is split over its pods goes its own way.
    select
        billing_period,
        charge_date,
        billing_currency,
        x_pool,
        x_parent_resource_id as x_instance,
        x_driver,
        x_team,
        x_service,
        x_environment,
        x_cost_centre,
        x_share_units
    from pools.split_shares
),

-- The payers of a pool's day are numbered: of equal remainders the first rounds up.
shares as (
    select
        *,
        row_number() over (
            partition by billing_period, charge_date, billing_currency, x_pool, x_instance
            order by x_team, x_driver, x_service, x_environment, x_cost_centre
        ) as x_share
    from all_shares
),

shared_pools as (
    select distinct
        billing_period,
        charge_date,
        billing_currency,
        x_pool,
        x_instance
    from shares
),

-- What others pay for, its rows numbered within the pool's day.
pooled_costs as (
    select
        costs.*,
        pools.x_instance,
        row_number() over (
            partition by
                costs.billing_period,
                costs.charge_date,
                costs.billing_currency,
                costs.x_team,
                pools.x_instance
            order by
                costs.sub_account_id,
                costs.service_category,
                costs.service_name,
                costs.x_service_code,
                costs.charge_category,
                costs.x_entry,
                costs.x_service,
                costs.x_environment,
                costs.x_cost_centre,
                costs.x_allocated_from
        ) as x_row
    from pools.collected_cost as costs
    inner join shared_pools as pools
        on
            costs.billing_period = pools.billing_period
            and costs.charge_date = pools.charge_date
            and costs.billing_currency = pools.billing_currency
            and costs.x_team = pools.x_pool
            and coalesce(costs.x_parent_resource_id, '') = pools.x_instance
),

-- Five measures of each row, split one like the other.
amounts as (
    select
        costs.billing_period,
        costs.charge_date,
        costs.billing_currency,
        costs.x_team as x_pool,
        costs.x_instance,
        costs.x_row,
        measures.x_measure,
        case measures.x_measure
            when 'list' then costs.list_cost
            when 'contracted' then costs.contracted_cost
            when 'billed' then costs.billed_cost
            when 'effective' then costs.effective_cost
            when 'unblended' then costs.x_unblended_cost
        end as amount
    from pooled_costs as costs
    cross join (values ('list'), ('contracted'), ('billed'), ('effective'), ('unblended'))
        as measures (x_measure)
),

-- In ten-billionths, the last digit of most bills; a credit is split as the charge it mirrors.
amount_units as (
    select
        *,
        case when amount < 0 then -1 else 1 end as amount_sign,
        cast(cast(abs(amount) as decimal(28, 10)) * 10000000000 as decimal(38, 0)) as units
    from amounts
    where amount <> 0
),

-- A product of large units and a share has more digits than any type: it is made in two parts.
unit_parts as (
    select
        *,
        floor(units * 0.000000000000001) as large_units,
        units % 1000000000000000 as small_units
    from amount_units
),

products as (
    select
        amounts.*,
        shares.x_share,
        amounts.large_units * shares.x_share_units as whole_product,
        amounts.small_units * shares.x_share_units as product
    from unit_parts as amounts
    inner join shares
        on
            amounts.billing_period = shares.billing_period
            and amounts.charge_date = shares.charge_date
            and amounts.billing_currency = shares.billing_currency
            and amounts.x_pool = shares.x_pool
            and amounts.x_instance = shares.x_instance
),

floors as (
    select
        *,
        whole_product + floor(product * 0.000000000000001) as floor_units,
        cast(product % 1000000000000000 as bigint) as remainder
    from products
),

-- Largest remainder: what rounding down leaves goes, digit by digit, to whom it took most from.
ranks as (
    select
        *,
        sum(remainder) over amounts // 1000000000000000 as left_units,
        row_number() over ranked_amounts as x_rank
    from floors
    window
        amounts as (
            partition by
                billing_period, charge_date, billing_currency, x_pool, x_instance, x_row, x_measure
        ),
        ranked_amounts as (
            partition by
                billing_period, charge_date, billing_currency, x_pool, x_instance, x_row, x_measure
            order by remainder desc, x_share
        )
),

-- He who comes first also takes what a bill says beyond the tenth decimal.
part_amounts as (
    select
        *,
        cast(
            amount_sign * (floor_units + case when x_rank <= left_units then 1 else 0 end)
            as decimal(28, 0)
        ) * 0.0000000001
        + case when x_rank = 1
            then amount - cast(amount_sign * units as decimal(28, 0)) * 0.0000000001
            else 0
        end as part
    from ranks
),

parts as (
    select
        billing_period,
        charge_date,
        billing_currency,
        x_pool,
        x_instance,
        x_row,
        x_share,
        sum(case when x_measure = 'list' then part end) as list_cost,
        sum(case when x_measure = 'contracted' then part end) as contracted_cost,
        sum(case when x_measure = 'billed' then part end) as billed_cost,
        sum(case when x_measure = 'effective' then part end) as effective_cost,
        sum(case when x_measure = 'unblended' then part end) as x_unblended_cost
    from part_amounts
    group by
        billing_period, charge_date, billing_currency, x_pool, x_instance, x_row, x_share
),

-- What nobody else pays for stays with its owner.
kept as (
    select
        costs.billing_period,
        costs.charge_date,
        costs.sub_account_id,
        costs.service_category,
        costs.service_name,
        costs.x_service_code,
        costs.charge_category,
        costs.x_entry,
        costs.billing_currency,
        costs.x_service,
        costs.x_team,
        costs.x_environment,
        costs.x_cost_centre,
        costs.x_parent_resource_id,
        costs.x_allocated_from,
        case when costs.x_allocated_from is not null then 'commitment_benefit' end as x_driver,
        cast(1 as double) as x_weight,
        costs.list_cost,
        costs.contracted_cost,
        costs.billed_cost,
        costs.effective_cost,
        costs.x_unblended_cost
    from pools.collected_cost as costs
    left join shared_pools as pools
        on
            costs.billing_period = pools.billing_period
            and costs.charge_date = pools.charge_date
            and costs.billing_currency = pools.billing_currency
            and costs.x_team = pools.x_pool
            and coalesce(costs.x_parent_resource_id, '') = pools.x_instance
    where pools.x_pool is null
),

split as (
    select
        costs.billing_period,
        costs.charge_date,
        costs.sub_account_id,
        costs.service_category,
        costs.service_name,
        costs.x_service_code,
        costs.charge_category,
        costs.x_entry,
        costs.billing_currency,
        coalesce(shares.x_service, costs.x_service) as x_service,
        shares.x_team,
        coalesce(shares.x_environment, costs.x_environment) as x_environment,
        coalesce(shares.x_cost_centre, nullif(teams.cost_centre, ''), 'unowned') as x_cost_centre,
        costs.x_parent_resource_id,
        costs.x_team as x_allocated_from,
        shares.x_driver,
        cast(shares.x_share_units as double) / 1000000000000000 as x_weight,
        coalesce(parts.list_cost, 0) as list_cost,
        coalesce(parts.contracted_cost, 0) as contracted_cost,
        coalesce(parts.billed_cost, 0) as billed_cost,
        coalesce(parts.effective_cost, 0) as effective_cost,
        coalesce(parts.x_unblended_cost, 0) as x_unblended_cost
    from pooled_costs as costs
    inner join shares
        on
            costs.billing_period = shares.billing_period
            and costs.charge_date = shares.charge_date
            and costs.billing_currency = shares.billing_currency
            and costs.x_team = shares.x_pool
            and costs.x_instance = shares.x_instance
    left join parts
        on
            costs.billing_period = parts.billing_period
            and costs.charge_date = parts.charge_date
            and costs.billing_currency = parts.billing_currency
            and costs.x_team = parts.x_pool
            and costs.x_instance = parts.x_instance
            and costs.x_row = parts.x_row
            and shares.x_share = parts.x_share
    left join mappings.team_days as teams
        on
            shares.x_team = teams.team
            and costs.charge_date >= teams.valid_from
            and costs.charge_date < teams.valid_to
),

allocated as (
    select * from kept
    union all
    select * from split
)

select
    *,
    -- Recoverable tax is no cost: what is compared or divided is before it.
    case when x_entry = 'vat_receivable' then 0 else list_cost end as x_pretax_list_cost,
    case when x_entry = 'vat_receivable' then 0 else billed_cost end as x_pretax_billed_cost,
    case when x_entry = 'vat_receivable' then 0 else effective_cost end as x_pretax_effective_cost,
    case when x_entry = 'vat_receivable' then billed_cost else 0 end as x_billed_tax,
    case when x_entry = 'vat_receivable' then effective_cost else 0 end as x_effective_tax
from allocated
