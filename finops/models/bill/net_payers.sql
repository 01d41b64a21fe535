-- One row: the payers whose bill is the sum of their net columns; '' is one that no line names.
with payer_sums as (
    select
        bill_payer_account_id,
        bool_or(has_net_cost) as has_net_cost,
        coalesce(bool_or(line_item_line_item_type like '%Discount'), false) as has_discount_lines,
        sum(case when is_cancelled then 0 else unblended_cost end) as unblended_cost,
        sum(case when is_cancelled then 0 else net_unblended_cost end) as net_unblended_cost
    from (
        select
            *,
            coalesce(
                line_item_line_item_type in ('SavingsPlanCoveredUsage', 'SavingsPlanNegation'),
                false
            ) as is_cancelled
        from raw.line_totals
    ) as line_totals
    group by bill_payer_account_id
)

-- Discounts that are lines of their own lead to the same sum; using the net columns too would count
-- them twice. Lines that lead to another, such as one free tier beside a private discount, don't
-- hold all of it.
select list(coalesce(bill_payer_account_id, '')) as net_payers
from payer_sums
where
    has_net_cost
    and (
        not has_discount_lines
        or abs(net_unblended_cost - unblended_cost) > greatest(0.01, abs(unblended_cost) / 1000000)
    )
