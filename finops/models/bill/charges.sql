-- One row per line of one delivery as a charge, in FOCUS names; x_unused_cost is what a fee left unused.
-- Source of the amortisation rules: AWS Cloud Intelligence Dashboards, summary_view.sql (2026-08).
-- The currency of lines that name none: set variable currency = 'CNY'; else USD.
-- The payers that are billed by their net columns, as net_payers.sql tells: set variable net_payers = ['123']; else none.
with line_items as (
    select
        *,
        -- A constant where there are none, as in most bills: then no line is asked.
        getvariable('net_payers') is not null
        and list_contains(getvariable('net_payers'), coalesce(bill_payer_account_id, ''))
            as uses_net_columns
    from raw.line_items
),

discounted_line_items as (
    select
        *,
        coalesce(line_item_line_item_type, 'Usage') as line_item_type,
        coalesce(line_item_operation, '') in ('EKSPod-EC2', 'ECSTask-EC2') as is_split_row,
        line_item_line_item_type in ('SavingsPlanUpfrontFee', 'SavingsPlanRecurringFee', 'RIFee')
        or (line_item_line_item_type = 'Fee' and reservation_reservation_a_r_n is not null)
            as is_commitment_fee,
        -- Refunded Savings Plans name no plan; only product code or description tell them. What
        -- comes back of an enterprise discount on them is no refund of the plan.
        case
            when line_item_line_item_type = 'Refund'
                then (
                    coalesce(savings_plan_savings_plan_a_r_n, reservation_reservation_a_r_n)
                        is not null
                    or coalesce(line_item_product_code, '') like '%SavingsPlan%'
                    or regexp_matches(
                        coalesce(line_item_line_item_description, ''),
                        '(?i)savings plan|reserved (instance|node|cache|db|database|capacity)'
                        '|reserved-instances|\bRIs?\b|sign ?up charge'
                    )
                )
                and coalesce(bill_billing_entity, '') <> 'AWS Marketplace'
                and not regexp_matches(
                    coalesce(line_item_line_item_description, ''),
                    '(?i)discount|private (pricing|rate)|\b(EDP|PPA)\b'
                )
            else false
        end as is_commitment_refund,
        -- What was paid by the month was never upfront.
        case
            when line_item_line_item_type = 'Refund'
                then regexp_matches(
                    concat_ws(
                        ' ', line_item_line_item_description, line_item_usage_type
                    ),
                    '(?i)recurring|monthly|hourly|no ?upfront'
                )
            else false
        end as is_recurring_refund,
        case
            when not uses_net_columns then line_item_unblended_cost
            when line_item_line_item_type like '%Discount'
                then coalesce(line_item_net_unblended_cost, 0)
            else coalesce(line_item_net_unblended_cost, line_item_unblended_cost)
        end as discounted_cost,
        coalesce(
            case when uses_net_columns then nullif(savings_plan_net_savings_plan_effective_cost, 0) end,
            savings_plan_savings_plan_effective_cost,
            0
        ) as savings_plan_cost,
        coalesce(
            case when uses_net_columns then nullif(reservation_net_effective_cost, 0) end,
            reservation_effective_cost,
            0
        ) as reservation_cost,
        coalesce(
            case when uses_net_columns
                then nullif(reservation_net_unused_amortized_upfront_fee_for_billing_period, 0)
            end,
            reservation_unused_amortized_upfront_fee_for_billing_period,
            0
        ) as unused_reservation_upfront,
        coalesce(
            case when uses_net_columns
                then nullif(reservation_net_unused_recurring_fee, 0)
            end,
            reservation_unused_recurring_fee,
            0
        ) as unused_reservation_fee,
        coalesce(
            case when uses_net_columns
                then nullif(reservation_net_amortized_upfront_fee_for_billing_period, 0)
            end,
            reservation_amortized_upfront_fee_for_billing_period,
            0
        ) as reservation_upfront,
        coalesce(
            case when uses_net_columns
                then nullif(savings_plan_net_amortized_upfront_commitment_for_billing_period, 0)
            end,
            savings_plan_amortized_upfront_commitment_for_billing_period,
            0
        ) as savings_plan_upfront,
        coalesce(savings_plan_total_commitment_to_date - savings_plan_used_commitment, 0)
            as gross_unused_savings_plan,
        -- AWS gives no net unused commitment; the discount on the commitment applies to it too.
        coalesce(
            case when uses_net_columns
                then (
                    coalesce(savings_plan_net_amortized_upfront_commitment_for_billing_period, 0)
                    + coalesce(savings_plan_net_recurring_commitment_for_billing_period, 0)
                ) / nullif(
                    coalesce(savings_plan_amortized_upfront_commitment_for_billing_period, 0)
                    + coalesce(savings_plan_recurring_commitment_for_billing_period, 0),
                    0
                )
            end,
            1
        ) as commitment_discount_ratio
    from line_items
),

