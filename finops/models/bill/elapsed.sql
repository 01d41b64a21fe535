-- One row: the last usage that a delivery holds, and whether most of its usage has been invoiced.
select
    max(charge_period_start) as last_start,
    -- Usage of more than a day, such as that of a bill by month, doesn't tell when it was.
    max(date_trunc('minute', charge_period_end + interval 1 second)) filter (
        where charge_period_end - charge_period_start <= interval 25 hour
    ) as last_end,
    2 * count(invoice_id) > count(*) as is_invoiced
from raw.priced_charges
where
    x_line_item_type in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')
    and commitment_discount_status is distinct from 'Unused'
