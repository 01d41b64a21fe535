-- One row per billing month, day, team, AWS service and billing currency: own cost, before sharing.
-- Cost is before recoverable tax.
select
    billing_period,
    charge_date,
    x_team,
    service_name,
    billing_currency,
    sum(x_pretax_billed_cost) as billed_cost,
    sum(x_pretax_effective_cost) as effective_cost,
    sum(x_billed_tax) as x_billed_tax,
    sum(x_effective_tax) as x_effective_tax,
    -- Only what is consumed on the day itself shows a change of that day.
    coalesce(
        sum(x_pretax_effective_cost) filter (
            where
                consumed_quantity is not null
                and x_covered_from is not distinct from x_covered_until
        ),
        0
    ) as x_usage_effective_cost
from facts.owned_cost
group by billing_period, charge_date, x_team, service_name, billing_currency
