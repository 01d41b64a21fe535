-- One row per day and combination of everything that allocation, anomalies and queries group by.
-- A charge for several days is spread evenly over them: x_bill_date is the day that the bill dates it,
-- x_covered_from and x_covered_until are the first and last day of what it is for.
with charges as (
    select
        charges.*,
        charge_period_end - charge_period_start <= interval 1 hour and x_covered_from = x_covered_until as is_hourly,
        -- Where clocks differ from UTC some hours of a UTC day are of the company's day before or after.
        charge_period_start < days.x_start or charge_period_start >= days.x_end as is_other_day,
        -- The free tier: nothing is paid for what has a price.
        x_is_usage
        and commitment_discount_status is null
        and list_cost > 0
        and effective_cost = 0
            as is_free
    from staging.charges
    left join business.zone_days as days
        on
            charges.charge_date = days.date
            and days.is_local
),

dated_cost as (
    select
        billing_period,
        charge_date as x_bill_date,
        x_covered_from,
        x_covered_until,
        x_owner_key,
        billing_account_id,
        sub_account_id,
        service_category,
        service_name,
        x_service_code,
        x_usage_type,
        x_operation,
        x_instance_type,
        region_id,
        resource_id,
        charge_category,
        charge_class,
        x_charge_kind,
        x_entry,
        x_line_item_type,
        x_parent_resource_id,
        pricing_category,
        pricing_unit,
        list_unit_price,
        sku_price_id,
        commitment_discount_id,
        commitment_discount_status,
        billing_currency,
        tags,
        x_cost_categories,
        max(sub_account_name) as sub_account_name,
        bool_or(x_is_support) as x_is_support,
        sum(consumed_quantity) as consumed_quantity,
        sum(list_cost) as list_cost,
        sum(case when is_free then list_cost else 0 end) as x_free_list_cost,
        sum(case when is_free then consumed_quantity else 0 end) as x_free_quantity,
        sum(contracted_cost) as contracted_cost,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(x_unblended_cost) as x_unblended_cost,
        sum(x_commitment_trueup) as x_commitment_trueup,
        sum(x_upfront_cost) as x_upfront_cost,
        sum(x_split_cost) as x_split_cost,
        sum(x_split_unused_cost) as x_split_unused_cost,
        sum(effective_cost) filter (where is_hourly) as x_hourly_effective_cost,
        sum(billed_cost) filter (where is_hourly and is_other_day) as x_other_day_billed_cost,
        sum(effective_cost) filter (where is_hourly and is_other_day) as x_other_day_effective_cost,
        count(*) as x_charges
    from charges
    group by
        billing_period,
        charge_date,
        x_covered_from,
        x_covered_until,
        x_owner_key,
        billing_account_id,
        sub_account_id,
        service_category,
        service_name,
        x_service_code,
        x_usage_type,
        x_operation,
        x_instance_type,
        region_id,
        resource_id,
        charge_category,
        charge_class,
        x_charge_kind,
        x_entry,
        x_line_item_type,
        x_parent_resource_id,
        pricing_category,
        pricing_unit,
        list_unit_price,
        sku_price_id,
        commitment_discount_id,
        commitment_discount_status,
        billing_currency,
        tags,
        x_cost_categories
),

-- Each day of a period of up to a month, counted from 0.
period_days as (
    select
        lengths.days,
        cast(numbers.day as integer) as day
    from (select unnest(generate_series(1, 31)) as days) as lengths
    inner join (select unnest(generate_series(0, 30)) as day) as numbers
        on numbers.day < lengths.days
),

spread_cost as (
    select
        *,
        -- Whole units of the currency first, then what is left of them in ten-billionths, the last
        -- digit of most bills. The last days take what doesn't divide by the days, and the first
        -- what a bill says beyond the tenth decimal.
        list_transform(
            [
                list_cost,
                contracted_cost,
                billed_cost,
                effective_cost,
                x_unblended_cost,
                x_commitment_trueup,
                x_upfront_cost,
                x_split_cost,
                x_split_unused_cost,
                x_free_list_cost
            ],
            lambda amount: case
                when days = 1 then amount
                else cast(cast(trunc(amount) as bigint) // days as decimal(18, 0))
                + cast(
                    (
                        cast(cast(amount % days as decimal(28, 10)) * 10000000000 as bigint)
                        + case when amount < 0 then -day else day end
                    ) // days
                    as decimal(18, 0)
                ) * 0.0000000001
                + case when day = 0 then amount - cast(amount as decimal(28, 10)) else 0 end
            end
        ) as parts
    from dated_cost
    inner join period_days
        on coalesce(date_diff('day', x_covered_from, x_covered_until) + 1, 1) = days
)

select
    billing_period,
    x_covered_from + day as charge_date,
    x_bill_date,
    x_covered_from,
    x_covered_until,
    x_owner_key,
    billing_account_id,
    sub_account_id,
    service_category,
    service_name,
    x_service_code,
    x_usage_type,
    x_operation,
    x_instance_type,
    region_id,
    resource_id,
    charge_category,
    charge_class,
    x_charge_kind,
    x_entry,
    x_line_item_type,
    x_parent_resource_id,
    pricing_category,
    pricing_unit,
    list_unit_price,
    sku_price_id,
    commitment_discount_id,
    commitment_discount_status,
    billing_currency,
    tags,
    x_cost_categories,
    sub_account_name,
    x_is_support,
    cast(consumed_quantity as double) / days as consumed_quantity,
    cast(x_free_quantity as double) / days as x_free_quantity,
    parts[1] as list_cost,
    parts[2] as contracted_cost,
    parts[3] as billed_cost,
    parts[4] as effective_cost,
    parts[5] as x_unblended_cost,
    parts[6] as x_commitment_trueup,
    parts[7] as x_upfront_cost,
    parts[8] as x_split_cost,
    parts[9] as x_split_unused_cost,
    parts[10] as x_free_list_cost,
    x_hourly_effective_cost,
    x_other_day_billed_cost,
    x_other_day_effective_cost,
    case when day = 0 then x_charges else 0 end as x_charges
from spread_cost
