-- One row per month, seller, invoice, line item type and what it is for the books.
-- Of all months; up to another: set variable period = '2026-10';
with charges as (
    select
        billing_period,
        billing_currency,
        coalesce(invoice_issuer_name, 'unknown') as invoice_issuer_name,
        coalesce(publisher_name, 'unknown') as publisher_name,
        coalesce(x_billing_entity, 'AWS') as x_billing_entity,
        coalesce(invoice_id, '') as invoice_id,
        coalesce(x_bill_type, 'Anniversary') as x_bill_type,
        x_line_item_type,
        coalesce(service_name, 'unknown') as service_name,
        -- What a commitment left unused is billed with its fee; x_unused_cost sets it apart.
        case when x_entry = 'unused_commitment_expense' then 'cloud_expense' else x_entry end
            as x_entry,
        case
            when x_entry = 'prepaid_current' then coalesce(
                commitment_discount_id,
                -- Only the text of a refund names the plan that was returned.
                regexp_extract(charge_description, 'Savings Plan ID:? *([0-9A-Za-z-]+)', 1)
            )
            else ''
        end as commitment_discount_id,
        case
            when charge_category in ('Credit', 'Adjustment') or x_line_item_type = 'Fee'
                then coalesce(charge_description, '')
            else ''
        end as charge_description,
        x_unblended_cost,
        billed_cost,
        case when x_entry = 'unused_commitment_expense' then effective_cost else 0 end
            as x_unused_cost
    from staging.charges
    where billing_period <= coalesce(getvariable('period'), '9999-12')
)

select
    billing_period,
    billing_currency,
    invoice_issuer_name,
    publisher_name,
    x_billing_entity,
    invoice_id,
    x_bill_type,
    x_line_item_type,
    service_name,
    x_entry,
    commitment_discount_id,
    charge_description,
    count(*) as x_charges,
    sum(x_unblended_cost) as x_unblended_cost,
    sum(billed_cost) as billed_cost,
    sum(x_unused_cost) as x_unused_cost
from charges
group by
    billing_period,
    billing_currency,
    invoice_issuer_name,
    publisher_name,
    x_billing_entity,
    invoice_id,
    x_bill_type,
    x_line_item_type,
    service_name,
    x_entry,
    commitment_discount_id,
    charge_description
order by
    billing_period,
    billing_currency,
    invoice_issuer_name,
    invoice_id,
    x_entry,
    x_line_item_type,
    service_name,
    publisher_name,
    x_billing_entity,
    x_bill_type,
    commitment_discount_id,
    charge_description
