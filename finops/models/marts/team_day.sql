-- One row per billing month, day, team, AWS service and billing currency: own cost, before sharing.
select
    billing_period,
    charge_date,
    x_team,
    service_name,
    billing_currency,
    sum(billed_cost) as billed_cost,
    sum(effective_cost) as effective_cost,
    -- Fees, tax, credits and discount lines land on one day; what is consumed shows a change.
    coalesce(sum(effective_cost) filter (where consumed_quantity is not null), 0)
        as x_usage_effective_cost
from facts.owned_cost
group by billing_period, charge_date, x_team, service_name, billing_currency
