-- One row per commitment fee of an open month that pays for days to come: what it left unused so far.
-- In a month that is not over: set variable elapsed_until = timestamp '2026-10-11';
with fees as (
    select
        file_row_number,
        commitment_discount_id,
        x_unused_cost,
        -- What the fee pays for, with its share of the upfront fee.
        billed_cost - x_commitment_trueup as whole_cost,
        greatest(charge_period_start, coalesce(x_commitment_start, charge_period_start))
            as fee_start,
        -- The bill writes the last second of a month or term.
        date_trunc(
            'minute',
            least(charge_period_end, coalesce(x_commitment_end, charge_period_end))
            + interval 1 second
        ) as fee_end
    from raw.charges
    where x_line_item_type in ('RIFee', 'SavingsPlanRecurringFee')
),

timed_fees as (
    select
        *,
        case
            when fee_start >= getvariable('elapsed_until') then 1
            else epoch(fee_end - cast(getvariable('elapsed_until') as timestamp))
                / epoch(fee_end - fee_start)
        end as share_to_come
    from fees
    where fee_end > getvariable('elapsed_until')
),

-- What commitments have covered in the period of a fee, while it is running.
running_periods as (
    select
        commitment_discount_id,
        fee_start,
        fee_end,
        sum(whole_cost) as whole_cost,
        sum(x_unused_cost) as unused_cost,
        max(share_to_come) as share_to_come
    from timed_fees
    group by commitment_discount_id, fee_start, fee_end
),

used_periods as (
    select
        periods.commitment_discount_id,
        periods.fee_start,
        periods.fee_end,
        sum(charges.effective_cost) as used_cost
    from running_periods as periods
    inner join raw.charges
        on
            periods.commitment_discount_id = charges.commitment_discount_id
            and charges.commitment_discount_status = 'Used'
            and charges.charge_period_start >= periods.fee_start
            and charges.charge_period_start < periods.fee_end
    group by periods.commitment_discount_id, periods.fee_start, periods.fee_end
),

-- AWS counts days to come as unused, or says what has been unused so far: the one that with what
-- was used comes nearer to the whole fee, or to the part of it whose days have passed.
running_fees as (
    select
        periods.commitment_discount_id,
        periods.fee_start,
        periods.fee_end,
        abs(coalesce(used_cost, 0) + unused_cost - whole_cost)
        <= abs(coalesce(used_cost, 0) + unused_cost - whole_cost * (1 - share_to_come))
            as is_to_the_end
    from running_periods as periods
    left join used_periods
        on
            periods.commitment_discount_id is not distinct from used_periods.commitment_discount_id
            and periods.fee_start = used_periods.fee_start
            and periods.fee_end = used_periods.fee_end
),

costs_to_come as (
    select
        timed_fees.*,
        coalesce(running_fees.is_to_the_end, true) as is_to_the_end,
        cast(whole_cost * share_to_come as decimal(18, 10)) as cost_to_come
    from timed_fees
    left join running_fees
        on
            timed_fees.commitment_discount_id
            is not distinct from running_fees.commitment_discount_id
            and timed_fees.fee_start = running_fees.fee_start
            and timed_fees.fee_end = running_fees.fee_end
),

unused_so_far as (
    select
        *,
        -- More than all of it may be used: that stays below zero.
        case
            when is_to_the_end
                then greatest(x_unused_cost - cost_to_come, least(x_unused_cost, 0))
            else x_unused_cost
        end as unused_cost
    from costs_to_come
)

select
    file_row_number,
    cast(unused_cost as decimal(18, 10)) as unused_cost,
    -- Billed already, and no cost of the days so far.
    cast(
        case when is_to_the_end then x_unused_cost - unused_cost else cost_to_come end
        as decimal(18, 10)
    ) as x_commitment_trueup
from unused_so_far
where unused_cost <> 0 or cost_to_come <> 0
