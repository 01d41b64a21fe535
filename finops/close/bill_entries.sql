-- One row per billing currency and entry of the books: what a month is billed.
-- Of the newest month; another: set variable period = '2026-10';
-- x_open_cost is what of the billed cost has no invoice yet.
select
    billing_currency,
    x_entry,
    sum(billed_cost) as billed_cost,
    sum(case when invoice_id is null then billed_cost else 0 end) as x_open_cost
from staging.charges
where
    billing_period
    = coalesce(getvariable('period'), (select max(billing_period) from staging.charges))
group by billing_currency, x_entry
order by billing_currency, x_entry
