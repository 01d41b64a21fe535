-- One row per month, team (`*` is the company) and billing currency: how much has an owner, and a tag that says so.
-- Unique: billing_period, x_team, billing_currency.
-- Cost is before recoverable tax.
-- The KPIs of the FinOps Framework, by money and by resources; finops.org/framework/capabilities/allocation,
-- and the playbooks "How to Calculate Percentage of Costs Associated with Untagged CSP Cloud Resources" and
-- "How to Measure Tagging Policy Compliance", in their form that leaves out what can't be tagged.
with months as (
    select
        billing_period,
        count(resource_id) > 0 as has_resources
    from facts.daily_cost
    group by billing_period
),

-- Without a required dimension the policy is that a tag names a team, or a service that has one.
tag_policy as (
    select
        coalesce(bool_or(required = 'yes' and dimension = 'service'), false) as needs_service,
        coalesce(bool_or(required = 'yes' and dimension = 'environment'), false)
            as needs_environment,
        coalesce(bool_or(required = 'yes' and dimension = 'cost_centre'), false)
            as needs_cost_centre,
        coalesce(bool_or(required = 'yes' and dimension = 'team'), false)
        or not coalesce(bool_or(required = 'yes'), false) as needs_team
    from mappings.tag_keys
),

charges as (
    select
        owned_cost.billing_period,
        owned_cost.x_team,
        owned_cost.billing_currency,
        owned_cost.resource_id,
        owned_cost.x_pretax_effective_cost as effective_cost,
        owned_cost.x_effective_tax as effective_tax,
        owned_cost.x_owner_method <> 'unowned' as is_owned,
        -- AWS tags what has a resource. A bill without resources doesn't tell, and may have tags.
        owned_cost.charge_category = 'Usage'
        and (
            owned_cost.resource_id is not null
            or cardinality(owned_cost.tags) > 0
            or not months.has_resources
        ) as is_taggable,
        tag_owners.x_team is not null as is_tagged,
        (tag_owners.x_team is not null or not tag_policy.needs_team)
        and (tag_owners.x_service is not null or not tag_policy.needs_service)
        and (tag_owners.x_environment is not null or not tag_policy.needs_environment)
        and (tag_owners.x_cost_centre is not null or not tag_policy.needs_cost_centre)
            as is_compliant
    from facts.owned_cost
    inner join months
        on owned_cost.billing_period = months.billing_period
    cross join tag_policy
    left join owners.tag_owners
        on
            owned_cost.billing_period = tag_owners.billing_period
            and owned_cost.x_owner_key = tag_owners.x_owner_key
),

team_resources as (
    select
        billing_period,
        x_team,
        billing_currency,
        resource_id,
        sum(effective_cost) as effective_cost,
        sum(effective_tax) as effective_tax,
        sum(case when is_taggable then effective_cost else 0 end) as taggable_cost,
        sum(case when not is_owned then effective_cost else 0 end) as unallocated_cost,
        sum(case when is_taggable and not is_tagged then effective_cost else 0 end)
            as untagged_cost,
        sum(case when is_taggable and is_compliant then effective_cost else 0 end)
            as compliant_cost,
        -- What costs nothing, such as a row that splits a node over its pods, is no resource.
        max(case when effective_cost <> 0 and resource_id is not null then 1 else 0 end)
            as is_resource,
        max(case when effective_cost <> 0 and is_taggable then 1 else 0 end) as is_taggable,
        max(case when effective_cost <> 0 and not is_owned then 1 else 0 end) as is_unallocated,
        max(case when effective_cost <> 0 and is_taggable and not is_tagged then 1 else 0 end)
            as is_untagged,
        max(case when effective_cost <> 0 and is_taggable and not is_compliant then 1 else 0 end)
            as breaks_policy
    from charges
    group by billing_period, x_team, billing_currency, resource_id
),

