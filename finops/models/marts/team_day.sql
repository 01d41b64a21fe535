-- One row per billing month, day, team, AWS service and billing currency: own cost, before sharing.
-- Cost is before recoverable tax.
select
    billing_period,
    charge_date,
    x_team,
    service_name,
    billing_currency,
    sum(case when x_entry = 'vat_receivable' then 0 else billed_cost end) as billed_cost,
    sum(case when x_entry = 'vat_receivable' then 0 else effective_cost end) as effective_cost,
    sum(case when x_entry = 'vat_receivable' then billed_cost else 0 end) as x_billed_tax,
    sum(case when x_entry = 'vat_receivable' then effective_cost else 0 end) as x_effective_tax,
    -- Only what is consumed on the day itself shows a change of that day.
    coalesce(
        sum(effective_cost) filter (
            where
                consumed_quantity is not null
                and x_covered_from is not distinct from x_covered_until
                and x_entry is distinct from 'vat_receivable'
        ),
        0
    ) as x_usage_effective_cost
from facts.owned_cost
group by billing_period, charge_date, x_team, service_name, billing_currency
