-- One row per billing month, day of the bill, team, service, AWS service, kind of charge, currency and cost centre.
with kinds as (
    select
        billing_period,
        -- A fee for the month is there, whole, from the day that the bill dates it.
        x_bill_date as charge_date,
        x_team,
        x_service,
        coalesce(service_name, 'no service') as service_name,
        billing_currency,
        x_cost_centre,
        -- How it goes on. A refund doesn't, whatever it corrects, and a discount as what it is on.
        case
            when x_charge_kind in ('tax', 'credit') then x_charge_kind
            when charge_class = 'Correction' then 'refund'
            when x_is_support then 'support'
            when x_charge_kind like '%_discount' then 'usage'
            when x_charge_kind = 'upfront_fee' then 'upfront'
            -- What a commitment bills, and what it left unused.
            when x_charge_kind in ('commitment_fee', 'unused_commitment') then 'commitment'
            -- An annual contract comes back a year later, other fees with the next month.
            when x_charge_kind = 'fee' and lower(x_usage_type) like '%annual%' then 'annual_fee'
            else x_charge_kind
        end as x_kind,
        billed_cost,
        effective_cost
    from facts.owned_cost
)

select
    billing_period,
    charge_date,
    x_team,
    x_service,
    service_name,
    x_kind,
    billing_currency,
    x_cost_centre,
    sum(billed_cost) as billed_cost,
    sum(effective_cost) as effective_cost
from kinds
group by
    billing_period,
    charge_date,
    x_team,
    x_service,
    service_name,
    x_kind,
    billing_currency,
    x_cost_centre
