-- One row per billing currency of a bill that has several: what the bill itself says.
select
    billing_currency,
    sum(line_count) as source_rows,
    sum(final_count) as final_rows,
    sum(unblended_cost) as source_unblended_cost
from (
    select
        coalesce(billing_currency, getvariable('currency'), 'USD') as billing_currency,
        line_count,
        final_count,
        unblended_cost
    from raw.line_totals
) as line_totals
group by billing_currency
order by billing_currency
