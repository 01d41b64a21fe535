-- Owner keys that stand for more than one combination.
select
    billing_period,
    x_owner_key,
    count(*) as combinations
from facts.owner_keys
group by billing_period, x_owner_key
having count(*) > 1
