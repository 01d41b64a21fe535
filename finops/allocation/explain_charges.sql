-- One row per charge of the question: where it was delivered, how final it is, and the part that the team pays.
-- Recoverable tax is none of it. Reads `question` and `explained_rows`; x_weight is the part that the team got on the days asked for.
with explained_keys as (
    select distinct
        billing_period,
        charge_date,
        x_bill_date,
        x_covered_from,
        x_covered_until,
        x_owner_key,
        billing_currency,
        charge_category,
        commitment_discount_status,
        commitment_discount_id,
        x_line_item_type,
        service_name,
        x_team,
        x_pool,
        x_instance,
        x_owner_method,
        x_owner_source
    from explained_rows
    where x_entry is distinct from 'vat_receivable'
),

shares as (
    select
        billing_period,
        charge_date,
        billing_currency,
        x_pool,
        '' as x_instance,
        x_team,
        sum(x_share_units) as x_share_units
    from pools.pool_shares
    group by billing_period, charge_date, billing_currency, x_pool, x_team
    union all
    select
        billing_period,
        charge_date,
        billing_currency,
        x_pool,
        x_parent_resource_id as x_instance,
        x_team,
        sum(x_share_units) as x_share_units
    from pools.split_shares
    group by
        billing_period, charge_date, billing_currency, x_pool, x_parent_resource_id, x_team
),

-- A charge for several days has an owner and shares on each of those that are asked for.
explained_parts as (
    select
        keys.* exclude (charge_date, x_team),
        coalesce(shares.x_team, keys.x_team) as x_team,
        sum(coalesce(shares.x_share_units, 1000000000000000))
        / any_value(keys.x_covered_until - keys.x_covered_from + 1) as x_share_units
    from explained_keys as keys
    inner join question
        on keys.billing_period = question.billing_period
    left join shares
        on
            keys.billing_period = shares.billing_period
            and keys.charge_date = shares.charge_date
            and keys.billing_currency = shares.billing_currency
            and keys.x_pool = shares.x_pool
            and keys.x_instance = shares.x_instance
            and (question.x_team is null or shares.x_team = question.x_team)
    group by all
)

select
    charges.billing_period,
    charges.charge_period_start,
    keys.x_team,
    case when keys.x_pool is null then 'own' else 'shared' end as x_part,
    keys.x_owner_method,
    keys.x_owner_source,
    keys.x_pool,
    keys.x_share_units / 1000000000000000 as x_weight,
    charges.sub_account_id,
    charges.service_name,
    charges.x_usage_type,
    charges.resource_id,
    charges.x_line_item_type,
    charges.x_line_item_id,
    charges.x_delivery_id,
    deliveries.source as x_source,
    -- FOCUS 1.0 and some exports have no invoice column at all.
    case
        when charges.invoice_id is not null then 'final'
        when deliveries.final_rows is null then 'unknown'
        else 'estimated'
    end as x_status,
    charges.billing_currency,
    charges.billed_cost,
    charges.effective_cost
from staging.charges
inner join explained_parts as keys
    on
        charges.billing_period = keys.billing_period
        and charges.charge_date = keys.x_bill_date
        and charges.x_covered_from = keys.x_covered_from
        and charges.x_covered_until = keys.x_covered_until
        and charges.x_owner_key = keys.x_owner_key
        and charges.billing_currency = keys.billing_currency
        and charges.charge_category is not distinct from keys.charge_category
        and charges.commitment_discount_status is not distinct from keys.commitment_discount_status
        and charges.commitment_discount_id is not distinct from keys.commitment_discount_id
        and charges.x_line_item_type is not distinct from keys.x_line_item_type
        and charges.service_name is not distinct from keys.service_name
left join ledger.deliveries
    on charges.x_delivery_id = deliveries.delivery_id
where charges.billed_cost <> 0 or charges.effective_cost <> 0
order by
    abs(cast(charges.effective_cost as double)) * keys.x_share_units desc,
    charges.x_line_item_id,
    charges.charge_period_start,
    keys.x_team
