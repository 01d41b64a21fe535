-- One row per commitment, item, measure and end: what a day costs more after it.
-- From the newest month, of ends after it; others: set variable period = '2026-08';
-- set variable last = date '2026-09-15';
with asked_month as (
    select coalesce(getvariable('period'), max(billing_period)) as billing_period
    from marts.trust_header
),

asked as (
    select
        billing_period,
        last_day(cast(billing_period || '-01' as date)) as month_end,
        coalesce(
            cast(getvariable('last') as date), last_day(cast(billing_period || '-01' as date))
        ) as last_date
    from asked_month
),

terms as (
    select
        commitment_discount_id,
        max(x_commitment_end) as x_end
    from staging.charges
    where
        commitment_discount_id is not null
        and billing_period <= coalesce(getvariable('period'), '9999-12')
    group by commitment_discount_id
),

month_cost as (
    select
        owned_cost.*,
        coalesce(owned_cost.service_name, 'no service') as aws_service,
        day(asked.month_end) as days
    from facts.owned_cost
    inner join asked on owned_cost.billing_period = asked.billing_period
),

-- What on-demand usage of an AWS service costs of its list price: the enterprise discount.
on_demand as (
    select
        aws_service,
        billing_currency,
        cast(sum(effective_cost) as double) / cast(sum(list_cost) as double) as x_paid_share
    from month_cost
    where pricing_category = 'Standard' and list_cost > 0
    group by aws_service, billing_currency
),

-- Covered usage goes on at the on-demand price; fee and unused commitment are no longer due.
changes as (
    select
        month_cost.commitment_discount_id,
        month_cost.x_team,
        month_cost.x_service,
        month_cost.aws_service,
        month_cost.billing_currency,
        month_cost.x_cost_centre,
        month_cost.days,
        case
            when month_cost.commitment_discount_status = 'Used'
                then cast(month_cost.list_cost as double) * coalesce(on_demand.x_paid_share, 1)
            else 0
        end as x_after,
        cast(month_cost.billed_cost as double) as x_billed_before,
        cast(month_cost.effective_cost as double) as x_effective_before
    from month_cost
    left join on_demand
        on
            month_cost.aws_service = on_demand.aws_service
            and month_cost.billing_currency = on_demand.billing_currency
    where month_cost.commitment_discount_id is not null and month_cost.x_upfront_cost = 0
),

-- Exact again, so that the sum is the same on any number of threads.
measures as (
    select
        *,
        'billed_cost' as x_measure,
        cast(x_after - x_billed_before as decimal(38, 10)) as x_more
    from changes
    union all
    select
        *,
        'effective_cost' as x_measure,
        cast(x_after - x_effective_before as decimal(38, 10)) as x_more
    from changes
)

select
    terms.commitment_discount_id,
    terms.x_end,
    measures.x_measure,
    measures.x_team,
    measures.x_service,
    measures.aws_service as service_name,
    measures.billing_currency,
    measures.x_cost_centre,
    cast(sum(measures.x_more) as double) / max(measures.days) as x_per_day
from measures
inner join terms
    on measures.commitment_discount_id = terms.commitment_discount_id
where terms.x_end is not null and cast(terms.x_end as date) > (select last_date from asked)
group by
    terms.commitment_discount_id,
    terms.x_end,
    measures.x_measure,
    measures.x_team,
    measures.x_service,
    measures.aws_service,
    measures.billing_currency,
    measures.x_cost_centre
