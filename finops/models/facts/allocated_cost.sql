-- One row per day, owner and AWS service, with the part of each shared cost that a team carries.
with owned_cost as (
    select
        billing_period,
        charge_date,
        sub_account_id,
        service_category,
        service_name,
        x_service_code,
        charge_category,
        billing_currency,
        x_service,
        x_team,
        x_environment,
        x_cost_centre,
        sum(list_cost) as list_cost,
        sum(contracted_cost) as contracted_cost,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(x_unblended_cost) as x_unblended_cost
    from facts.owned_cost
    group by
        billing_period,
        charge_date,
        sub_account_id,
        service_category,
        service_name,
        x_service_code,
        charge_category,
        billing_currency,
        x_service,
        x_team,
        x_environment,
        x_cost_centre
),

days as (
    select distinct
        billing_period,
        charge_date
    from owned_cost
),

paying_teams as (
    select
        days.billing_period,
        days.charge_date,
        teams.team,
        teams.cost_centre,
        -- In millionths, as whole numbers: shares of whole numbers can be exact.
        cast(greatest(coalesce(sum(owned_cost.effective_cost), 0), 0) * 1000000 as hugeint)
            as cost_units
    from days
    cross join mappings.teams
    left join owned_cost
        on
            days.billing_period = owned_cost.billing_period
            and days.charge_date = owned_cost.charge_date
            and teams.team = owned_cost.x_team
    where teams.kind = 'team'
    group by days.billing_period, days.charge_date, teams.team, teams.cost_centre
),

day_totals as (
    select
        billing_period,
        charge_date,
        sum(cost_units) as cost_units
    from paying_teams
    group by billing_period, charge_date
),

weights as (
    select
        paying_teams.billing_period,
        paying_teams.charge_date,
        paying_teams.team,
        paying_teams.cost_centre,
        methods.method,
        -- A day on which no team has cost of its own is split evenly.
        case
            when methods.method = 'even' or day_totals.cost_units = 0 then 1
            else paying_teams.cost_units
        end as weight
    from paying_teams
    inner join day_totals
        on
            paying_teams.billing_period = day_totals.billing_period
            and paying_teams.charge_date = day_totals.charge_date
    cross join (select distinct method from mappings.shared_costs) as methods
),

running_weights as (
    select
        billing_period,
        charge_date,
        team,
        cost_centre,
        method,
        weight,
        cast(
            sum(weight) over (partition by billing_period, charge_date, method order by team)
            as hugeint
        ) as weight_to,
        cast(sum(weight) over (partition by billing_period, charge_date, method) as hugeint)
            as weight_total
    from weights
),

pools as (
    select
        owned_cost.*,
        shared_costs.method,
        -- In ten-billionths, the last digit of the bill.
        cast(cast(list_cost as decimal(24, 10)) * 10000000000 as hugeint) as list_units,
        cast(cast(contracted_cost as decimal(24, 10)) * 10000000000 as hugeint) as contracted_units,
        cast(cast(billed_cost as decimal(24, 10)) * 10000000000 as hugeint) as billed_units,
        cast(cast(effective_cost as decimal(24, 10)) * 10000000000 as hugeint) as effective_units,
        cast(cast(x_unblended_cost as decimal(24, 10)) * 10000000000 as hugeint) as unblended_units
    from owned_cost
    inner join mappings.shared_costs
        on owned_cost.x_team = shared_costs.pool
    where exists (select 1 from mappings.teams where teams.kind = 'team')
),

-- Each team gets what the running share grows by, so that the parts add up to the last digit.
split_units as (
    select
        pools.*,
        shares.team,
        shares.cost_centre,
        shares.weight,
        shares.weight_total,
        (list_units * weight_to) // weight_total
        - (list_units * (weight_to - weight)) // weight_total as team_list_units,
        (contracted_units * weight_to) // weight_total
        - (contracted_units * (weight_to - weight)) // weight_total as team_contracted_units,
        (billed_units * weight_to) // weight_total
        - (billed_units * (weight_to - weight)) // weight_total as team_billed_units,
        (effective_units * weight_to) // weight_total
        - (effective_units * (weight_to - weight)) // weight_total as team_effective_units,
        (unblended_units * weight_to) // weight_total
        - (unblended_units * (weight_to - weight)) // weight_total as team_unblended_units
    from pools
    inner join running_weights as shares
        on
            pools.billing_period = shares.billing_period
            and pools.charge_date = shares.charge_date
            and pools.method = shares.method
    where shares.weight > 0
)

select
    billing_period,
    charge_date,
    sub_account_id,
    service_category,
    service_name,
    x_service_code,
    charge_category,
    billing_currency,
    x_service,
    x_team,
    x_environment,
    x_cost_centre,
    cast(null as varchar) as x_allocated_from,
    cast(null as varchar) as x_driver,
    cast(1 as double) as x_weight,
    list_cost,
    contracted_cost,
    billed_cost,
    effective_cost,
    x_unblended_cost
from owned_cost
where not exists (
    select 1 from pools
    where owned_cost.x_team = pools.x_team
)

union all

select
    billing_period,
    charge_date,
    sub_account_id,
    service_category,
    service_name,
    x_service_code,
    charge_category,
    billing_currency,
    x_service,
    team as x_team,
    x_environment,
    cost_centre as x_cost_centre,
    x_team as x_allocated_from,
    case method when 'even' then 'even' else 'effective_cost' end as x_driver,
    cast(weight as double) / cast(weight_total as double) as x_weight,
    cast(cast(team_list_units as decimal(28, 0)) * 0.0000000001 as decimal(38, 10)) as list_cost,
    cast(cast(team_contracted_units as decimal(28, 0)) * 0.0000000001 as decimal(38, 10))
        as contracted_cost,
    cast(cast(team_billed_units as decimal(28, 0)) * 0.0000000001 as decimal(38, 10)) as billed_cost,
    cast(cast(team_effective_units as decimal(28, 0)) * 0.0000000001 as decimal(38, 10))
        as effective_cost,
    cast(cast(team_unblended_units as decimal(28, 0)) * 0.0000000001 as decimal(38, 10))
        as x_unblended_cost
from split_units
