-- One row: what the bill of the month has, on which rules depend.
select
    bool_or(x_line_item_id is not null) as x_has_line_ids,
    bool_or(x_line_item_type = 'Usage' and list_cost <> x_unblended_cost)
        or bool_or(x_line_item_type in ('SavingsPlanCoveredUsage', 'DiscountedUsage'))
        or bool_or(pricing_category = 'Standard' and list_cost <> 0) as x_has_list_prices,
    bool_or(pricing_unit in ('Hrs', 'Hours') and resource_id is not null) as x_has_instance_hours,
    (
        select count(*) > 0
        from facts.daily_cost
        cross join invoice_month
        where daily_cost.billing_period < invoice_month.billing_period
    )
    or (select count(*) > 0 from contracts where kind = 'region') as x_has_known_regions,
    -- An hourly bill has a few lines of a day or a month too, such as storage.
    coalesce(
        avg(
            case
                when not x_is_usage then null
                when date_diff('minute', charge_period_start, charge_period_end) <= 60 then 1.0
                else 0.0
            end
        ) > 0.8,
        false
    ) as x_is_hourly,
    bool_or(commitment_discount_id is not null) as x_has_commitments,
    bool_or(x_service_code in (select service_code from support_tiers))
        and not bool_or(
            x_is_support
            and x_service_code not in (select service_code from support_tiers)
        ) as x_has_support_tiers
from month_charges
