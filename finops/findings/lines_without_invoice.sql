-- Months delivered more than two weeks after they ended in which some lines have no invoice id.
select
    charges.billing_period,
    charges.billing_currency,
    cast(null as varchar) as sub_account_id,
    cast(null as varchar) as x_line_item_type,
    cast(null as varchar) as commitment_discount_id,
    min(charges.charge_date) as x_first_charge_date,
    max(charges.charge_date) as x_last_charge_date,
    count(*) as x_lines,
    sum(charges.billed_cost) as x_found_cost
from staging.charges as charges
inner join ledger.deliveries as deliveries
    on charges.x_delivery_id = deliveries.delivery_id
where
    charges.invoice_id is null
    and charges.commitment_discount_status is distinct from 'Unused'
    and deliveries.final_rows < deliveries.source_rows
    and cast(deliveries.delivered_at - interval '14' day as date)
    > last_day(cast(charges.billing_period || '-01' as date))
group by charges.billing_period, charges.billing_currency
having sum(abs(charges.billed_cost)) >= 0.01
