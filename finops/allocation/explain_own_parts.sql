-- One row per month, currency, team, what decided that it owns the cost, and AWS service.
-- Reads `explained_rows`.
with tag_lines as (
    select
        tag_attributes.tag_key,
        min(tag_keys.line) as line
    from owners.tag_attributes
    inner join mappings.tag_keys
        on tag_attributes.x_attribute = 'tag:' || tag_keys.match_key
    where tag_keys.dimension in ('team', 'service')
    group by tag_attributes.tag_key
)

select
    rows.billing_period,
    rows.billing_currency,
    rows.x_team,
    'own' as x_part,
    rows.x_owner_method,
    rows.x_owner_source,
    cast(null as varchar) as x_pool,
    cast(null as varchar) as x_driver,
    cast(null as varchar) as x_way,
    cast(null as double) as x_weight,
    case rows.x_owner_method
        when 'resource' then 'resources.csv'
        when 'tag' then 'tag_keys.csv'
        when 'rule' then 'rules.csv'
        when 'account' then 'account_defaults.csv'
    end as x_file,
    coalesce(resources.line, tag_lines.line, rules.x_line, accounts.line) as x_line,
    rows.service_name,
    sum(rows.x_pretax_billed_cost) as billed_cost,
    sum(rows.x_pretax_effective_cost) as effective_cost,
    sum(rows.x_billed_tax) as x_billed_tax,
    sum(rows.x_effective_tax) as x_effective_tax
from explained_rows as rows
left join mappings.resources
    on
        rows.x_owner_method = 'resource'
        and rows.resource_id = resources.resource_id
        and rows.charge_date >= coalesce(resources.valid_from, date '0001-01-01')
        and rows.charge_date < coalesce(resources.valid_to, date '9999-12-31')
left join tag_lines
    on rows.x_tag_key = tag_lines.tag_key
left join mappings.rule_owners as rules
    on rows.x_rule_id = rules.x_rule_id
left join mappings.account_defaults as accounts
    on
        rows.x_owner_method = 'account'
        and rows.x_owner_source = accounts.sub_account_id
        and rows.charge_date >= coalesce(accounts.valid_from, date '0001-01-01')
        and rows.charge_date < coalesce(accounts.valid_to, date '9999-12-31')
where rows.x_pool is null
group by
    rows.billing_period,
    rows.billing_currency,
    rows.x_team,
    rows.x_owner_method,
    rows.x_owner_source,
    coalesce(resources.line, tag_lines.line, rules.x_line, accounts.line),
    rows.service_name
