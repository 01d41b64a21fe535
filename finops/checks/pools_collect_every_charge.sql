-- Days on which pools that collect charges, or moved commitment benefit, gained or lost money.
with source as (
    select
        billing_period,
        charge_date,
        billing_currency,
        sum(list_cost) as list_cost,
        sum(contracted_cost) as contracted_cost,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(x_unblended_cost) as x_unblended_cost
    from facts.owned_cost
    group by billing_period, charge_date, billing_currency
),

target as (
    select
        billing_period,
        charge_date,
        billing_currency,
        sum(list_cost) as list_cost,
        sum(contracted_cost) as contracted_cost,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(x_unblended_cost) as x_unblended_cost
    from pools.collected_cost
    group by billing_period, charge_date, billing_currency
)

select
    coalesce(source.billing_period, target.billing_period) as billing_period,
    coalesce(source.charge_date, target.charge_date) as charge_date,
    coalesce(source.billing_currency, target.billing_currency) as billing_currency,
    source.list_cost as expected_list_cost,
    target.list_cost as found_list_cost,
    source.contracted_cost as expected_contracted_cost,
    target.contracted_cost as found_contracted_cost,
    source.billed_cost as expected_billed_cost,
    target.billed_cost as found_billed_cost,
    source.effective_cost as expected_effective_cost,
    target.effective_cost as found_effective_cost,
    source.x_unblended_cost as expected_x_unblended_cost,
    target.x_unblended_cost as found_x_unblended_cost
from source
full outer join target
    on
        source.billing_period = target.billing_period
        and source.charge_date = target.charge_date
        and source.billing_currency = target.billing_currency
where
    source.list_cost is distinct from target.list_cost
    or source.contracted_cost is distinct from target.contracted_cost
    or source.billed_cost is distinct from target.billed_cost
    or source.effective_cost is distinct from target.effective_cost
    or source.x_unblended_cost is distinct from target.x_unblended_cost
