-- One row per resource without an owner tag (or usage without a resource), the costliest first.
-- Unique: sub_account_id, x_service_code, service_name, region_id, resource_id, x_usage_type, billing_currency.
-- Cost is before recoverable tax, which nobody tags.
-- Reads all months.
-- The trend compares the newest month that has all its days with the month before it.
with full_months as (
    select
        max(billing_period) as last_period,
        strftime(
            cast(max(billing_period) || '-01' as date) - interval 1 month, '%Y-%m'
        ) as previous_period
    from facts.month_deliveries
    where
        incomplete_from is null
        and last_charge_date >= last_day(cast(billing_period || '-01' as date))
),

untagged_charges as (
    select
        *,
        concat_ws(' ', charge_date, x_owner_method, x_team, x_rule_id) as x_decision
    from facts.owned_cost
    where
        x_owner_method <> 'tag'
        and x_entry is distinct from 'vat_receivable'
),

untagged_cost as (
    select
        sub_account_id,
        x_service_code,
        service_name,
        region_id,
        resource_id,
        case when resource_id is null then x_usage_type end as x_usage_type,
        billing_currency,
        -- A rule may have changed in between; the newest decision is the one to judge. Of two of
        -- one day, as of kinds of usage without a resource, the names decide.
        max_by(x_owner_method, x_decision) as x_owner_method,
        max_by(x_team, x_decision) as x_team,
        max_by(x_rule_id, x_decision) as x_rule_id,
        max(sub_account_name) as sub_account_name,
        min(charge_date) as x_first_charge_date,
        max(charge_date) as x_last_charge_date,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(case when x_owner_method = 'unowned' then effective_cost else 0 end)
            as x_unowned_cost,
        sum(case
            when x_owner_method = 'unowned' and billing_period = full_months.last_period
                then effective_cost
            else 0
        end) as x_last_month_unowned_cost,
        sum(case
            when x_owner_method = 'unowned' and billing_period = full_months.previous_period
                then effective_cost
            else 0
        end) as x_previous_month_unowned_cost
    from untagged_charges
    cross join full_months
    group by
        sub_account_id,
        x_service_code,
        service_name,
        region_id,
        resource_id,
        case when resource_id is null then x_usage_type end,
        billing_currency
)

select
    row_number() over (
        order by
            effective_cost desc,
            sub_account_id,
            x_service_code,
            service_name,
            region_id,
            resource_id,
            x_usage_type,
            billing_currency
    ) as x_rank,
    *,
    cast(
        sum(effective_cost) over (
            order by
                effective_cost desc,
                sub_account_id,
                x_service_code,
                service_name,
                region_id,
                resource_id,
                x_usage_type,
                billing_currency
            rows between unbounded preceding and current row
        ) as double
    ) / nullif(cast(sum(effective_cost) over () as double), 0) as x_cumulative_share
from untagged_cost
