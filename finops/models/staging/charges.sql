-- One row per charge of the current deliveries, with the days whose cost it is.
with charges as (
    select
        *,
        cast(charge_period_start as date) as charge_date,
        -- A change of clocks makes a day of 25 hours.
        charge_period_end - charge_period_start > interval 25 hour as is_of_days,
        -- AWS Support by every name that its plans have had, in code or product name.
        coalesce(
            x_billing_entity is distinct from 'AWS Marketplace'
            and regexp_matches(
                concat_ws(chr(10), x_service_code, service_name),
                -- The same as SUPPORT in finops/invoice/support.py.
                '(?im)^(aws|ocb|amazon web services)[ -]?(basic|developer|business|premium|enterprise)?[ -]?(support|on-?ramp)|^aws ?unified ?operations'
            ),
            false
        ) as x_is_support,
        -- Where the bill does not have the price that AWS asks of everybody.
        case when list_unit_price is null and consumed_quantity > 0 and list_cost >= 0.000001
            then cast(list_cost as double) / cast(consumed_quantity as double)
        end as line_price
    from raw.charges
),

dated_charges as (
    select
        *,
        -- Tax, support and fees dated the first of a month, or an hour or a day of it, are for the
        -- whole month. A plan's fee of an hour is not, nor what is bought later on that day.
        not is_of_days
        and day(charge_date) = 1
        and consumed_quantity is null
        and (
            charge_category = 'Tax'
            or x_is_support
            or x_line_item_type = 'RIFee'
            or (
                charge_category = 'Purchase'
                and charge_frequency = 'One-Time'
                and charge_period_start = charge_date
            )
        ) as is_of_month,
        -- A reservation costs nothing before and after its term.
        case when is_of_days and x_line_item_type = 'RIFee'
            then greatest(charge_period_start, coalesce(x_commitment_start, charge_period_start))
            else charge_period_start
        end as period_start,
        case when is_of_days and x_line_item_type = 'RIFee'
            then least(charge_period_end, coalesce(x_commitment_end, charge_period_end))
            else charge_period_end
        end as period_end,
        cast(billing_period || '-01' as date) as bill_start,
        -- How many decimals four digits of it have.
        3 - cast(floor(log10(line_price)) as integer) as price_decimals
    from charges
),

period_charges as (
    select
        *,
        cast(period_start as date) as first_date,
        case
            when is_of_month then last_day(charge_date)
            -- The bill writes the last second of a period, or the end of it.
            when is_of_days then cast(period_end - interval 1 second as date)
            else charge_date
        end as last_date
    from dated_charges
),

-- What a bill charges is the cost of days of its own month, if it is for one of them.
covered_charges as (
    select
        *,
        case when last_date >= bill_start then greatest(first_date, bill_start) else first_date end
            as x_covered_from
    from period_charges
)

select
    billing_period,
    -- All that an owner can be told from, as one number that joins fast.
    x_owner_key,
    charge_date,
    x_covered_from,
    -- In an open month up to the day until which it has elapsed.
    greatest(
        x_covered_from,
        least(
            last_date,
            last_day(x_covered_from),
            coalesce(cast(x_elapsed_until - interval 1 second as date), last_date)
        )
    ) as x_covered_until,
    charge_period_start,
    charge_period_end,
    billing_account_id,
    billing_account_name,
    sub_account_id,
    sub_account_name,
    invoice_id,
    invoice_issuer_name,
    publisher_name,
    charge_category,
    charge_class,
    charge_frequency,
    charge_description,
    x_line_item_type,
    x_bill_type,
    service_category,
    service_name,
    x_service_code,
    x_usage_type,
    x_operation,
    x_product_family,
    x_instance_type,
    region_id,
    availability_zone,
    resource_id,
    x_parent_resource_id,
    pricing_category,
    pricing_unit,
    pricing_quantity,
    consumed_quantity,
    -- What AWS asks of everybody, and the id of that price: with tiers each has its own. Where the
    -- bill does not have the price, four digits of what the line costs by it.
    coalesce(
        list_unit_price,
        case
            when consumed_quantity > 0 and list_cost = 0 then 0
            when price_decimals >= 0
                then
                    try_cast(
                        round(line_price * power(10, price_decimals)) / power(10, price_decimals)
                        as decimal(38, 18)
                    )
            else
                try_cast(
                    round(line_price / power(10, -price_decimals)) * power(10, -price_decimals)
                    as decimal(38, 18)
                )
        end
    ) as list_unit_price,
    sku_price_id,
    list_cost,
    contracted_cost,
    billed_cost,
    effective_cost,
    x_unblended_cost,
    x_commitment_trueup,
    x_upfront_cost,
    x_split_cost,
    x_split_unused_cost,
    billing_currency,
    commitment_discount_id,
    commitment_discount_category,
    commitment_discount_type,
    commitment_discount_status,
    x_commitment_start,
    x_commitment_end,
    -- What a fee amortises before discounts; NULL where the bill doesn't say.
    x_reservation_amortised_upfront,
    x_savings_plan_amortised_upfront,
    -- Hours of a reservation in the fee's period, and those that nobody used.
    x_reservation_total_units,
    x_reservation_unused_quantity,
    x_billing_entity,
    x_is_support,
    -- Whether a meter says that something was used. The category Usage is all that usage costs: it
    -- has discounts, negations and unused commitments too, so that what is billed adds up.
    x_line_item_type in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')
    and commitment_discount_status is distinct from 'Unused'
        as x_is_usage,
    -- What kind of charge it is, decided here for all. Tax on support is tax, a credit for it is a
    -- credit. A correction is of the kind that it corrects: charge_class tells it.
    case
        when charge_category = 'Tax' then 'tax'
        when charge_category = 'Credit' then 'credit'
        when commitment_discount_status = 'Unused' then 'unused_commitment'
        when x_line_item_type in ('EdpDiscount', 'PrivateRateDiscount') then 'enterprise_discount'
        when x_line_item_type like '%Discount' then 'other_discount'
        when x_is_support then 'support'
        when x_upfront_cost <> 0 then 'upfront_fee'
        when charge_category = 'Purchase' and commitment_discount_id is not null
            then 'commitment_fee'
        when charge_category = 'Purchase' then 'fee'
        else 'usage'
    end as x_charge_kind,
    -- What the charge is for the books, an entry of mappings/accounts.csv. Decided here for all.
    case
        -- Tax on support or a marketplace product is tax: deductible and no expense, unless the
        -- company bears it. Then it is expense as what it is on.
        when charge_category = 'Tax' and not (select is_cost from mappings.tax)
            then 'vat_receivable'
        -- An upfront fee is used over its term; a returned plan gives it back.
        when x_upfront_cost <> 0 then 'prepaid_current'
        when x_billing_entity = 'AWS Marketplace' then 'marketplace_expense'
        when x_is_support then 'support_expense'
        when commitment_discount_status = 'Unused' then 'unused_commitment_expense'
        else 'cloud_expense'
    end as x_entry,
    tags,
    x_cost_categories,
    x_line_item_id,
    delivery as x_delivery_id
from covered_charges
