-- One row per thing asked that was used before: the last day before it on which it cost at least so much.
-- Of all EC2 that cost 100 a day before the newest day; others: set variable asked =
-- [{'x_asked': 0, 'start_date': date '2026-10-12', 'least': 10, 'x_team': 'search'}];
with newest_day as (
    select max(charge_date) as charge_date from marts.team_day where x_usage_effective_cost <> 0
),

asked as (
    select
        unnest(
            cast(
                coalesce(
                    getvariable('asked'),
                    [
                        {
                            'x_asked': 0,
                            'start_date': charge_date,
                            'least': 100,
                            'service_name': 'Amazon Elastic Compute Cloud'
                        }
                    ]
                ) as struct(
                    x_asked integer,
                    start_date date,
                    least double,
                    billing_currency varchar,
                    x_team varchar,
                    service_name varchar,
                    sub_account_id varchar,
                    region_id varchar,
                    x_usage_type varchar,
                    x_operation varchar,
                    resource_id varchar
                )[]
            ),
            recursive := true
        )
    from newest_day
),

days as (
    select
        asked.x_asked,
        asked.least,
        owned_cost.charge_date,
        sum(owned_cost.effective_cost) as effective_cost
    from asked
    inner join facts.owned_cost
        on
            owned_cost.charge_date < asked.start_date
            and coalesce(asked.billing_currency, owned_cost.billing_currency)
            = owned_cost.billing_currency
            and coalesce(asked.x_team, owned_cost.x_team) = owned_cost.x_team
            and coalesce(asked.service_name, owned_cost.service_name, 'no service')
            = coalesce(owned_cost.service_name, 'no service')
            and coalesce(asked.sub_account_id, owned_cost.sub_account_id, '')
            = coalesce(owned_cost.sub_account_id, '')
            and coalesce(asked.region_id, owned_cost.region_id, '')
            = coalesce(owned_cost.region_id, '')
            and coalesce(asked.x_usage_type, owned_cost.x_usage_type, '')
            = coalesce(owned_cost.x_usage_type, '')
            and coalesce(asked.x_operation, owned_cost.x_operation, '')
            = coalesce(owned_cost.x_operation, '')
            and coalesce(asked.resource_id, owned_cost.resource_id, '')
            = coalesce(owned_cost.resource_id, '')
    where
        owned_cost.consumed_quantity is not null
        and owned_cost.x_covered_from is not distinct from owned_cost.x_covered_until
    group by asked.x_asked, asked.least, owned_cost.charge_date
)

select
    x_asked,
    max(charge_date) as x_last_date
from days
where cast(effective_cost as double) >= least
group by x_asked
order by x_asked
