-- One row per month, payer, billing currency, comparison and column, tag key, AWS service or account that came or went.
-- Unique: billing_period, x_billing_account_ids, billing_currency, x_compared_with, x_kind, x_name.
-- Reads all months.
with current_deliveries as (
    select
        *,
        lag(delivery_id) over (partition by billing_account_ids order by billing_period)
            as month_before_id
    from ledger.deliveries
    where status = 'current'
),

comparisons as (
    select
        delivery_id,
        previous_delivery_id as compared_id,
        'previous delivery' as x_compared_with
    from current_deliveries
    union all
    select
        delivery_id,
        month_before_id as compared_id,
        'month before' as x_compared_with
    from current_deliveries
),

comparable_kinds as (
    select
        comparisons.delivery_id,
        comparisons.compared_id,
        comparisons.x_compared_with,
        kinds.kind
    from comparisons
    inner join ledger.deliveries as newer on comparisons.delivery_id = newer.delivery_id
    inner join ledger.deliveries as older on comparisons.compared_id = older.delivery_id
    cross join (select distinct kind from ledger.contents) as kinds
    where
        -- Another format has other column names; services and accounts come and go by the month.
        (kinds.kind <> 'column' or newer.format = older.format)
        and (
            kinds.kind in ('column', 'tag key')
            or comparisons.x_compared_with = 'previous delivery'
        )
        -- Deliveries loaded by an early version have no note of what they hold.
        and newer.service_names is not null
        and older.service_names is not null
),

things as (
    select
        comparable_kinds.*,
        contents.name,
        1 as is_new,
        0 as is_old
    from comparable_kinds
    inner join ledger.contents
        on
            comparable_kinds.delivery_id = contents.delivery_id
            and comparable_kinds.kind = contents.kind
    union all
    select
        comparable_kinds.*,
        contents.name,
        0 as is_new,
        1 as is_old
    from comparable_kinds
    inner join ledger.contents
        on
            comparable_kinds.compared_id = contents.delivery_id
            and comparable_kinds.kind = contents.kind
)

select
    deliveries.billing_period,
    deliveries.billing_account_ids as x_billing_account_ids,
    currencies.billing_currency,
    things.x_compared_with,
    things.kind as x_kind,
    things.name as x_name,
    case when max(things.is_new) = 1 then 'came' else 'went' end as x_change
from things
inner join ledger.deliveries on things.delivery_id = deliveries.delivery_id
inner join ledger.delivery_currencies as currencies
    on things.delivery_id = currencies.delivery_id
group by
    deliveries.billing_period,
    deliveries.billing_account_ids,
    currencies.billing_currency,
    things.x_compared_with,
    things.kind,
    things.name
having max(things.is_new) <> max(things.is_old)
