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
    from facts.pool_shares
    union all
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
    from facts.split_shares
),

shares as (
    select
        *,
        row_number() over (
            order by
                billing_period,
                charge_date,
                billing_currency,
                x_pool,
                x_instance,
                x_team,
                x_driver,
                x_service,
                x_environment,
                x_cost_centre
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

-- What nobody else pays for stays with its owner.
costs as (
    select
        costs.*,
        pools.x_instance,
        case when pools.x_pool is not null
            then row_number() over (
                order by
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
                costs.x_allocated_from
            )
        end as x_row
    from facts.collected_cost as costs
    left join shared_pools as pools
        on
            costs.billing_period = pools.billing_period
            and costs.charge_date = pools.charge_date
            and costs.billing_currency = pools.billing_currency
            and costs.x_team = pools.x_pool
            and coalesce(costs.x_parent_resource_id, '') = pools.x_instance
),

row_shares as (
    select
        costs.x_row,
        shares.x_share,
        shares.x_share_units,
        costs.list_cost,
        costs.contracted_cost,
        costs.billed_cost,
        costs.effective_cost,
        costs.x_unblended_cost
    from costs
    inner join shares
        on
            costs.billing_period = shares.billing_period
            and costs.charge_date = shares.charge_date
            and costs.billing_currency = shares.billing_currency
            and costs.x_team = shares.x_pool
            and costs.x_instance = shares.x_instance
),

measures as (
    select x_row, x_share, x_share_units, 1 as x_measure, list_cost as amount from row_shares
    union all
    select x_row, x_share, x_share_units, 2 as x_measure, contracted_cost as amount from row_shares
    union all
    select x_row, x_share, x_share_units, 3 as x_measure, billed_cost as amount from row_shares
    union all
    select x_row, x_share, x_share_units, 4 as x_measure, effective_cost as amount from row_shares
    union all
    select x_row, x_share, x_share_units, 5 as x_measure, x_unblended_cost as amount from row_shares
),

-- In ten-billionths, the last digit of most bills; a credit is split as the charge it mirrors.
amounts as (
    select
        *,
        case when amount < 0 then -1 else 1 end as amount_sign,
        cast(cast(abs(amount) as decimal(28, 10)) * 10000000000 as hugeint) as units
    from measures
    where amount <> 0
),

-- A product of large units and a share has more digits than any type: it is made in two parts.
products as (
    select
        *,
        units // 1000000000000000 * x_share_units as whole_product,
        units % 1000000000000000 * x_share_units as product
    from amounts
),

remainders as (
    select
        x_row,
        x_share,
        x_measure,
        amount,
        amount_sign,
        units,
        whole_product + product // 1000000000000000 as floor_units,
        cast(product % 1000000000000000 as bigint) as remainder
    from products
),

-- Largest remainder: what rounding down leaves goes, digit by digit, to whom it took most from.
-- He who comes first also takes what a bill says beyond the tenth decimal.
ranked_remainders as (
    select
        *,
        sum(remainder) over (partition by x_row, x_measure) // 1000000000000000 as left_units,
        row_number() over (partition by x_row, x_measure order by remainder desc, x_share) as x_rank
    from remainders
),

part_amounts as (
    select
        x_row,
        x_share,
        x_measure,
        cast(
            amount_sign * (floor_units + case when x_rank <= left_units then 1 else 0 end)
            as decimal(28, 0)
        ) * 0.0000000001
        + case when x_rank = 1
            then amount - cast(amount_sign * units as decimal(28, 0)) * 0.0000000001
            else 0
        end as amount
    from ranked_remainders
),

parts as (
    select
        x_row,
        x_share,
        sum(case when x_measure = 1 then amount end) as list_cost,
        sum(case when x_measure = 2 then amount end) as contracted_cost,
        sum(case when x_measure = 3 then amount end) as billed_cost,
        sum(case when x_measure = 4 then amount end) as effective_cost,
        sum(case when x_measure = 5 then amount end) as x_unblended_cost
    from part_amounts
    group by x_row, x_share
),

allocated_cost as (
    select
        billing_period,
        charge_date,
        sub_account_id,
        service_category,
        service_name,
        x_service_code,
        charge_category,
        x_entry,
        billing_currency,
        x_service,
        x_team,
        x_environment,
        x_cost_centre,
        x_parent_resource_id,
        x_allocated_from,
        case when x_allocated_from is not null then 'commitment_benefit' end as x_driver,
        cast(1 as double) as x_weight,
        list_cost,
        contracted_cost,
        billed_cost,
        effective_cost,
        x_unblended_cost
    from costs
    where x_row is null

    union all

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
    from row_shares
    inner join costs
        on row_shares.x_row = costs.x_row
    inner join shares
        on row_shares.x_share = shares.x_share
    left join parts
        on
            row_shares.x_row = parts.x_row
            and row_shares.x_share = parts.x_share
    left join mappings.team_days as teams
        on
            shares.x_team = teams.team
            and costs.charge_date >= teams.valid_from
            and costs.charge_date < teams.valid_to
)

select
    *,
    -- Recoverable tax is no cost: what is compared or divided is before it.
    case when x_entry = 'vat_receivable' then 0 else list_cost end as x_pretax_list_cost,
    case when x_entry = 'vat_receivable' then 0 else billed_cost end as x_pretax_billed_cost,
    case when x_entry = 'vat_receivable' then 0 else effective_cost end as x_pretax_effective_cost,
    case when x_entry = 'vat_receivable' then billed_cost else 0 end as x_billed_tax,
    case when x_entry = 'vat_receivable' then effective_cost else 0 end as x_effective_tax
from allocated_cost
