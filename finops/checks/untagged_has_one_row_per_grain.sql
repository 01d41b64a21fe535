-- Untagged resources that appear twice.
select
    sub_account_id,
    x_service_code,
    service_name,
    region_id,
    resource_id,
    x_usage_type,
    billing_currency,
    1 as expected_rows,
    count(*) as found_rows
from marts.untagged
group by sub_account_id, x_service_code, service_name, region_id, resource_id, x_usage_type, billing_currency
having count(*) > 1
