-- One row per level, series of it and day: effective cost of usage of a team, AWS service, account, usage type or resource.
with usage as (
    select
        charge_date,
        billing_currency,
        x_team,
        coalesce(service_name, 'no service') as service_name,
        coalesce(sub_account_id, '') as sub_account_id,
        coalesce(x_usage_type, '') as x_usage_type,
        coalesce(resource_id, '') as resource_id,
        sum(effective_cost) as effective_cost
    from facts.owned_cost
    where consumed_quantity is not null
    group by
        charge_date,
        billing_currency,
        x_team,
        coalesce(service_name, 'no service'),
        coalesce(sub_account_id, ''),
        coalesce(x_usage_type, ''),
        coalesce(resource_id, '')
)

select
    case
        when grouping(sub_account_id) = 0 then 'account'
        when grouping(x_team) = 1 then 'service'
        when grouping(service_name) = 1 then 'team'
        when grouping(x_usage_type) = 1 then 'team and service'
        when grouping(resource_id) = 1 then 'usage type'
        else 'resource'
    end as x_level,
    charge_date,
    billing_currency,
    x_team,
    service_name,
    sub_account_id,
    x_usage_type,
    resource_id,
    sum(effective_cost) as effective_cost
from usage
group by grouping sets (
    (charge_date, billing_currency, sub_account_id),
    (charge_date, billing_currency, x_team),
    (charge_date, billing_currency, service_name),
    (charge_date, billing_currency, x_team, service_name),
    (charge_date, billing_currency, x_team, service_name, x_usage_type),
    (charge_date, billing_currency, x_team, service_name, x_usage_type, resource_id)
)
order by all
