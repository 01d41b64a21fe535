-- One row per day, team, AWS service, account, usage type and currency of usage, on some days.
select
    charge_date,
    x_team,
    coalesce(service_name, 'no service') as service_name,
    sub_account_id,
    coalesce(x_usage_type, 'no usage type') as x_usage_type,
    billing_currency,
    sum(effective_cost) as effective_cost
from facts.owned_cost
where
    consumed_quantity is not null
    and charge_date between cast($first as date) and cast($day as date)
    and date_diff('day', charge_date, cast($day as date)) % 7 = 0
group by
    charge_date,
    x_team,
    coalesce(service_name, 'no service'),
    sub_account_id,
    coalesce(x_usage_type, 'no usage type'),
    billing_currency
