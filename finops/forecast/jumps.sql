-- One row per day, team, AWS service, account, usage type and currency of usage, on a day and the same weekdays before it.
-- Of the newest day and eight weeks; others: set variable day = date '2026-10-20';
-- set variable weeks = 4;
with asked_day as (
    select cast(coalesce(getvariable('day'), max(charge_date)) as date) as charge_date
    from marts.team_day
),

asked_days as (
    select
        charge_date - 7 * cast(unnest(range(coalesce(getvariable('weeks'), 8) + 1)) as integer)
            as charge_date
    from asked_day
)

select
    owned_cost.charge_date,
    x_team,
    coalesce(service_name, 'no service') as service_name,
    sub_account_id,
    coalesce(x_usage_type, 'no usage type') as x_usage_type,
    billing_currency,
    sum(effective_cost) as effective_cost
from facts.owned_cost
inner join asked_days on owned_cost.charge_date = asked_days.charge_date
where consumed_quantity is not null and x_covered_from is not distinct from x_covered_until
group by
    owned_cost.charge_date,
    x_team,
    coalesce(service_name, 'no service'),
    sub_account_id,
    coalesce(x_usage_type, 'no usage type'),
    billing_currency
