-- Currencies of a payer that is billed in several in one month: they are never added up.
with payer_currencies as (
    select
        billing_period,
        billing_account_id,
        billing_currency,
        sum(x_charges) as x_lines,
        sum(billed_cost) as billed_cost
    from facts.daily_cost
    group by billing_period, billing_account_id, billing_currency
),

payers as (
    select
        billing_period,
        billing_account_id
    from payer_currencies
    group by billing_period, billing_account_id
    having count(*) > 1
)

select
    payer_currencies.billing_period,
    payer_currencies.billing_currency,
    payer_currencies.billing_account_id as sub_account_id,
    cast(null as varchar) as x_line_item_type,
    cast(null as varchar) as commitment_discount_id,
    cast(null as date) as x_first_charge_date,
    cast(null as date) as x_last_charge_date,
    payer_currencies.x_lines,
    payer_currencies.billed_cost as x_found_cost
from payer_currencies
inner join payers
    on
        payer_currencies.billing_period = payers.billing_period
        and payer_currencies.billing_account_id is not distinct from payers.billing_account_id
