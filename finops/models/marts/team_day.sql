-- One row per billing month, day, team, AWS service and billing currency: own cost, before sharing.
select
    billing_period,
    charge_date,
    x_team,
    service_name,
    billing_currency,
    sum(billed_cost) as billed_cost,
    sum(effective_cost) as effective_cost,
    -- Only what is consumed on the day itself shows a change of that day.
    coalesce(
        sum(effective_cost) filter (
            where consumed_quantity is not null and x_covered_from is not distinct from x_covered_until
        ),
        0
    ) as x_usage_effective_cost
from facts.owned_cost
group by billing_period, charge_date, x_team, service_name, billing_currency
