-- One row per rule, team that a tag or exact list names instead, and currency: money that the rule would give away.
with known_days as (
    select
        billing_period,
        x_owner_key,
        charge_date,
        resource_id,
        x_team as x_known_team,
        billing_currency,
        sum(effective_cost) as effective_cost
    from facts.owned_cost
    where
        x_owner_method in ('resource', 'tag')
        and x_entry is distinct from 'vat_receivable'
    group by
        billing_period,
        x_owner_key,
        charge_date,
        resource_id,
        x_team,
        billing_currency
),

matches as (
    select distinct
        rule_matches.billing_period,
        rule_matches.x_owner_key,
        rules.rule_id,
        rules.priority * 1000000 + rules.line as place,
        coalesce(nullif(rules.team, ''), services.team) as team,
        greatest(
            coalesce(rules.valid_from, date '0001-01-01'),
            coalesce(services.valid_from, date '0001-01-01')
        ) as valid_from,
        least(
            coalesce(rules.valid_to, date '9999-12-31'),
            coalesce(services.valid_to, date '9999-12-31')
        ) as valid_to
    from owners.rule_matches
    inner join mappings.rules
        on rule_matches.x_rule_id = rules.rule_id
    left join mappings.service_days as services
        on
            rules.service = services.service
            and rules.team = ''
),

-- The rule that would decide if there were no tag.
asked_days as (
    select
        known_days.billing_period,
        known_days.x_owner_key,
        known_days.charge_date,
        known_days.resource_id,
        known_days.x_known_team,
        known_days.billing_currency,
        known_days.effective_cost,
        min_by(matches.rule_id, matches.place) as x_rule_id,
        min_by(matches.team, matches.place) as x_team
    from known_days
    inner join matches
        on
            known_days.billing_period = matches.billing_period
            and known_days.x_owner_key = matches.x_owner_key
            and known_days.charge_date >= matches.valid_from
            and known_days.charge_date < matches.valid_to
    group by
        known_days.billing_period,
        known_days.x_owner_key,
        known_days.charge_date,
        known_days.resource_id,
        known_days.x_known_team,
        known_days.billing_currency,
        known_days.effective_cost
)

select
    x_rule_id,
    x_team,
    x_known_team,
    billing_currency,
    sum(effective_cost) as effective_cost,
    count(distinct resource_id) as x_resources,
    min(resource_id) as x_example
from asked_days
where x_team <> x_known_team and effective_cost > 0
group by x_rule_id, x_team, x_known_team, billing_currency
