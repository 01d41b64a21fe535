-- One row per charge of one FOCUS delivery, with the columns of charges.sql; costs are as exported.
-- The currency of charges that name none: set variable currency = 'CNY'; else USD.
-- In a month that is not over: set variable elapsed_until = timestamp '2026-10-11';
with amortisation as (
    select coalesce(bool_and(is_amortised), true) as is_amortised from raw.line_totals
),

marked_charges as (
    select
        focus_charges.*,
        amortisation.is_amortised,
        charge_category in ('Purchase', 'Adjustment') and (
            commitment_discount_id is not null
            or coalesce(x_service_code, '') like '%SavingsPlan%'
        ) as is_commitment_fee,
        coalesce(charge_category, 'Usage') in ('Usage', 'Purchase')
        and charge_class is null
        and commitment_discount_status is distinct from 'Unused'
        and (billed_cost > 0 or effective_cost > 0) as has_price
    from raw.focus_charges
    cross join amortisation
),

-- What commitments leave unused in periods that go on after what the delivery holds.
unused_periods as (
    select
        commitment_discount_id,
        charge_period_start,
        charge_period_end,
        sum(effective_cost) as unused_cost
    from raw.focus_charges
    where
        commitment_discount_status = 'Unused'
        and charge_period_end > getvariable('elapsed_until')
    group by commitment_discount_id, charge_period_start, charge_period_end
),

costs_to_come as (
    select
        periods.commitment_discount_id,
        periods.charge_period_start,
        periods.charge_period_end,
        periods.unused_cost,
        (periods.unused_cost + coalesce(sum(used.effective_cost), 0)) * least(
            epoch(periods.charge_period_end - cast(getvariable('elapsed_until') as timestamp))
            / epoch(periods.charge_period_end - periods.charge_period_start),
            1
        ) as cost_to_come
    from unused_periods as periods
    left join raw.focus_charges as used
        on
            periods.commitment_discount_id = used.commitment_discount_id
            and used.commitment_discount_status = 'Used'
            and used.charge_period_start >= periods.charge_period_start
            and used.charge_period_start < periods.charge_period_end
    group by
        periods.commitment_discount_id,
        periods.charge_period_start,
        periods.charge_period_end,
        periods.unused_cost
),

-- Less than the days to come cost is what has been unused so far: it doesn't hold them.
unused_shares as (
    select
        *,
        case
            when unused_cost >= cost_to_come then 1 - cost_to_come / nullif(unused_cost, 0)
            else 1
        end as share_so_far
    from costs_to_come
)

select
    cast(null as varchar) as x_line_item_id,
    marked_charges.charge_period_start,
    coalesce(marked_charges.charge_period_end, marked_charges.charge_period_start) as charge_period_end,
    billing_account_id,
    billing_account_name,
    -- A charge of the whole account has no sub account.
    coalesce(sub_account_id, billing_account_id) as sub_account_id,
    coalesce(sub_account_name, billing_account_name) as sub_account_name,
    invoice_id,
    coalesce(invoice_issuer_name, provider_name, service_provider_name) as invoice_issuer_name,
    coalesce(publisher_name, provider_name, service_provider_name) as publisher_name,
    coalesce(charge_category, 'Usage') as charge_category,
    charge_class,
    charge_frequency,
    charge_description,
    coalesce(charge_category, 'Usage') as x_line_item_type,
    cast(null as varchar) as x_bill_type,
    coalesce(service_category, 'Other') as service_category,
    coalesce(service_name, x_service_code, 'unknown') as service_name,
    x_service_code,
    coalesce(x_usage_type, sku_meter) as x_usage_type,
    x_operation,
    cast(null as varchar) as x_product_family,
    sku_price_details['InstanceType'] as x_instance_type,
    region_id,
    availability_zone,
    resource_id,
    cast(null as varchar) as x_parent_resource_id,
    pricing_category,
    pricing_unit,
    pricing_quantity,
    consumed_quantity,
    -- What is used has a list cost, what is bought to use it has none, nor has its correction. A price
    -- of 0 for what costs something is one that the provider does not give.
    cast(
        case
            when is_commitment_fee then 0
            when has_price
                then coalesce(
                    nullif(list_cost, 0), nullif(contracted_cost, 0), nullif(billed_cost, 0), effective_cost
                )
            else coalesce(list_cost, billed_cost)
        end
        as decimal(18, 10)
    ) as list_cost,
    cast(
        case
            when is_commitment_fee then 0
            when has_price
                then coalesce(
                    nullif(contracted_cost, 0), nullif(billed_cost, 0), nullif(list_cost, 0), effective_cost
                )
            else coalesce(contracted_cost, billed_cost)
        end
        as decimal(18, 10)
    ) as contracted_cost,
    billed_cost,
    -- A purchase that costs nothing, because its use does, is corrected at no cost too.
    cast(
        case
            when
                is_commitment_fee
                and is_amortised
                and charge_class = 'Correction'
                and charge_frequency is distinct from 'Recurring'
                then 0
            -- A share is no exact decimal: what has none keeps its digits.
            when share_so_far is null then coalesce(effective_cost, billed_cost)
            else cast(coalesce(effective_cost, billed_cost) * share_so_far as decimal(18, 10))
        end
        as decimal(18, 10)
    ) as effective_cost,
    -- FOCUS has no unblended cost: the bill is held against its own billed cost.
    billed_cost as x_unblended_cost,
    -- FOCUS does not say what amortisation moved between months.
    cast(null as decimal(18, 10)) as x_commitment_trueup,
    cast(null as decimal(18, 10)) as x_upfront_cost,
    cast(null as decimal(18, 10)) as x_split_cost,
    cast(null as decimal(18, 10)) as x_split_unused_cost,
    coalesce(billing_currency, getvariable('currency'), 'USD') as billing_currency,
    marked_charges.commitment_discount_id,
    commitment_discount_category,
    commitment_discount_type,
    commitment_discount_status,
    cast(null as timestamp) as x_commitment_start,
    cast(null as timestamp) as x_commitment_end,
    cast(null as varchar) as x_billing_entity,
    tags,
    x_cost_categories,
    cast(0 as decimal(18, 10)) as x_unused_cost,
    -- The columns of kept_columns.csv.
    columns('^kept_(.*)$') as '\1'
from marked_charges
left join unused_shares
    on
        marked_charges.commitment_discount_status = 'Unused'
        and marked_charges.commitment_discount_id = unused_shares.commitment_discount_id
        and marked_charges.charge_period_start = unused_shares.charge_period_start
        and marked_charges.charge_period_end = unused_shares.charge_period_end
