-- One row per month and billing currency: how far its numbers can be trusted.
with month_cost as (
    select
        billing_period,
        billing_currency,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(x_unblended_cost) as x_unblended_cost,
        sum(abs(effective_cost)) as gross_cost,
        sum(case when x_owner_method = 'tag' then abs(effective_cost) else 0 end) as tagged_cost,
        sum(case when x_owner_method = 'rule' then abs(effective_cost) else 0 end) as ruled_cost
    from facts.owned_cost
    group by billing_period, billing_currency
),

month_deliveries as (
    select
        billing_period,
        billing_currencies as billing_currency,
        count(*) as deliveries,
        max(delivered_at) filter (where status = 'current') as delivered_at,
        max(last_charge_date) filter (where status = 'current') as last_charge_date,
        sum(source_rows) filter (where status = 'current') as source_rows,
        sum(final_rows) filter (where status = 'current') as final_rows,
        sum(source_unblended_cost) filter (where status = 'current') as source_unblended_cost
    from ledger.deliveries
    group by billing_period, billing_currencies
)

select
    month_deliveries.billing_period,
    month_deliveries.billing_currency,
    month_deliveries.deliveries as x_deliveries,
    month_deliveries.delivered_at as x_delivered_at,
    month_deliveries.last_charge_date as x_last_charge_date,
    month_deliveries.source_rows as x_source_rows,
    -- A line is final once it has an invoice id.
    cast(month_deliveries.final_rows as double) / nullif(month_deliveries.source_rows, 0)
        as x_final_share,
    month_cost.billed_cost,
    month_cost.effective_cost,
    month_deliveries.source_unblended_cost as x_source_unblended_cost,
    month_cost.x_unblended_cost - month_deliveries.source_unblended_cost as x_residual,
    cast(month_cost.tagged_cost as double) / nullif(cast(month_cost.gross_cost as double), 0)
        as x_tagged_share,
    cast(month_cost.ruled_cost as double) / nullif(cast(month_cost.gross_cost as double), 0)
        as x_ruled_share,
    1 - cast(month_cost.tagged_cost + month_cost.ruled_cost as double)
    / nullif(cast(month_cost.gross_cost as double), 0) as x_unowned_share
from month_deliveries
left join month_cost
    on
        month_deliveries.billing_period = month_cost.billing_period
        and month_deliveries.billing_currency = month_cost.billing_currency
