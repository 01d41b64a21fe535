-- Lines of statements that appear twice.
select
    billing_period,
    billing_currency,
    x_team,
    x_pool,
    x_driver,
    x_service,
    service_name,
    charge_category,
    x_entry,
    x_cost_centre,
    1 as expected_rows,
    count(*) as found_rows
from marts.statement_lines
group by
    billing_period,
    billing_currency,
    x_team,
    x_pool,
    x_driver,
    x_service,
    service_name,
    charge_category,
    x_entry,
    x_cost_centre
having count(*) > 1
