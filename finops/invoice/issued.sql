-- One row per charge of the delivery that an invoice was issued on, where a newer one counts now.
create temp view issued_charges as
select
    issued_invoices.invoice_id,
    charges.charge_category,
    charges.sub_account_id,
    charges.x_service_code,
    charges.x_usage_type,
    -- What staging.charges says of the charges of a build; this delivery is in none.
    charges.x_line_item_type in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')
    and charges.commitment_discount_status is distinct from 'Unused'
        as x_is_usage,
    charges.pricing_quantity,
    charges.billed_cost
from replaced_charges as charges
inner join asked_month
    on
        charges.billing_account_id = asked_month.billing_account_id
        and charges.billing_currency = asked_month.billing_currency
inner join issued_invoices
    on
        charges.x_delivery_id = issued_invoices.x_delivery_id
        and (
            charges.invoice_id = issued_invoices.invoice_id
            -- What had no invoice yet got the last one that its seller wrote for the month.
            or coalesce(charges.invoice_id, '') = ''
            and issued_invoices.x_is_last
            and coalesce(charges.invoice_issuer_name, '') = issued_invoices.invoice_issuer_name
        )
