-- One row per row of daily cost, with its owner, how it was found and what decided it.
select
    daily_cost.*,
    -- Recoverable tax is no cost: what is compared or divided is before it.
    case when x_entry = 'vat_receivable' then 0 else list_cost end as x_pretax_list_cost,
    case when x_entry = 'vat_receivable' then 0 else billed_cost end as x_pretax_billed_cost,
    case when x_entry = 'vat_receivable' then 0 else effective_cost end as x_pretax_effective_cost,
    case when x_entry = 'vat_receivable' then billed_cost else 0 end as x_billed_tax,
    case when x_entry = 'vat_receivable' then effective_cost else 0 end as x_effective_tax,
    -- A weaker source refines a stronger one only where both name one team.
    coalesce(
        direct_owners.x_service,
        related_owners.x_service,
        case
            when
                coalesce(direct_owners.x_team, related_owners.x_team, accounts.x_team)
                = accounts.x_team
                then accounts.x_service
        end,
        'unowned'
    ) as x_service,
    coalesce(direct_owners.x_team, related_owners.x_team, accounts.x_team, 'unowned') as x_team,
    -- Tags that name no owner may still name the environment and the cost centre.
    coalesce(
        direct_owners.x_environment,
        tag_owners.x_environment,
        related_owners.x_environment,
        accounts.x_environment,
        'unknown'
    ) as x_environment,
    coalesce(
        direct_owners.x_cost_centre,
        tag_owners.x_cost_centre,
        related_owners.x_cost_centre,
        case
            when coalesce(direct_owners.x_team, related_owners.x_team) is null
                then accounts.x_cost_centre
        end,
        nullif(teams.cost_centre, ''),
        'unowned'
    ) as x_cost_centre,
    coalesce(
        direct_owners.x_owner_method,
        related_owners.x_owner_method,
        case when accounts.x_team is not null then 'account' end,
        'unowned'
    ) as x_owner_method,
    direct_owners.x_rule_id,
    case
        when coalesce(direct_owners.x_team, related_owners.x_team) is null
            then accounts.sub_account_id
        else coalesce(direct_owners.x_owner_source, related_owners.x_owner_source)
    end as x_owner_source
from facts.daily_cost
left join owners.direct_owners
    on
        daily_cost.billing_period = direct_owners.billing_period
        and daily_cost.x_owner_key = direct_owners.x_owner_key
        and daily_cost.charge_date = direct_owners.charge_date
-- Only where there is no direct owner.
left join owners.related_owners
    on
        daily_cost.billing_period = related_owners.billing_period
        and daily_cost.x_owner_key = related_owners.x_owner_key
        and daily_cost.charge_date = related_owners.charge_date
left join owners.tag_owners
    on
        daily_cost.billing_period = tag_owners.billing_period
        and daily_cost.x_owner_key = tag_owners.x_owner_key
left join mappings.account_owners as accounts
    on
        lower(daily_cost.sub_account_id) = accounts.x_account_key
        and daily_cost.charge_date >= accounts.valid_from
        and daily_cost.charge_date < accounts.valid_to
left join mappings.team_days as teams
    on
        coalesce(direct_owners.x_team, related_owners.x_team, accounts.x_team) = teams.team
        and daily_cost.charge_date >= teams.valid_from
        and daily_cost.charge_date < teams.valid_to
