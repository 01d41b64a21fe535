-- One row per month and billing currency: how far its numbers can be trusted.
-- Unique: billing_period, billing_currency.
-- Cost and its shares are before recoverable tax: billed_cost and x_billed_tax are the bill.
-- Reads all months.
with gross_costs as (
    select
        *,
        abs(x_pretax_effective_cost) as gross_cost
    from facts.owned_cost
),

month_cost as (
    select
        billing_period,
        billing_currency,
        sum(x_pretax_billed_cost) as billed_cost,
        sum(x_pretax_effective_cost) as effective_cost,
        sum(x_billed_tax) as x_billed_tax,
        sum(x_effective_tax) as x_effective_tax,
        sum(x_unblended_cost) as x_unblended_cost,
        sum(gross_cost) as gross_cost,
        sum(case when x_owner_method = 'tag' then gross_cost else 0 end) as tagged_cost,
        -- Owned without a tag: by exact list, rule, relationship or account default.
        sum(case when x_owner_method in ('tag', 'unowned') then 0 else gross_cost end)
            as inferred_cost
    from gross_costs
    group by billing_period, billing_currency
),

-- Files that may belong to the bill and that no delivery took: their sum is owed too.
open_files as (
    select
        billing_period,
        coalesce(nullif(billing_currency, ''), 'USD') as billing_currency,
        count(*) as files,
        sum(source_unblended_cost) as source_unblended_cost
    from ledger.file_parts
    where status in ('not readable', 'undecided')
    group by billing_period, coalesce(nullif(billing_currency, ''), 'USD')
),

vanished as (
    select
        billing_period,
        billing_currency,
        sum(case when x_kind = 'service' then 1 else 0 end) as services,
        sum(case when x_kind = 'account' then 1 else 0 end) as accounts,
        sum(case when x_kind in ('column', 'tag key') then 1 else 0 end) as columns
    from marts.content_changes
    where x_compared_with = 'previous delivery' and x_change = 'went'
    group by billing_period, billing_currency
)

select
    month_deliveries.billing_period,
    month_deliveries.billing_currency,
    month_deliveries.deliveries as x_deliveries,
    month_deliveries.delivered_at as x_delivered_at,
    month_deliveries.last_charge_date as x_last_charge_date,
    month_deliveries.incomplete_from as x_incomplete_from,
    month_deliveries.incomplete_until as x_incomplete_until,
    month_deliveries.source_rows as x_source_rows,
    -- A line is final once it has an invoice id.
    cast(month_deliveries.final_rows as double) / nullif(month_deliveries.source_rows, 0)
        as x_final_share,
    month_cost.billed_cost,
    month_cost.effective_cost,
    month_cost.x_billed_tax,
    month_cost.x_effective_tax,
    month_deliveries.source_unblended_cost as x_source_unblended_cost,
    month_cost.x_unblended_cost - month_deliveries.source_unblended_cost
    - coalesce(open_files.source_unblended_cost, 0) as x_residual,
    coalesce(open_files.files, 0) as x_open_files,
    cast(month_cost.tagged_cost as double) / nullif(cast(month_cost.gross_cost as double), 0)
        as x_tagged_share,
    cast(month_cost.inferred_cost as double) / nullif(cast(month_cost.gross_cost as double), 0)
        as x_inferred_share,
    1 - cast(month_cost.tagged_cost + month_cost.inferred_cost as double)
    / nullif(cast(month_cost.gross_cost as double), 0) as x_unowned_share,
    month_deliveries.previous_delivered_at as x_previous_delivered_at,
    month_deliveries.source_rows_change as x_source_rows_change,
    month_deliveries.source_unblended_cost_change as x_source_unblended_cost_change,
    coalesce(vanished.services, 0) as x_vanished_services,
    coalesce(vanished.accounts, 0) as x_vanished_accounts,
    coalesce(vanished.columns, 0) as x_vanished_columns,
    -- A later delivery with less in it may be right, such as a refund; it is said, never refused.
    coalesce(month_deliveries.source_rows_change, 0) < 0
    or coalesce(month_deliveries.source_unblended_cost_change, 0) < 0
    or vanished.billing_period is not null as x_shrank
from facts.month_deliveries
left join month_cost
    on
        month_deliveries.billing_period = month_cost.billing_period
        and month_deliveries.billing_currency = month_cost.billing_currency
left join open_files
    on
        month_deliveries.billing_period = open_files.billing_period
        and month_deliveries.billing_currency = open_files.billing_currency
left join vanished
    on
        month_deliveries.billing_period = vanished.billing_period
        and month_deliveries.billing_currency = vanished.billing_currency
