-- One row per month and rule that matches something: how many keys, and what else claims them.
with matched_keys as (
    select
        billing_period,
        x_rank,
        x_rule_id,
        count(*) as x_matched_keys
    from owners.rule_matches
    group by billing_period, x_rank, x_rule_id
),

-- Rules of one priority that name different owners on the same days: the file's order decides.
rivals as (
    select
        rules.x_rank,
        others.x_rank as other_rank,
        others.x_rule_id as other_rule_id,
        greatest(rules.valid_from, others.valid_from) as first_day,
        least(rules.valid_to, others.valid_to) as next_day
    from mappings.rule_owners as rules
    inner join mappings.rule_owners as others
        on
            rules.x_priority = others.x_priority
            and rules.valid_from < others.valid_to
            and others.valid_from < rules.valid_to
    where
        rules.x_team is distinct from others.x_team
        or rules.x_service is distinct from others.x_service
),

conflicts as (
    select
        matches.billing_period,
        matches.x_rank,
        count(distinct matches.x_owner_key) as x_conflicting_keys,
        min_by(rivals.other_rule_id, rivals.other_rank) as x_conflicts_with
    from owners.rule_matches as matches
    inner join rivals
        on matches.x_rank = rivals.x_rank
    inner join owners.rule_matches as other_matches
        on
            matches.billing_period = other_matches.billing_period
            and matches.x_owner_key = other_matches.x_owner_key
            and rivals.other_rank = other_matches.x_rank
    inner join owners.owner_keys
        on
            matches.billing_period = owner_keys.billing_period
            and matches.x_owner_key = owner_keys.x_owner_key
            and owner_keys.x_last_charge_date >= rivals.first_day
            and owner_keys.x_first_charge_date < rivals.next_day
    group by matches.billing_period, matches.x_rank
),

-- What decides the keys of a rule that decides none of them.
idle_matches as (
    select
        matches.billing_period,
        matches.x_owner_key,
        matches.x_rank
    from owners.rule_matches as matches
    left join owners.rule_cost
        on
            matches.billing_period = rule_cost.billing_period
            and matches.x_rule_id = rule_cost.x_rule_id
    where rule_cost.x_rule_id is null
),

stronger_sources as (
    select
        idle_matches.billing_period,
        idle_matches.x_rank,
        direct_owners.x_owner_method || ' ' || direct_owners.x_owner_source as x_shadowed_by,
        count(distinct idle_matches.x_owner_key) as shadowed_keys
    from idle_matches
    inner join owners.direct_owners
        on
            idle_matches.billing_period = direct_owners.billing_period
            and idle_matches.x_owner_key = direct_owners.x_owner_key
    group by
        idle_matches.billing_period,
        idle_matches.x_rank,
        direct_owners.x_owner_method || ' ' || direct_owners.x_owner_source
),

strongest_sources as (
    select
        billing_period,
        x_rank,
        x_shadowed_by,
        row_number() over (
            partition by billing_period, x_rank
            order by shadowed_keys desc, x_shadowed_by
        ) as place
    from stronger_sources
)

select
    matched_keys.billing_period,
    matched_keys.x_rule_id,
    matched_keys.x_matched_keys,
    coalesce(conflicts.x_conflicting_keys, 0) as x_conflicting_keys,
    conflicts.x_conflicts_with,
    strongest_sources.x_shadowed_by
from matched_keys
left join conflicts
    on
        matched_keys.billing_period = conflicts.billing_period
        and matched_keys.x_rank = conflicts.x_rank
left join strongest_sources
    on
        matched_keys.billing_period = strongest_sources.billing_period
        and matched_keys.x_rank = strongest_sources.x_rank
        and strongest_sources.place = 1