priced_line_items as (
    select
        *,
        is_commitment_refund and not is_recurring_refund as is_upfront_refund,
        -- Covered usage is billed by the commitment's own fee, so FOCUS bills it 0; the negation
        -- line cancels its on-demand price and would otherwise count it as a saving.
        case
            when line_item_type in ('SavingsPlanCoveredUsage', 'SavingsPlanNegation') then 0
            else discounted_cost
        end as billed_cost,
        case line_item_type
            when 'RIFee' then unused_reservation_upfront + unused_reservation_fee
            when 'SavingsPlanRecurringFee'
                then case
                    when commitment_discount_ratio = 1 then gross_unused_savings_plan
                    else cast(gross_unused_savings_plan * commitment_discount_ratio as decimal(18, 10))
                end
            else 0
        end as unused_cost,
        case
            when line_item_type = 'SavingsPlanCoveredUsage' then savings_plan_cost
            when line_item_type = 'DiscountedUsage' then reservation_cost
            when line_item_type = 'SavingsPlanNegation' or is_commitment_fee or is_upfront_refund
                then 0
            else discounted_cost
        end as effective_cost,
        -- Amortisation moves an upfront fee from the month that pays it to the months that use it.
        case line_item_type
            when 'RIFee' then -reservation_upfront
            when 'SavingsPlanRecurringFee' then -savings_plan_upfront
            else 0
        end as x_commitment_trueup,
        case
            when line_item_type = 'SavingsPlanUpfrontFee' or is_upfront_refund
                or (line_item_type = 'Fee' and is_commitment_fee)
                then discounted_cost
            else 0
        end as x_upfront_cost,
        -- What is used has a list cost, what is bought to use it has none, nor has its refund.
        -- The price list knows no tax, fee, Spot or Marketplace line: those list at what they cost.
        case
            when line_item_type = 'SavingsPlanNegation' or is_commitment_fee or is_commitment_refund
                then 0
            when line_item_type like '%Discount' then 0
            when coalesce(pricing_public_on_demand_cost, 0) <> 0 then pricing_public_on_demand_cost
            when line_item_type = 'DiscountedUsage' then reservation_cost
            else line_item_unblended_cost
        end as list_cost
    from discounted_line_items
),

