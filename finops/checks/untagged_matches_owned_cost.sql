-- One row if the untagged list lost money against all cost before tax that no tag owns.
with untagged as (
    select coalesce(sum(effective_cost), 0) as effective_cost
    from marts.untagged
),

owned as (
    select coalesce(sum(effective_cost), 0) as effective_cost
    from facts.owned_cost
    where
        x_owner_method <> 'tag'
        and x_entry is distinct from 'vat_receivable'
)

select
    owned.effective_cost as expected_effective_cost,
    untagged.effective_cost as found_effective_cost
from untagged
cross join owned
where untagged.effective_cost <> owned.effective_cost
