-- One row per month and billing currency: its deliveries, what is open in them, what the newest changed.
-- Reads all months.
with delivery_days as (
    select
        deliveries.delivery_id,
        cast(deliveries.billing_period || '-01' as date) as first_day,
        least(
            cast(deliveries.delivered_at as date),
            last_day(cast(deliveries.billing_period || '-01' as date))
        ) as last_day_delivered,
        least(open_deliveries.x_complete_until, deliveries.last_charge_date) as complete_until
    from ledger.deliveries
    inner join facts.open_deliveries
        on deliveries.delivery_id = open_deliveries.delivery_id
),

open_days as (
    select
        delivery_id,
        greatest(first_day, cast(complete_until + interval '1' day as date)) as incomplete_from,
        last_day_delivered as incomplete_until
    from delivery_days
    where
        complete_until < last_day_delivered
        and first_day <= last_day_delivered
)

select
    currencies.billing_period,
    currencies.billing_currency,
    count(*) as deliveries,
    max(deliveries.delivered_at) filter (where deliveries.status = 'current') as delivered_at,
    max(deliveries.last_charge_date) filter (where deliveries.status = 'current')
        as last_charge_date,
    min(open_days.incomplete_from) as incomplete_from,
    max(open_days.incomplete_until) as incomplete_until,
    sum(currencies.source_rows) filter (where deliveries.status = 'current') as source_rows,
    -- One bill without invoice ids, such as FOCUS 1.0, leaves the month's finality unknown.
    case when bool_and(currencies.final_rows is not null or deliveries.status <> 'current')
        then sum(currencies.final_rows) filter (where deliveries.status = 'current')
    end as final_rows,
    sum(currencies.source_unblended_cost) filter (where deliveries.status = 'current')
        as source_unblended_cost,
    max(previous.delivered_at) as previous_delivered_at,
    sum(currencies.source_rows - previous_currencies.source_rows) as source_rows_change,
    sum(currencies.source_unblended_cost - previous_currencies.source_unblended_cost)
        as source_unblended_cost_change
from ledger.delivery_currencies as currencies
inner join ledger.deliveries as deliveries
    on currencies.delivery_id = deliveries.delivery_id
left join open_days
    on deliveries.delivery_id = open_days.delivery_id
left join ledger.deliveries as previous
    on
        deliveries.previous_delivery_id = previous.delivery_id
        and deliveries.status = 'current'
left join ledger.delivery_currencies as previous_currencies
    on
        previous.delivery_id = previous_currencies.delivery_id
        and currencies.billing_currency = previous_currencies.billing_currency
group by currencies.billing_period, currencies.billing_currency
