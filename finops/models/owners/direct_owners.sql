-- One row per month, owner key and day that a resource list, a tag or a rule gives an owner.
-- Unique: billing_period, x_owner_key, charge_date.
with turning_days as (
    select valid_from as first_day from mappings.rule_owners
    union
    select valid_to as first_day from mappings.rule_owners
    union
    select valid_from as first_day from mappings.resource_owners
    union
    select valid_to as first_day from mappings.resource_owners
    union
    select valid_from as first_day from mappings.service_days
    union
    select date '0001-01-01' as first_day
),

-- Between two turning days nothing changes.
spans as (
    select
        first_day,
        lead(first_day, 1, date '9999-12-31') over (order by first_day) as next_day
    from turning_days
),

key_spans as (
    select
        owner_keys.billing_period,
        owner_keys.x_owner_key,
        owner_keys.resource_id,
        greatest(owner_keys.x_first_charge_date, spans.first_day) as first_day,
        least(owner_keys.x_last_charge_date, spans.next_day - 1) as last_day
    from owners.owner_keys
    inner join spans
        on
            owner_keys.x_first_charge_date < spans.next_day
            and owner_keys.x_last_charge_date >= spans.first_day
),

first_rules as (
    select
        key_spans.billing_period,
        key_spans.x_owner_key,
        key_spans.first_day,
        min(rule_matches.x_rank) as x_rank
    from key_spans
    inner join owners.rule_matches
        on
            key_spans.billing_period = rule_matches.billing_period
            and key_spans.x_owner_key = rule_matches.x_owner_key
    inner join mappings.rule_owners as rules
        on
            rule_matches.x_rank = rules.x_rank
            and key_spans.first_day >= rules.valid_from
            and key_spans.first_day < rules.valid_to
    group by key_spans.billing_period, key_spans.x_owner_key, key_spans.first_day
),

owners as (
    select
        key_spans.billing_period,
        key_spans.x_owner_key,
        key_spans.first_day,
        key_spans.last_day,
        key_spans.resource_id,
        tags.x_tag_key,
        rules.x_rule_id,
        resources.x_team as resource_team,
        case when tags.x_is_of_service then tag_services.team else tags.x_team end as tag_team,
        case when rules.x_is_of_service then rule_services.team else rules.x_team end as rule_team,
        resources.x_service as resource_service,
        tags.x_service as tag_service,
        rules.x_service as rule_service,
        coalesce(resources.x_environment, tags.x_environment, rules.x_environment)
            as x_environment,
        coalesce(resources.x_cost_centre, tags.x_cost_centre) as named_cost_centre,
        rules.x_cost_centre as rule_cost_centre
    from key_spans
    left join mappings.resource_owners as resources
        on
            key_spans.resource_id = resources.resource_id
            and key_spans.first_day >= resources.valid_from
            and key_spans.first_day < resources.valid_to
    left join owners.tag_owners as tags
        on
            key_spans.billing_period = tags.billing_period
            and key_spans.x_owner_key = tags.x_owner_key
    left join first_rules
        on
            key_spans.billing_period = first_rules.billing_period
            and key_spans.x_owner_key = first_rules.x_owner_key
            and key_spans.first_day = first_rules.first_day
    left join mappings.rule_owners as rules
        on first_rules.x_rank = rules.x_rank
    -- A service that moves gives the team that ran it on the day.
    left join mappings.service_days as tag_services
        on
            tags.x_service = tag_services.service
            and key_spans.first_day >= tag_services.valid_from
            and key_spans.first_day < tag_services.valid_to
    left join mappings.service_days as rule_services
        on
            rules.x_service = rule_services.service
            and key_spans.first_day >= rule_services.valid_from
            and key_spans.first_day < rule_services.valid_to
),

decided_owners as (
    select
        *,
        coalesce(resource_team, tag_team, rule_team) as x_team,
        case
            when resource_team is not null then 'resource'
            when tag_team is not null then 'tag'
            else 'rule'
        end as x_owner_method
    from owners
),

owned_days as (
    select
        *,
        unnest(generate_series(first_day, last_day, interval 1 day)) as owned_day
    from decided_owners
    where x_team is not null
)

select
    billing_period,
    x_owner_key,
    cast(owned_day as date) as charge_date,
    x_team,
    -- A weaker source refines a stronger one only where both name one team.
    coalesce(
        resource_service,
        case when tag_team = x_team then tag_service end,
        case when rule_team = x_team then rule_service end
    ) as x_service,
    x_environment,
    coalesce(named_cost_centre, case when x_owner_method = 'rule' then rule_cost_centre end)
        as x_cost_centre,
    x_owner_method,
    case when x_owner_method = 'rule' then x_rule_id end as x_rule_id,
    case x_owner_method
        when 'resource' then resource_id
        when 'tag' then x_tag_key
        else x_rule_id
    end as x_owner_source
from owned_days
