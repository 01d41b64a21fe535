-- Days and pools, or split instances, of whose cost the payers carry more or less than all of it.
select
    billing_period,
    charge_date,
    billing_currency,
    x_pool,
    cast(null as varchar) as x_parent_resource_id,
    1000000000000000 as expected_share_units,
    sum(x_share_units) as found_share_units,
    min(x_share_units) as smallest_share_units
from pools.pool_shares
group by billing_period, charge_date, billing_currency, x_pool
having sum(x_share_units) <> 1000000000000000 or min(x_share_units) < 0

union all

select
    billing_period,
    charge_date,
    billing_currency,
    x_pool,
    x_parent_resource_id,
    1000000000000000 as expected_share_units,
    sum(x_share_units) as found_share_units,
    min(x_share_units) as smallest_share_units
from pools.split_shares
group by billing_period, charge_date, billing_currency, x_pool, x_parent_resource_id
having sum(x_share_units) <> 1000000000000000 or min(x_share_units) < 0
