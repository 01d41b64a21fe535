-- One row per month, day, billing currency, instance and owner of pods or tasks that ran on it.
-- Split rows cost nothing themselves: they say which part of the instance's cost is whose.
select
    billing_period,
    charge_date,
    billing_currency,
    x_parent_resource_id,
    x_team,
    x_service,
    x_environment,
    x_cost_centre,
    sum(x_split_cost) as x_split_cost,
    sum(coalesce(x_split_unused_cost, 0)) as x_split_unused_cost
from facts.owned_cost
where
    x_parent_resource_id is not null
    and x_split_cost > 0
group by
    billing_period,
    charge_date,
    billing_currency,
    x_parent_resource_id,
    x_team,
    x_service,
    x_environment,
    x_cost_centre
