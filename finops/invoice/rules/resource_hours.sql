-- One row per instance and period that was billed for more hours than the period has.
with running as (
    select
        sub_account_id,
        x_service_code,
        x_usage_type,
        resource_id,
        charge_date,
        count(*) as x_lines,
        sum(consumed_quantity) as x_used_hours,
        -- A daily line has the hours of its day, from first to last use.
        date_diff('minute', min(charge_period_start), max(charge_period_end)) as x_minutes,
        sum(billed_cost) as x_billed_cost,
        sum(effective_cost) as effective_cost
    from month_charges
    where x_is_usage
        and x_usage_type like '%Usage:%'
        and pricing_unit in ('Hrs', 'Hours')
        and (resource_id like 'i-%' or resource_id like '%:db:%')
    group by
        sub_account_id, x_service_code, x_usage_type, resource_id, charge_date
)

select
    sub_account_id,
    x_service_code,
    x_usage_type,
    resource_id,
    [
        cast(x_used_hours as varchar),
        cast(cast(x_minutes as decimal(18, 0)) / 60 as varchar),
        cast(charge_date as varchar)
    ] as x_values,
    x_lines,
    effective_cost as x_billed_cost,
    cast(
        cast(effective_cost as double) * (cast(x_minutes as double) / 60) / x_used_hours
        as decimal(38, 10)
    ) as x_expected_cost
from running
where x_used_hours > (cast(x_minutes as double) / 60) * 1.0001
