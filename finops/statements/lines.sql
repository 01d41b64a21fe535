-- One row per team, pool, driver, own service, AWS service, category, entry of the books and cost centre:
-- what it pays, as marts.statement_lines has it, and why.
-- Of the newest month and its first currency; others: set variable period = '2026-10';
-- set variable currency = 'USD';
with asked_month as (
    select coalesce(getvariable('period'), max(billing_period)) as billing_period
    from marts.trust_header
),

asked as (
    select
        asked_month.billing_period,
        coalesce(getvariable('currency'), min(trust_header.billing_currency)) as billing_currency
    from asked_month
    left join marts.trust_header on asked_month.billing_period = trust_header.billing_period
    group by asked_month.billing_period
),

tag_lines as (
    select
        tag_attributes.tag_key,
        min(tag_keys.line) as line
    from owners.tag_attributes
    inner join mappings.tag_keys
        on tag_attributes.x_attribute = 'tag:' || tag_keys.match_key
    where tag_keys.dimension in ('team', 'service')
    group by tag_attributes.tag_key
),

owned as (
    select
        owned_cost.x_team,
        owned_cost.x_service,
        coalesce(owned_cost.service_name, '') as service_name,
        coalesce(owned_cost.charge_category, '') as charge_category,
        owned_cost.x_entry,
        owned_cost.x_cost_centre,
        owned_cost.x_owner_method,
        coalesce(owned_cost.x_rule_id, owned_cost.x_owner_source) as x_source,
        case owned_cost.x_owner_method
            when 'resource' then 'resources.csv'
            when 'tag' then 'tag_keys.csv'
            when 'rule' then 'rules.csv'
            when 'account' then 'account_defaults.csv'
        end as x_file,
        coalesce(resources.line, tag_lines.line, rules.line, accounts.line) as x_line,
        owned_cost.effective_cost
    from facts.owned_cost
    inner join asked
        on
            owned_cost.billing_period = asked.billing_period
            and owned_cost.billing_currency = asked.billing_currency
            and owned_cost.x_entry is distinct from 'vat_receivable'
    left join mappings.resources
        on
            owned_cost.x_owner_method = 'resource'
            and owned_cost.resource_id = resources.resource_id
            and owned_cost.charge_date >= coalesce(resources.valid_from, date '0001-01-01')
            and owned_cost.charge_date < coalesce(resources.valid_to, date '9999-12-31')
    left join tag_lines
        on
            owned_cost.x_owner_method = 'tag'
            and owned_cost.x_owner_source = tag_lines.tag_key
    left join mappings.rules
        on owned_cost.x_rule_id = rules.rule_id
    left join mappings.account_defaults as accounts
        on
            owned_cost.x_owner_method = 'account'
            and owned_cost.x_owner_source = accounts.sub_account_id
            and owned_cost.charge_date >= coalesce(accounts.valid_from, date '0001-01-01')
            and owned_cost.charge_date < coalesce(accounts.valid_to, date '9999-12-31')
),

sources as (
    select
        x_team,
        x_service,
        service_name,
        charge_category,
        x_entry,
        x_cost_centre,
        x_owner_method,
        x_source,
        x_file,
        x_line,
        sum(abs(effective_cost)) as x_size
    from owned
    group by
        x_team,
        x_service,
        service_name,
        charge_category,
        x_entry,
        x_cost_centre,
        x_owner_method,
        x_source,
        x_file,
        x_line
),

reasons as (
    select
        x_team,
        x_service,
        service_name,
        charge_category,
        x_entry,
        x_cost_centre,
        list(
            struct_pack(
                x_method := x_owner_method,
                x_source := x_source,
                x_file := x_file,
                x_line := x_line,
                x_size := x_size
            )
            order by x_size desc, x_owner_method, x_source, x_line
        ) as x_reasons
    from sources
    group by x_team, x_service, service_name, charge_category, x_entry, x_cost_centre
),

lines as (
    select statement_lines.*
    from marts.statement_lines
    inner join asked
        on
            statement_lines.billing_period = asked.billing_period
            and statement_lines.billing_currency = asked.billing_currency
),

-- What there was to split of the same kind. A commitment's benefit is moved, not split.
pool_lines as (
    select
        x_pool,
        service_name,
        charge_category,
        x_entry,
        sum(effective_cost) as effective_cost
    from lines
    where x_pool <> '' and x_driver <> 'commitment_benefit'
    group by x_pool, service_name, charge_category, x_entry
)

select
    lines.x_team,
    lines.x_pool,
    lines.x_driver,
    lines.x_service,
    lines.service_name,
    lines.charge_category,
    lines.x_entry,
    lines.x_cost_centre,
    lines.billed_cost,
    lines.effective_cost,
    lines.x_expense,
    lines.x_effective_coins,
    lines.x_expense_coins,
    lines.x_reporting_coins,
    case when lines.x_pool = '' then reasons.x_reasons end as x_reasons,
    pools.line as x_pool_line,
    pool_lines.effective_cost as x_pool_effective_cost
from lines
left join reasons
    on
        lines.x_pool = ''
        and lines.x_team = reasons.x_team
        and lines.x_service = reasons.x_service
        and lines.service_name = reasons.service_name
        and lines.charge_category = reasons.charge_category
        and lines.x_entry = reasons.x_entry
        and lines.x_cost_centre = reasons.x_cost_centre
left join mappings.shared_costs as pools
    on lines.x_pool = pools.pool
left join pool_lines
    on
        lines.x_pool = pool_lines.x_pool
        and lines.x_driver <> 'commitment_benefit'
        and lines.service_name = pool_lines.service_name
        and lines.charge_category = pool_lines.charge_category
        and lines.x_entry = pool_lines.x_entry
order by
    lines.x_team,
    lines.x_pool,
    lines.x_driver,
    lines.service_name,
    lines.x_service,
    lines.charge_category,
    lines.x_entry,
    lines.x_cost_centre
