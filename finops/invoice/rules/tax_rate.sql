-- One row per seller whose tax is not the agreed share of what it sold.
with sold as (
    select
        invoice_issuer_name,
        count(case when charge_category = 'Tax' then 1 end) as x_lines,
        coalesce(sum(case when charge_category = 'Tax' then billed_cost end), 0) as x_billed_cost,
        coalesce(
            sum(case when charge_category in ('Usage', 'Purchase') then billed_cost end), 0
        ) as x_before_credits,
        coalesce(
            sum(case when charge_category <> 'Tax' then billed_cost end), 0
        ) as x_after_credits
    from month_charges
    group by invoice_issuer_name
),

expected as (
    select
        sold.invoice_issuer_name,
        sold.x_lines,
        sold.x_billed_cost,
        contracts.value,
        cast(cast(sold.x_before_credits as decimal(28, 10)) * contracts.value as decimal(38, 10))
            as x_before_credits,
        cast(cast(sold.x_after_credits as decimal(28, 10)) * contracts.value as decimal(38, 10))
            as x_after_credits
    from sold
    inner join contracts
        on contracts.kind = 'tax' and sold.invoice_issuer_name = contracts.name
    cross join invoice_month
    -- Tax is added when a month is closed.
    where invoice_month.is_final
        and contracts.valid_from <= invoice_month.starts_at
        and contracts.valid_to > invoice_month.starts_at
)

select
    cast(null as varchar) as sub_account_id,
    cast(null as varchar) as x_service_code,
    cast(null as varchar) as x_usage_type,
    cast(null as varchar) as resource_id,
    [invoice_issuer_name, cast(cast(value * 100 as decimal(9, 2)) as varchar)] as x_values,
    x_lines,
    x_billed_cost,
    -- Credits and refunds may lower what is taxed, or not: anything between is right.
    greatest(
        least(x_billed_cost, greatest(x_before_credits, x_after_credits)),
        least(x_before_credits, x_after_credits)
    ) as x_expected_cost
from expected
