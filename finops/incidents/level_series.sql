-- One row per level, series of it and day: effective cost of usage of a team, AWS service, account, usage type or resource.
-- Of resources that cost a thousandth of the bill's mean day; others: set variable share = 0.01;
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
    where consumed_quantity is not null and x_covered_from is not distinct from x_covered_until
    group by
        charge_date,
        billing_currency,
        x_team,
        coalesce(service_name, 'no service'),
        coalesce(sub_account_id, ''),
        coalesce(x_usage_type, ''),
        coalesce(resource_id, '')
),

usage_days as (
    select charge_date, sum(effective_cost) as effective_cost from usage group by charge_date
),

-- Most resources never cost enough to be told of; a large bill has millions of them.
large_resources as (
    select distinct billing_currency, x_team, service_name, x_usage_type, resource_id
    from usage
    where effective_cost >= coalesce(getvariable('share'), 0.001) * (select avg(effective_cost) from usage_days)
),

usage_of_large_resources as (
    select
        usage.charge_date,
        usage.billing_currency,
        usage.x_team,
        usage.service_name,
        usage.sub_account_id,
        usage.x_usage_type,
        -- Empty is all other resources.
        coalesce(large_resources.resource_id, '') as resource_id,
        usage.effective_cost
    from usage
    left join large_resources
        on
            usage.billing_currency = large_resources.billing_currency
            and usage.x_team = large_resources.x_team
            and usage.service_name = large_resources.service_name
            and usage.x_usage_type = large_resources.x_usage_type
            and usage.resource_id = large_resources.resource_id
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
from usage_of_large_resources
group by grouping sets (
    (charge_date, billing_currency, sub_account_id),
    (charge_date, billing_currency, x_team),
    (charge_date, billing_currency, service_name),
    (charge_date, billing_currency, x_team, service_name),
    (charge_date, billing_currency, x_team, service_name, x_usage_type),
    (charge_date, billing_currency, x_team, service_name, x_usage_type, resource_id)
)
order by all
