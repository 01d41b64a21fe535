-- Deliveries that don't count although no delivery that counts holds their lines.
select
    deliveries.billing_period,
    deliveries.delivery_id,
    deliveries.superseded_by,
    'current' as expected_holder,
    holders.status as found_holder
from ledger.deliveries as deliveries
left join ledger.deliveries as holders
    on
        deliveries.superseded_by = holders.delivery_id
        and deliveries.billing_period = holders.billing_period
where deliveries.status = 'superseded' and holders.status is distinct from 'current'
