-- One row per billing month, day, scope, key and currency: own cost, and the part of it that is one-off.
-- Unique: billing_period, charge_date, x_scope, x_key, billing_currency.
-- Cost is before recoverable tax.
with planned_one_offs as (
    select distinct
        start,
        "end",
        key
    from business.events
    where kind = 'one_off'
),

-- What is one-off is said here and nowhere else. It recurs in no month, or no team can steer it:
-- taxes that the company bears, credits, refunds and corrections; upfront fees, which effective cost
-- never holds; and what a team or service costs on the days of an event of kind `one_off`, such as a
-- load test.
marked_cost as (
    select
        owned_cost.billing_period,
        owned_cost.charge_date,
        owned_cost.x_service,
        owned_cost.x_team,
        owned_cost.x_cost_centre,
        coalesce(nullif(services.product, ''), 'unowned') as x_product,
        owned_cost.service_name,
        owned_cost.billing_currency,
        owned_cost.x_pretax_billed_cost,
        owned_cost.x_pretax_effective_cost,
        owned_cost.x_billed_tax,
        owned_cost.x_effective_tax,
        coalesce(owned_cost.x_entry = 'vat_receivable', false) as is_tax,
        coalesce(owned_cost.x_upfront_cost, 0) as x_upfront_cost,
        owned_cost.x_covered_from is not distinct from owned_cost.x_covered_until as is_of_day,
        owned_cost.x_hourly_effective_cost,
        owned_cost.x_other_day_billed_cost,
        owned_cost.x_other_day_effective_cost,
        owned_cost.charge_category in ('Tax', 'Credit')
        or coalesce(owned_cost.charge_class = 'Correction', false)
        or exists (
            select 1
            from planned_one_offs
            where
                -- What is paid for a month is paid without the event too.
                owned_cost.x_covered_from is not distinct from owned_cost.x_covered_until
                and owned_cost.charge_date between planned_one_offs.start and planned_one_offs."end"
                and planned_one_offs.key in (owned_cost.x_service, owned_cost.x_team, '*')
        ) as is_one_off
    from facts.owned_cost
    left join mappings.service_days as services
        on
            owned_cost.x_service = services.service
            and owned_cost.charge_date >= services.valid_from
            and owned_cost.charge_date < services.valid_to
),

summed_cost as (
    select
        billing_period,
        charge_date,
        x_service,
        x_team,
        x_cost_centre,
        x_product,
        service_name,
        billing_currency,
        sum(x_pretax_billed_cost) as billed_cost,
        sum(x_pretax_effective_cost) as effective_cost,
        sum(x_billed_tax) as x_billed_tax,
        sum(x_effective_tax) as x_effective_tax,
        sum(case when is_one_off then x_pretax_billed_cost when not is_tax then x_upfront_cost else 0 end)
            as x_one_off_billed_cost,
        sum(case when is_one_off then x_pretax_effective_cost else 0 end)
            as x_one_off_effective_cost,
        sum(case when is_of_day then x_pretax_effective_cost else 0 end) as x_day_effective_cost,
        sum(case when not is_tax then x_hourly_effective_cost end) as x_hourly_effective_cost,
        sum(case when not is_tax then x_other_day_billed_cost end) as x_other_day_billed_cost,
        sum(case when not is_tax then x_other_day_effective_cost end) as x_other_day_effective_cost
    from marked_cost
    group by
        billing_period,
        charge_date,
        x_service,
        x_team,
        x_cost_centre,
        x_product,
        service_name,
        billing_currency
),

scoped_cost as (
    select *, 'company' as x_scope, '*' as x_key from summed_cost
    union all
    select *, 'team' as x_scope, x_team as x_key from summed_cost
    union all
    select *, 'service' as x_scope, x_service as x_key from summed_cost
    union all
    select *, 'product' as x_scope, x_product as x_key from summed_cost
    union all
    select *, 'cost_centre' as x_scope, x_cost_centre as x_key from summed_cost
    union all
    select *, 'aws_service' as x_scope, service_name as x_key from summed_cost
)

select
    billing_period,
    charge_date,
    x_scope,
    x_key,
    billing_currency,
    sum(billed_cost) as billed_cost,
    sum(effective_cost) as effective_cost,
    sum(x_billed_tax) as x_billed_tax,
    sum(x_effective_tax) as x_effective_tax,
    sum(x_one_off_billed_cost) as x_one_off_billed_cost,
    sum(x_one_off_effective_cost) as x_one_off_effective_cost,
    -- Without the parts of charges for several days.
    sum(x_day_effective_cost) as x_day_effective_cost,
    sum(x_hourly_effective_cost) as x_hourly_effective_cost,
    sum(x_other_day_billed_cost) as x_other_day_billed_cost,
    sum(x_other_day_effective_cost) as x_other_day_effective_cost
from scoped_cost
group by billing_period, charge_date, x_scope, x_key, billing_currency
