-- One row per row of owned cost that the question is about, with who pays for it and what decided its owner.
-- `question` has one row per month asked for; what it leaves NULL is not asked for.
with paid_rows as (
    select
        owned_cost.*,
        question.is_allocated,
        question.x_team as asked_team,
        case
            when question.is_allocated then coalesce(collectors.pool, owned_cost.x_team)
            else owned_cost.x_team
        end as x_payer
    from facts.owned_cost
    inner join question
        on owned_cost.billing_period = question.billing_period
    left join mappings.pool_charges as collectors
        on owned_cost.x_charge_kind = collectors.charge_kind
    where
        (question.x_service is null or owned_cost.x_service = question.x_service)
        and (question.service_name is null or owned_cost.service_name = question.service_name)
        and (question.resource_id is null or owned_cost.resource_id = question.resource_id)
        and (question.charge_date is null or owned_cost.charge_date = question.charge_date)
        and (
            not question.is_untagged
            or (
                owned_cost.x_owner_method <> 'tag'
                and owned_cost.x_entry is distinct from 'vat_receivable'
            )
        )
),

split_instances as (
    select distinct
        billing_period,
        charge_date,
        billing_currency,
        x_parent_resource_id
    from pools.split_owners
),

-- What of a pool is split, and who gets a part: the cost of an instance goes its own way.
receivers as (
    select distinct
        billing_period, charge_date, billing_currency, x_pool, '' as x_instance, x_team
    from pools.pool_shares
    union
    select distinct
        billing_period,
        charge_date,
        billing_currency,
        x_pool,
        x_parent_resource_id as x_instance,
        x_team
    from pools.split_shares
),

split_pools as (
    select distinct billing_period, charge_date, billing_currency, x_pool, x_instance
    from receivers
),

placed_rows as (
    select
        paid_rows.*,
        case
            when pools.pool is not null then coalesce(split_instances.x_parent_resource_id, '')
            else ''
        end as x_instance
    from paid_rows
    left join mappings.shared_costs as pools
        on
            paid_rows.x_payer = pools.pool
            and pools.method = 'split_cost'
    left join split_instances
        on
            paid_rows.billing_period = split_instances.billing_period
            and paid_rows.charge_date = split_instances.charge_date
            and paid_rows.billing_currency = split_instances.billing_currency
            and paid_rows.resource_id = split_instances.x_parent_resource_id
)

select
    placed_rows.billing_period,
    placed_rows.charge_date,
    placed_rows.x_bill_date,
    placed_rows.x_covered_from,
    placed_rows.x_covered_until,
    placed_rows.x_owner_key,
    placed_rows.billing_currency,
    placed_rows.charge_category,
    placed_rows.x_entry,
    placed_rows.commitment_discount_status,
    placed_rows.commitment_discount_id,
    placed_rows.x_line_item_type,
    placed_rows.service_name,
    placed_rows.sub_account_id,
    placed_rows.resource_id,
    placed_rows.x_payer as x_team,
    split_pools.x_pool,
    placed_rows.x_instance,
    placed_rows.x_owner_method,
    placed_rows.x_rule_id,
    case placed_rows.x_owner_method
        when 'tag'
            then concat(
                placed_rows.x_owner_source, '=', placed_rows.tags[placed_rows.x_owner_source]
            )
        else placed_rows.x_owner_source
    end as x_owner_source,
    case when placed_rows.x_owner_method = 'tag' then placed_rows.x_owner_source end as x_tag_key,
    placed_rows.list_cost,
    placed_rows.billed_cost,
    placed_rows.effective_cost,
    placed_rows.x_pretax_billed_cost,
    placed_rows.x_pretax_effective_cost,
    placed_rows.x_billed_tax,
    placed_rows.x_effective_tax
from placed_rows
left join split_pools
    on
        placed_rows.is_allocated
        and placed_rows.billing_period = split_pools.billing_period
        and placed_rows.charge_date = split_pools.charge_date
        and placed_rows.billing_currency = split_pools.billing_currency
        and placed_rows.x_payer = split_pools.x_pool
        and placed_rows.x_instance = split_pools.x_instance
left join receivers
    on
        split_pools.billing_period = receivers.billing_period
        and split_pools.charge_date = receivers.charge_date
        and split_pools.billing_currency = receivers.billing_currency
        and split_pools.x_pool = receivers.x_pool
        and split_pools.x_instance = receivers.x_instance
        and placed_rows.asked_team = receivers.x_team
where
    placed_rows.asked_team is null
    or receivers.x_team is not null
    or (split_pools.x_pool is null and placed_rows.x_payer = placed_rows.asked_team)
