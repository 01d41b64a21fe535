-- One row per invoice and seller of the month in the bill; invoice_id is empty for what has none yet.
select
    coalesce(invoice_id, '') as invoice_id,
    coalesce(invoice_issuer_name, '') as invoice_issuer_name,
    count(*) as x_lines,
    sum(billed_cost) as billed_cost
from month_charges
where billed_cost <> 0
group by invoice_id, invoice_issuer_name
order by invoice_id, invoice_issuer_name
