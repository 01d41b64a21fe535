-- One row: the month asked for, when it begins and ends, and whether each of its lines has an invoice.
create temp table invoice_month as
select
    asked_month.billing_period,
    asked_month.billing_account_id,
    asked_month.billing_currency,
    cast(asked_month.billing_period || '-01' as timestamp) as starts_at,
    cast(asked_month.billing_period || '-01' as timestamp) + interval 1 month as ends_at,
    not exists (
        select 1
        from staging.charges
        where charges.billing_period = asked_month.billing_period
            and charges.billing_account_id = asked_month.billing_account_id
            and charges.invoice_id is null
            and charges.billed_cost <> 0
    ) as is_final
from asked_month
