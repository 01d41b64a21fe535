-- One row per invoice, part of it, account, AWS service and usage type: what invoice and bill say.
with billed_charges as (
    select
        invoice_id,
        charge_category,
        sub_account_id,
        x_service_code,
        x_usage_type,
        case when x_is_usage then pricing_quantity end as pricing_quantity,
        billed_cost,
        null as x_issued_quantity,
        null as x_issued_cost
    from month_charges
    where billed_cost <> 0
    union all
    -- What the bill said when an invoice was issued, where it has been delivered again since.
    select
        invoice_id,
        charge_category,
        sub_account_id,
        x_service_code,
        x_usage_type,
        null as pricing_quantity,
        null as billed_cost,
        case when x_is_usage then pricing_quantity end as x_issued_quantity,
        billed_cost as x_issued_cost
    from issued_charges
    where billed_cost <> 0
),

billed_lines as (
    select
        coalesce(invoice_id, '') as invoice_id,
        case charge_category
            when 'Tax' then 'tax'
            when 'Credit' then 'credit'
            else 'charge'
        end as x_part,
        coalesce(sub_account_id, '') as sub_account_id,
        coalesce(x_service_code, '') as x_service_code,
        coalesce(x_usage_type, '') as x_usage_type,
        count(billed_cost) as x_lines,
        sum(pricing_quantity) as pricing_quantity,
        coalesce(sum(billed_cost), 0) as billed_cost,
        sum(x_issued_quantity) as x_issued_quantity,
        coalesce(sum(x_issued_cost), 0) as x_issued_cost
    from billed_charges
    group by
        invoice_id, x_part, sub_account_id, x_service_code,
        x_usage_type
),

invoice_parts as (
    select
        invoice_lines.invoice_id,
        parts.x_part,
        invoice_lines.sub_account_id,
        invoice_lines.x_service_code,
        invoice_lines.x_usage_type,
        invoice_lines.x_operation,
        invoice_lines.charge_description,
        invoice_lines.pricing_quantity,
        case parts.x_part
            when 'charge' then invoice_lines.x_charge
            when 'credit' then invoice_lines.x_credit
            else invoice_lines.x_tax
        end as x_invoiced_cost
    from invoice_lines
    cross join (values ('charge'), ('credit'), ('tax')) as parts (x_part)
),

equal_lines as (
    select
        invoice_id,
        x_part,
        sub_account_id,
        x_service_code,
        x_usage_type,
        sum(pricing_quantity) as pricing_quantity,
        sum(x_invoiced_cost) as x_invoiced_cost,
        max(x_invoiced_cost) * (count(*) - 1) as x_repeated_cost
    from invoice_parts
    where x_invoiced_cost <> 0
    group by
        invoice_id, x_part, sub_account_id, x_service_code, x_usage_type, x_operation,
        charge_description, invoice_parts.pricing_quantity, invoice_parts.x_invoiced_cost
),

lines_of_both as (
    select
        invoice_id,
        x_part,
        sub_account_id,
        x_service_code,
        x_usage_type,
        x_lines,
        pricing_quantity,
        billed_cost,
        x_issued_quantity,
        x_issued_cost,
        null as x_invoiced_quantity,
        0 as x_invoiced_cost,
        0 as x_repeated_cost
    from billed_lines
    union all
    select
        invoice_id,
        x_part,
        sub_account_id,
        x_service_code,
        x_usage_type,
        0 as x_lines,
        null as pricing_quantity,
        0 as billed_cost,
        null as x_issued_quantity,
        0 as x_issued_cost,
        pricing_quantity as x_invoiced_quantity,
        x_invoiced_cost,
        x_repeated_cost
    from equal_lines
),

named_lines as (
    select
        invoice_id,
        x_part,
        sub_account_id,
        -- Traffic is a service of its own on invoices; in the bill it belongs to what caused it.
        case
            when x_part = 'charge' and x_service_code <> 'AmazonCloudFront'
                and (
                    x_usage_type like '%DataTransfer%'
                    or x_usage_type like '%-AWS-Out-Bytes'
                    or x_usage_type like '%-AWS-In-Bytes'
                )
                then 'AWSDataTransfer'
            else x_service_code
        end as x_service_code,
        -- Tax is added up by service on invoices, by line or usage type in bills.
        case when x_part = 'tax' then '' else x_usage_type end as x_usage_type,
        x_lines,
        pricing_quantity,
        billed_cost,
        x_issued_quantity,
        x_issued_cost,
        x_invoiced_quantity,
        x_invoiced_cost,
        x_repeated_cost
    from lines_of_both
)

select
    invoice_id,
    x_part,
    sub_account_id,
    x_service_code,
    x_usage_type,
    cast(sum(x_lines) as bigint) as x_lines,
    cast(sum(pricing_quantity) as decimal(28, 6)) as pricing_quantity,
    sum(billed_cost) as billed_cost,
    cast(sum(x_issued_quantity) as decimal(28, 6)) as x_issued_quantity,
    sum(x_issued_cost) as x_issued_cost,
    cast(sum(x_invoiced_quantity) as decimal(28, 6)) as x_invoiced_quantity,
    cast(sum(x_invoiced_cost) as decimal(38, 10)) as x_invoiced_cost,
    cast(sum(x_repeated_cost) as decimal(38, 10)) as x_repeated_cost
from named_lines
group by invoice_id, x_part, sub_account_id, x_service_code, x_usage_type
order by invoice_id, x_part, sub_account_id, x_service_code, x_usage_type
