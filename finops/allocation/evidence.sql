-- One row per owner key and currency that has money: what it is told from, who owns it, what nobody owns.
select
    x_owner_key,
    billing_currency,
    max(sub_account_id) as sub_account_id,
    max(x_service_code) as x_service_code,
    max(service_name) as service_name,
    max(x_usage_type) as x_usage_type,
    max(x_line_item_type) as x_line_item_type,
    max(region_id) as region_id,
    max(resource_id) as resource_id,
    any_value(tags) as tags,
    sum(case when x_owner_method = 'unowned' then effective_cost else 0 end) as x_unowned_cost,
    -- A tag or an exact list was written for this very resource. A rule is a pattern: learning from
    -- a wrong one would repeat its mistake.
    sum(case when x_owner_method in ('resource', 'tag') then effective_cost else 0 end)
        as x_known_cost,
    max_by(x_team, charge_date) filter (where x_owner_method in ('resource', 'tag'))
        as x_known_team,
    max_by(x_service, charge_date) filter (where x_owner_method in ('resource', 'tag'))
        as x_known_service
from facts.owned_cost
group by x_owner_key, billing_currency
having
    sum(case when x_owner_method = 'unowned' then effective_cost else 0 end) <> 0
    or sum(case when x_owner_method in ('resource', 'tag') then effective_cost else 0 end) <> 0
