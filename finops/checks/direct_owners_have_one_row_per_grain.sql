-- Owner keys with two owners on one day.
select
    billing_period,
    x_owner_key,
    charge_date,
    1 as expected_owners,
    count(*) as found_owners
from facts.direct_owners
group by billing_period, x_owner_key, charge_date
having count(*) > 1
