-- Deliveries and billing currencies whose charges don't add up to what the bill itself says.
with charges as (
    select
        x_delivery_id,
        billing_currency,
        sum(x_unblended_cost) as x_unblended_cost
    from staging.charges
    group by x_delivery_id, billing_currency
)

select
    currencies.delivery_id,
    currencies.billing_period,
    currencies.billing_currency,
    currencies.source_unblended_cost as expected_x_unblended_cost,
    charges.x_unblended_cost as found_x_unblended_cost
from ledger.delivery_currencies as currencies
inner join ledger.deliveries
    on currencies.delivery_id = deliveries.delivery_id
left join charges
    on
        currencies.delivery_id = charges.x_delivery_id
        and currencies.billing_currency = charges.billing_currency
where
    deliveries.status = 'current'
    and currencies.source_rows > 0
    and currencies.source_unblended_cost is distinct from charges.x_unblended_cost
