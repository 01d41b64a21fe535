-- One row per owner key and currency that has money: what it is told from, who owns it, what nobody owns.
-- Cost is before recoverable tax.
with owners as (
    select
        x_owner_key,
        billing_currency,
        x_owner_method,
        x_team,
        x_service,
        sum(effective_cost) as effective_cost,
        max(charge_date) as last_charge_date
    from facts.owned_cost
    where x_entry is distinct from 'vat_receivable'
    group by x_owner_key, billing_currency, x_owner_method, x_team, x_service
),

money as (
    select
        x_owner_key,
        billing_currency,
        sum(case when x_owner_method = 'unowned' then effective_cost else 0 end) as x_unowned_cost,
        -- A tag or an exact list was written for this very resource. A rule is a pattern: learning
        -- from a wrong one would repeat its mistake.
        sum(case when x_owner_method in ('resource', 'tag') then effective_cost else 0 end)
            as x_known_cost,
        max_by(x_team, last_charge_date) filter (where x_owner_method in ('resource', 'tag'))
            as x_known_team,
        max_by(x_service, last_charge_date) filter (where x_owner_method in ('resource', 'tag'))
            as x_known_service
    from owners
    group by x_owner_key, billing_currency
),

keys as (
    select distinct
        x_owner_key,
        sub_account_id,
        x_service_code,
        x_usage_type,
        x_line_item_type,
        region_id,
        resource_id
    from owners.owner_keys
)

select
    money.x_owner_key,
    money.billing_currency,
    keys.sub_account_id,
    keys.x_service_code,
    keys.x_usage_type,
    keys.x_line_item_type,
    keys.region_id,
    keys.resource_id,
    money.x_unowned_cost,
    money.x_known_cost,
    money.x_known_team,
    money.x_known_service
from money
inner join keys
    on money.x_owner_key = keys.x_owner_key
where money.x_unowned_cost <> 0 or money.x_known_cost <> 0
order by money.x_owner_key, money.billing_currency
