-- One row per month and kind of line that a pool collects from whoever owns the line.
with kinds as (
    select distinct
        billing_period,
        charge_category,
        commitment_discount_status,
        x_line_item_type,
        x_is_support,
        -- Tax on support is tax, a credit for it is a credit.
        case
            when charge_category = 'Tax' then 'tax'
            when charge_category = 'Credit' then 'credit'
            when commitment_discount_status = 'Unused' then 'unused_commitment'
            when x_line_item_type in ('EdpDiscount', 'PrivateRateDiscount')
                then 'enterprise_discount'
            when x_is_support then 'support'
        end as x_charge_kind
    from facts.owned_cost
)

select
    kinds.billing_period,
    kinds.charge_category,
    kinds.commitment_discount_status,
    kinds.x_line_item_type,
    kinds.x_is_support,
    kinds.x_charge_kind,
    pool_charges.pool as x_pool
from kinds
inner join mappings.pool_charges
    on kinds.x_charge_kind = pool_charges.charge_kind
