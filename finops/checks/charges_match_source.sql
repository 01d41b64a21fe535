-- Deliveries whose charges don't add up to what the bill itself says.
with charges as (
    select
        x_delivery_id,
        sum(x_unblended_cost) as x_unblended_cost
    from staging.charges
    group by x_delivery_id
)

select
    deliveries.delivery_id,
    deliveries.billing_period,
    deliveries.source_unblended_cost,
    charges.x_unblended_cost
from ledger.deliveries
left join charges
    on deliveries.delivery_id = charges.x_delivery_id
where
    deliveries.status = 'current'
    and deliveries.source_rows > 0
    and deliveries.source_unblended_cost is distinct from charges.x_unblended_cost
