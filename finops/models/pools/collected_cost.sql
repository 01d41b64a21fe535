-- One row per day, owner or collecting pool, AWS service and split instance: cost before pools are split.
with payers as (
    select
        owned_cost.*,
        coalesce(collectors.pool, owned_cost.x_team) as x_payer,
        case
            when collectors.pool is null then owned_cost.x_cost_centre
            else coalesce(nullif(teams.cost_centre, ''), 'unowned')
        end as x_payer_cost_centre
    from facts.owned_cost
    left join mappings.pool_charges as collectors
        on owned_cost.x_charge_kind = collectors.charge_kind
    left join mappings.teams
        on collectors.pool = teams.team
),

split_instances as (
    select distinct
        billing_period,
        charge_date,
        billing_currency,
        x_parent_resource_id
    from pools.split_owners
),

payments as (
    select
        payers.billing_period,
        payers.charge_date,
        payers.sub_account_id,
        payers.service_category,
        payers.service_name,
        payers.x_service_code,
        payers.charge_category,
        payers.x_entry,
        payers.billing_currency,
        payers.x_service,
        payers.x_payer as x_team,
        payers.x_environment,
        payers.x_payer_cost_centre as x_cost_centre,
        case when pools.pool is not null then split_instances.x_parent_resource_id end
            as x_parent_resource_id,
        cast(null as varchar) as x_allocated_from,
        payers.list_cost,
        payers.contracted_cost,
        payers.billed_cost,
        payers.effective_cost,
        payers.x_unblended_cost
    from payers
    left join mappings.shared_costs as pools
        on
            payers.x_payer = pools.pool
            and pools.method = 'split_cost'
    left join split_instances
        on
            payers.billing_period = split_instances.billing_period
            and payers.charge_date = split_instances.charge_date
            and payers.billing_currency = split_instances.billing_currency
            and payers.resource_id = split_instances.x_parent_resource_id
),

-- The user pays the list cost; the buyer gets back what the commitment saved.
benefits as (
    select
        benefits.*,
        sides.is_user
    from facts.commitment_benefits as benefits
    cross join (select true as is_user union all select false as is_user) as sides
    where benefits.x_buyer_team <> benefits.x_team
),

moved_benefits as (
    select
        billing_period,
        charge_date,
        sub_account_id,
        service_category,
        service_name,
        x_service_code,
        charge_category,
        'cloud_expense' as x_entry,
        billing_currency,
        case when is_user then x_service else x_buyer_service end as x_service,
        case when is_user then x_team else x_buyer_team end as x_team,
        case when is_user then x_environment else x_buyer_environment end as x_environment,
        case when is_user then x_cost_centre else x_buyer_cost_centre end as x_cost_centre,
        cast(null as varchar) as x_parent_resource_id,
        case when is_user then x_buyer_team else x_team end as x_allocated_from,
        0 as list_cost,
        0 as contracted_cost,
        0 as billed_cost,
        case when is_user then x_commitment_benefit else -x_commitment_benefit end
            as effective_cost,
        0 as x_unblended_cost
    from benefits
)

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
    sum(list_cost) as list_cost,
    sum(contracted_cost) as contracted_cost,
    sum(billed_cost) as billed_cost,
    sum(effective_cost) as effective_cost,
    sum(x_unblended_cost) as x_unblended_cost
from (
    select * from payments
    union all
    select * from moved_benefits
)
group by
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
    x_allocated_from
