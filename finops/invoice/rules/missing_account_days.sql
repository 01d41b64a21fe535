-- One row per account and day without usage, between days of the month on which it has some.
with days as (
    select distinct charge_date
    from month_charges
    where x_is_usage
),

account_days as (
    select
        sub_account_id,
        charge_date,
        sum(effective_cost) as effective_cost
    from month_charges
    where x_is_usage
    group by sub_account_id, charge_date
),

accounts as (
    select
        sub_account_id,
        min(charge_date) as first_day,
        max(charge_date) as last_day,
        count(*) as x_days,
        cast(avg(effective_cost) as decimal(38, 10)) as x_usual_cost
    from account_days
    group by sub_account_id
)

select
    accounts.sub_account_id,
    cast(null as varchar) as x_service_code,
    cast(null as varchar) as x_usage_type,
    cast(null as varchar) as resource_id,
    [
        cast(days.charge_date as varchar),
        cast(cast(accounts.x_usual_cost as decimal(18, 2)) as varchar)
    ] as x_values,
    0 as x_lines,
    0 as x_billed_cost,
    accounts.x_usual_cost as x_expected_cost
from accounts
inner join days on days.charge_date > accounts.first_day and days.charge_date < accounts.last_day
left join account_days
    on accounts.sub_account_id = account_days.sub_account_id
    and days.charge_date = account_days.charge_date
-- An account that is used now and then has days without usage anyway.
where account_days.sub_account_id is null and accounts.x_days >= 20
