-- One row per month, AWS service code and usage type that a commitment can cover: what kind of use it is.
-- Unique: billing_period, x_service_code, x_usage_type.
-- What Savings Plans and reservations apply to is in seeds.commitment_uses and nowhere else, from AWS's lists: the Savings
-- Plans User Guide, "What are Savings Plans?", the service codes and units of its API_SavingsPlanRate, and the pages
-- on reserved instances, nodes and capacity of each service. A usage type is told after its region, APN2-BoxUsage.
-- Not there, because no commitment takes a cent off it: requests of Lambda, Spot, traffic, NAT gateways, storage,
-- snapshots, IOPS, addresses, licences of Marketplace, clusters of EKS, support and tax. Unused capacity reservations
-- are covered, too; an instance on a host of its own costs nothing itself.
with usage_types as (
    select distinct
        billing_period,
        x_service_code,
        x_usage_type
    from facts.daily_cost
    where charge_category = 'Usage'
)

select
    usage_types.billing_period,
    usage_types.x_service_code,
    usage_types.x_usage_type,
    kinds.x_use,
    cast(kinds.is_instance as boolean) as x_is_instance
from usage_types
inner join seeds.commitment_uses as kinds
    on
        usage_types.x_service_code = kinds.service_code
        -- Before that month no commitment covered it; reservations of instances are older than any bill.
        and usage_types.billing_period >= kinds.since
        and regexp_matches(usage_types.x_usage_type, kinds.usage_pattern)
        and usage_types.x_usage_type not like '%Spot%'
        -- What a reservation itself costs.
        and usage_types.x_usage_type not like '%HeavyUsage%'
