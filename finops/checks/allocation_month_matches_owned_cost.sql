-- Months in which cost and tax of coverage, of the company or of all teams, do not add up to owned cost.
with owned as (
    select
        billing_period,
        billing_currency,
        sum(effective_cost) as effective_cost,
        sum(
            case
                when x_owner_method = 'unowned' and x_entry is distinct from 'vat_receivable'
                    then effective_cost
                else 0
            end
        ) as unallocated_cost,
        sum(case when x_entry = 'vat_receivable' then effective_cost else 0 end) as effective_tax
    from facts.owned_cost
    group by billing_period, billing_currency
),

covered as (
    select
        billing_period,
        billing_currency,
        sum(case when x_team = '*' then effective_cost + x_effective_tax else 0 end)
            as company_cost,
        sum(case when x_team <> '*' then effective_cost + x_effective_tax else 0 end) as team_cost,
        sum(case when x_team = '*' then x_effective_tax else 0 end) as company_tax,
        sum(case when x_team = '*' then x_unallocated_cost else 0 end) as company_unallocated_cost,
        sum(case when x_team <> '*' then x_unallocated_cost else 0 end) as team_unallocated_cost,
        sum(
            case
                when x_team = '*' then x_taggable_cost + x_untaggable_cost + x_effective_tax
                else 0
            end
        ) as company_parts_cost
    from marts.allocation_month
    group by billing_period, billing_currency
)

select
    owned.billing_period,
    owned.billing_currency,
    owned.effective_cost as expected_company_cost,
    covered.company_cost as found_company_cost,
    owned.effective_tax as expected_company_tax,
    covered.company_tax as found_company_tax,
    owned.effective_cost as expected_team_cost,
    covered.team_cost as found_team_cost,
    owned.effective_cost as expected_company_parts_cost,
    covered.company_parts_cost as found_company_parts_cost,
    owned.unallocated_cost as expected_company_unallocated_cost,
    covered.company_unallocated_cost as found_company_unallocated_cost,
    owned.unallocated_cost as expected_team_unallocated_cost,
    covered.team_unallocated_cost as found_team_unallocated_cost
from owned
left join covered
    on
        owned.billing_period = covered.billing_period
        and owned.billing_currency = covered.billing_currency
where
    owned.effective_cost is distinct from covered.company_cost
    or owned.effective_tax is distinct from covered.company_tax
    or owned.effective_cost is distinct from covered.team_cost
    or owned.effective_cost is distinct from covered.company_parts_cost
    or owned.unallocated_cost is distinct from covered.company_unallocated_cost
    or owned.unallocated_cost is distinct from covered.team_unallocated_cost
