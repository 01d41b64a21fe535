-- One row per hour of the month without any usage, up to the last hour that has some.
with hours as (
    select
        charge_period_start,
        sum(effective_cost) as effective_cost
    from month_charges
    where x_is_usage
    group by charge_period_start
),

spans as (
    select
        invoice_month.starts_at,
        case when invoice_month.is_final then invoice_month.ends_at - interval 1 hour
            else max(hours.charge_period_start)
        end as last_hour,
        cast(avg(hours.effective_cost) as decimal(38, 10)) as x_usual_cost
    from hours
    cross join invoice_month
    group by invoice_month.starts_at, invoice_month.ends_at, invoice_month.is_final
)

select
    cast(null as varchar) as sub_account_id,
    cast(null as varchar) as x_service_code,
    cast(null as varchar) as x_usage_type,
    cast(null as varchar) as resource_id,
    [cast(every_hour.charge_period_start as varchar)] as x_values,
    0 as x_lines,
    0 as x_billed_cost,
    every_hour.x_usual_cost as x_expected_cost
from (
    select
        unnest(generate_series(starts_at, last_hour, interval 1 hour)) as charge_period_start,
        x_usual_cost
    from spans
) as every_hour
left join hours on every_hour.charge_period_start = hours.charge_period_start
where hours.charge_period_start is null
