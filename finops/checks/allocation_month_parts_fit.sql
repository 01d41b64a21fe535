-- Months and teams that count more resources as unallocated, untagged or compliant than there are.
select
    billing_period,
    x_team,
    billing_currency
from marts.allocation_month
where
    x_taggable_resources > x_resources
    or x_unallocated_resources > x_resources
    or x_untagged_resources > x_taggable_resources
    or x_compliant_resources > x_taggable_resources
