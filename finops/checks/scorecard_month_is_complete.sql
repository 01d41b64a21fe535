-- KPIs that are empty without a reason, and months with cost that have none.
select
    scorecard_month.billing_period,
    scorecard_month.x_kpi
from marts.scorecard_month as scorecard_month
where scorecard_month.x_value is null and scorecard_month.x_reason is null
union all
select distinct
    daily_cost.billing_period,
    'none' as x_kpi
from facts.daily_cost as daily_cost
left join marts.scorecard_month as scorecard_month
    on
        daily_cost.billing_period = scorecard_month.billing_period
        and daily_cost.billing_currency = scorecard_month.billing_currency
where scorecard_month.x_kpi is null
