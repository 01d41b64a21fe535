-- One row per row of daily cost, with its owner: by tag, else by rule, else unowned.
with key_days as (
    select distinct
        billing_period,
        x_owner_key,
        charge_date
    from facts.daily_cost
),

first_rules as (
    select
        key_days.billing_period,
        key_days.x_owner_key,
        key_days.charge_date,
        min(rule_matches.x_rank) as x_rank
    from key_days
    inner join facts.rule_matches
        on
            key_days.billing_period = rule_matches.billing_period
            and key_days.x_owner_key = rule_matches.x_owner_key
            and key_days.charge_date >= rule_matches.valid_from
            and key_days.charge_date < rule_matches.valid_to
    group by key_days.billing_period, key_days.x_owner_key, key_days.charge_date
),

owners as (
    select
        key_days.billing_period,
        key_days.x_owner_key,
        key_days.charge_date,
        tag_owners.x_team is not null as is_tagged,
        tag_owners.x_team as tag_team,
        tag_owners.x_service as tag_service,
        tag_owners.x_environment as tag_environment,
        tag_owners.x_cost_centre as tag_cost_centre,
        rules.x_team as rule_team,
        rules.x_service as rule_service,
        rules.x_environment as rule_environment,
        rules.x_cost_centre as rule_cost_centre,
        rules.x_rule_id
    from key_days
    left join facts.tag_owners
        on
            key_days.billing_period = tag_owners.billing_period
            and key_days.x_owner_key = tag_owners.x_owner_key
    left join first_rules
        on
            key_days.billing_period = first_rules.billing_period
            and key_days.x_owner_key = first_rules.x_owner_key
            and key_days.charge_date = first_rules.charge_date
    left join facts.rule_matches as rules
        on
            first_rules.billing_period = rules.billing_period
            and first_rules.x_owner_key = rules.x_owner_key
            and first_rules.x_rank = rules.x_rank
),

decided_owners as (
    select
        billing_period,
        x_owner_key,
        charge_date,
        coalesce(tag_team, rule_team, 'unowned') as x_team,
        -- A rule refines a tag only where both name one team.
        coalesce(
            tag_service,
            case when not is_tagged or tag_team = rule_team then rule_service end,
            'unowned'
        ) as x_service,
        coalesce(tag_environment, rule_environment, 'unknown') as x_environment,
        coalesce(tag_cost_centre, case when not is_tagged then rule_cost_centre end)
            as named_cost_centre,
        case
            when is_tagged then 'tag'
            when x_rule_id is not null then 'rule'
            else 'unowned'
        end as x_owner_method,
        case when not is_tagged then x_rule_id end as x_rule_id
    from owners
)

select
    daily_cost.*,
    decided_owners.x_service,
    decided_owners.x_team,
    decided_owners.x_environment,
    coalesce(decided_owners.named_cost_centre, nullif(teams.cost_centre, ''), 'unowned')
        as x_cost_centre,
    decided_owners.x_owner_method,
    decided_owners.x_rule_id
from facts.daily_cost
inner join decided_owners
    on
        daily_cost.billing_period = decided_owners.billing_period
        and daily_cost.x_owner_key = decided_owners.x_owner_key
        and daily_cost.charge_date = decided_owners.charge_date
left join mappings.teams
    on decided_owners.x_team = teams.team
