-- One row per commitment that ended before the bill does: the last day that it covered.
-- A fee may stop before its term does, and a fee for a whole month may go beyond the term.
with terms as (
    select
        commitment_discount_id,
        -- A term ends on the first moment that it doesn't cover, or a second before that.
        cast(max(x_commitment_end) - interval 1 second as date) as last_date
    from staging.charges
    where commitment_discount_id is not null
    group by commitment_discount_id
),

covered as (
    select
        commitment_discount_id,
        max(charge_date) as last_date
    from facts.owned_cost
    where commitment_discount_id is not null and effective_cost <> 0
    group by commitment_discount_id
),

ends as (
    select
        covered.commitment_discount_id,
        least(covered.last_date, coalesce(terms.last_date, covered.last_date)) as x_last_date
    from covered
    left join terms on covered.commitment_discount_id = terms.commitment_discount_id
)

select
    commitment_discount_id,
    x_last_date
from ends
where x_last_date < (select max(charge_date) from facts.owned_cost where consumed_quantity is not null)
order by commitment_discount_id
