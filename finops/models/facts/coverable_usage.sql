-- One row per month, AWS service code and usage type that a commitment can cover: what kind of use it is.
-- What Savings Plans and reservations apply to is decided here and nowhere else, from AWS's lists: the Savings
-- Plans User Guide, "What are Savings Plans?", the service codes and units of its API_SavingsPlanRate, and the pages
-- on reserved instances, nodes and capacity of each service. A usage type is told after its region, APN2-BoxUsage.
-- Not there, because no commitment takes a cent off it: requests of Lambda, Spot, traffic, NAT gateways, storage,
-- snapshots, IOPS, addresses, licences of Marketplace, clusters of EKS, support and tax.
with kinds as (
    select
        service_code,
        usage_pattern,
        -- Before that month no commitment covered it; reservations of instances are older than any bill.
        since,
        x_use,
        is_instance
    from (
        values
        -- Unused capacity reservations are covered, too; an instance on a host of its own costs nothing itself.
        (
            'AmazonEC2',
            '(^|-)(BoxUsage|DedicatedUsage|HostUsage|HostBoxUsage|UnusedBox|UnusedDed)(:|$)',
            '0000-00',
            'compute',
            true
        ),
        ('AmazonECS', '(^|-)Fargate-(ARM-|Windows-)?(vCPU|GB)-Hours', '2019-11', 'compute', false),
        ('AmazonEKS', '(^|-)Fargate-(ARM-|Windows-)?(vCPU|GB)-Hours', '2019-12', 'compute', false),
        (
            'AWSLambda',
            '(^|-)Lambda-(Provisioned-)?(GB-Second|Concurrency)(-ARM)?$',
            '2020-02',
            'compute',
            false
        ),
        (
            'AmazonSageMaker',
            '(Notebk|Notebook|Studio|Processing|Train|Host|AsyncInf|Tsform|DataWrangler):ml\.',
            '2021-04',
            'machine learning',
            true
        ),
        ('AmazonRDS', 'Usage[A-Za-z]*:db\.', '0000-00', 'databases', true),
        ('AmazonRDS', '(^|-)Aurora:ServerlessV2[A-Za-z]*Usage', '2025-12', 'databases', false),
        ('AuroraDSQL', 'DPU', '2025-12', 'databases', false),
        (
            'AmazonDynamoDB',
            '(^|-)(IA-)?(Repl)?(Read|Write)CapacityUnit-Hrs$',
            '0000-00',
            'databases',
            false
        ),
        (
            'AmazonDynamoDB',
            '(^|-)(IA-)?(Repl)?(Read|Write)RequestUnits$',
            '2025-12',
            'databases',
            false
        ),
        (
            'AmazonMCS',
            '(^|-)(Read|Write)(CapacityUnit-Hrs|RequestUnits)$',
            '2025-12',
            'databases',
            false
        ),
        ('AmazonElastiCache', '(^|-)NodeUsage:', '0000-00', 'databases', true),
        ('AmazonMemoryDB', '(^|-)NodeUsage:', '0000-00', 'databases', true),
        ('AmazonDocDB', 'Usage[A-Za-z]*:db\.', '2025-12', 'databases', true),
        ('AmazonNeptune', 'Usage[A-Za-z]*:db\.', '2025-12', 'databases', true),
        ('AmazonTimestream', 'Usage[A-Za-z]*:db\.', '2025-12', 'databases', true),
        ('AWSDatabaseMigrationSvc', 'Usg:dms\.', '2025-12', 'databases', true),
        ('AmazonRedshift', '(^|-)Node:', '0000-00', 'analytics', true),
        ('AmazonRedshift', '(^|-)Redshift:ServerlessUsage', '2025-04', 'analytics', false),
        ('AmazonES', '(^|-)ESInstance:', '0000-00', 'analytics', true)
    ) as listed (service_code, usage_pattern, since, x_use, is_instance)
),

usage_types as (
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
    kinds.is_instance as x_is_instance
from usage_types
inner join kinds
    on
        usage_types.x_service_code = kinds.service_code
        and usage_types.billing_period >= kinds.since
        and regexp_matches(usage_types.x_usage_type, kinds.usage_pattern)
        and usage_types.x_usage_type not like '%Spot%'
        -- What a reservation itself costs.
        and usage_types.x_usage_type not like '%HeavyUsage%'