-- A resource that changed its team within the month is one resource of the company.
company_resources as (
    select
        billing_period,
        '*' as x_team,
        billing_currency,
        resource_id,
        sum(effective_cost) as effective_cost,
        sum(effective_tax) as effective_tax,
        sum(taggable_cost) as taggable_cost,
        sum(unallocated_cost) as unallocated_cost,
        sum(untagged_cost) as untagged_cost,
        sum(compliant_cost) as compliant_cost,
        max(is_resource) as is_resource,
        max(is_taggable) as is_taggable,
        max(is_unallocated) as is_unallocated,
        max(is_untagged) as is_untagged,
        max(breaks_policy) as breaks_policy
    from team_resources
    group by billing_period, billing_currency, resource_id
),

resources as (
    select * from team_resources
    union all
    select * from company_resources
),

measures as (
    select
        billing_period,
        x_team,
        billing_currency,
        sum(effective_cost) as effective_cost,
        sum(effective_tax) as x_effective_tax,
        sum(taggable_cost) as x_taggable_cost,
        sum(effective_cost) - sum(taggable_cost) as x_untaggable_cost,
        sum(unallocated_cost) as x_unallocated_cost,
        sum(untagged_cost) as x_untagged_cost,
        sum(compliant_cost) as x_compliant_cost,
        sum(is_resource) as x_resources,
        sum(is_resource * is_taggable) as x_taggable_resources,
        sum(is_resource * is_unallocated) as x_unallocated_resources,
        sum(is_resource * is_untagged) as x_untagged_resources,
        sum(is_resource * is_taggable * (1 - breaks_policy)) as x_compliant_resources
    from resources
    group by billing_period, x_team, billing_currency
),

unsplit_cost as (
    select
        allocated_cost.billing_period,
        allocated_cost.x_team,
        allocated_cost.billing_currency,
        sum(allocated_cost.effective_cost) as effective_cost
    from facts.allocated_cost
    inner join mappings.teams
        on allocated_cost.x_team = teams.team
    where
        teams.kind = 'shared'
        and allocated_cost.x_entry is distinct from 'vat_receivable'
    group by allocated_cost.billing_period, allocated_cost.x_team, allocated_cost.billing_currency
),

unsplit as (
    select * from unsplit_cost
    union all
    select
        billing_period,
        '*' as x_team,
        billing_currency,
        sum(effective_cost) as effective_cost
    from unsplit_cost
    group by billing_period, billing_currency
)

select
    measures.billing_period,
    measures.x_team,
    measures.billing_currency,
    measures.effective_cost,
    measures.x_effective_tax,
    measures.x_taggable_cost,
    measures.x_untaggable_cost,
    measures.x_unallocated_cost,
    measures.x_untagged_cost,
    measures.x_compliant_cost,
    coalesce(unsplit.effective_cost, 0) as x_unallocated_shared_cost,
    measures.x_resources,
    measures.x_taggable_resources,
    measures.x_unallocated_resources,
    measures.x_untagged_resources,
    measures.x_compliant_resources,
    cast(measures.x_unallocated_cost as double) / nullif(cast(measures.effective_cost as double), 0)
        as x_unallocated_cost_share,
    cast(measures.x_untagged_cost as double) / nullif(cast(measures.x_taggable_cost as double), 0)
        as x_untagged_cost_share,
    cast(measures.x_compliant_cost as double) / nullif(cast(measures.x_taggable_cost as double), 0)
        as x_compliant_cost_share,
    cast(coalesce(unsplit.effective_cost, 0) as double)
    / nullif(cast(measures.effective_cost as double), 0) as x_unallocated_shared_cost_share,
    cast(measures.x_unallocated_resources as double) / nullif(measures.x_resources, 0)
        as x_unallocated_resource_share,
    cast(measures.x_untagged_resources as double) / nullif(measures.x_taggable_resources, 0)
        as x_untagged_resource_share,
    cast(measures.x_compliant_resources as double) / nullif(measures.x_taggable_resources, 0)
        as x_compliant_resource_share
from measures
left join unsplit
    on
        measures.billing_period = unsplit.billing_period
        and measures.x_team = unsplit.x_team
        and measures.billing_currency = unsplit.billing_currency