charges as (
    select
        identity_line_item_id as x_line_item_id,
        line_item_usage_start_date as charge_period_start,
        coalesce(line_item_usage_end_date, line_item_usage_start_date) as charge_period_end,
        bill_payer_account_id as billing_account_id,
        bill_payer_account_name as billing_account_name,
        line_item_usage_account_id as sub_account_id,
        line_item_usage_account_name as sub_account_name,
        bill_invoice_id as invoice_id,
        coalesce(bill_invoicing_entity, line_item_legal_entity, bill_billing_entity)
            as invoice_issuer_name,
        coalesce(line_item_legal_entity, bill_billing_entity) as publisher_name,
        -- An enum is written as text, and several times faster than text.
        cast(
            case
                when line_item_type = 'Tax' then 'Tax'
                when line_item_type = 'Credit' then 'Credit'
                when line_item_type = 'Refund' then 'Adjustment'
                when line_item_type = 'Fee' or is_commitment_fee then 'Purchase'
                else 'Usage'
            end
            as enum ('Adjustment', 'Credit', 'Purchase', 'Tax', 'Usage')
        ) as charge_category,
        cast(case when line_item_type = 'Refund' then 'Correction' end as enum ('Correction'))
            as charge_class,
        cast(
            case
                when line_item_type in ('RIFee', 'SavingsPlanRecurringFee') then 'Recurring'
                when line_item_type in ('Fee', 'SavingsPlanUpfrontFee', 'Tax', 'Credit', 'Refund')
                    then 'One-Time'
                else 'Usage-Based'
            end
            as enum ('One-Time', 'Recurring', 'Usage-Based')
        ) as charge_frequency,
        line_item_line_item_description as charge_description,
        line_item_type as x_line_item_type,
        bill_bill_type as x_bill_type,
        coalesce(services.service_category, 'Other') as service_category,
        coalesce(product_product_name, line_item_product_code, 'unknown') as service_name,
        line_item_product_code as x_service_code,
        line_item_usage_type as x_usage_type,
        line_item_operation as x_operation,
        product_product_family as x_product_family,
        product_instance_type as x_instance_type,
        coalesce(product_region_code, product_region) as region_id,
        line_item_availability_zone as availability_zone,
        line_item_resource_id as resource_id,
        split_line_item_parent_resource_id as x_parent_resource_id,
        cast(
            case
                when line_item_type in ('SavingsPlanCoveredUsage', 'DiscountedUsage')
                    then 'Committed'
                when line_item_type = 'Usage' and line_item_usage_type like '%Spot%' then 'Dynamic'
                when line_item_type = 'Usage' then 'Standard'
            end
            as enum ('Committed', 'Dynamic', 'Standard')
        ) as pricing_category,
        pricing_unit,
        -- A negation line repeats the usage it cancels, a split row the usage of its instance.
        case when line_item_type <> 'SavingsPlanNegation' and not is_split_row
            then line_item_usage_amount
        end as pricing_quantity,
        case
            when line_item_type in (
                'Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage', 'FlatRateSubscription'
            ) and not is_split_row
                then line_item_usage_amount
        end as consumed_quantity,
        cast(list_cost as decimal(18, 10)) as list_cost,
        -- The bill has no contracted price: usage under a commitment counts at list, the rest as billed.
        cast(
            case
                when line_item_type in ('SavingsPlanCoveredUsage', 'DiscountedUsage') then list_cost
                when is_commitment_fee or is_commitment_refund then 0
                else billed_cost
            end
            as decimal(18, 10)
        ) as contracted_cost,
        cast(billed_cost as decimal(18, 10)) as billed_cost,
        cast(effective_cost as decimal(18, 10)) as effective_cost,
        line_item_unblended_cost as x_unblended_cost,
        cast(x_commitment_trueup as decimal(18, 10)) as x_commitment_trueup,
        cast(x_upfront_cost as decimal(18, 10)) as x_upfront_cost,
        -- Payers without a discount have 0.0 in the net columns.
        cast(
            coalesce(nullif(split_line_item_net_split_cost, 0), split_line_item_split_cost)
            as decimal(18, 10)
        ) as x_split_cost,
        cast(
            coalesce(nullif(split_line_item_net_unused_cost, 0), split_line_item_unused_cost)
            as decimal(18, 10)
        ) as x_split_unused_cost,
        coalesce(line_item_currency_code, getvariable('currency'), 'USD') as billing_currency,
        coalesce(savings_plan_savings_plan_a_r_n, reservation_reservation_a_r_n)
            as commitment_discount_id,
        cast(
            case
                when savings_plan_savings_plan_a_r_n is not null then 'Spend'
                when reservation_reservation_a_r_n is not null then 'Usage'
            end
            as enum ('Spend', 'Usage')
        ) as commitment_discount_category,
        cast(
            case
                when savings_plan_savings_plan_a_r_n is not null then 'Savings Plan'
                when reservation_reservation_a_r_n is not null then 'Reserved Instance'
            end
            as enum ('Reserved Instance', 'Savings Plan')
        ) as commitment_discount_type,
        cast(
            case when line_item_type in ('SavingsPlanCoveredUsage', 'DiscountedUsage') then 'Used' end
            as enum ('Unused', 'Used')
        ) as commitment_discount_status,
        try_cast(coalesce(savings_plan_start_time, reservation_start_time) as timestamp)
            as x_commitment_start,
        try_cast(coalesce(savings_plan_end_time, reservation_end_time) as timestamp)
            as x_commitment_end,
        bill_billing_entity as x_billing_entity,
        tags,
        cost_categories as x_cost_categories,
        cast(unused_cost as decimal(18, 10)) as x_unused_cost,
        -- The columns of kept_columns.csv.
        columns('^kept_(.*)$') as '\1'
    from priced_line_items
    left join raw.service_categories as services
        on priced_line_items.line_item_product_code = services.product_code
)

select * from charges
