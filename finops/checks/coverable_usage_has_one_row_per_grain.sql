-- Usage types that a commitment covers in two ways, and would count twice.
select
    billing_period,
    x_service_code,
    x_usage_type,
    1 as expected_rows,
    count(*) as found_rows
from facts.coverable_usage
group by billing_period, x_service_code, x_usage_type
having count(*) > 1
