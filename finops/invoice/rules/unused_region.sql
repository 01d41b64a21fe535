-- One row per account, region and AWS service in a region that the company does not use.
with known_regions as (
    select name as region_id
    from contracts
    where kind = 'region'
    union
    -- Without a list, the regions of the months before count.
    select earlier.region_id
    from facts.daily_cost as earlier
    cross join invoice_month
    where earlier.billing_period < invoice_month.billing_period
        and earlier.billing_account_id = invoice_month.billing_account_id
        and not exists (select 1 from contracts where kind = 'region')
)

select
    charges.sub_account_id,
    charges.x_service_code,
    cast(null as varchar) as x_usage_type,
    cast(null as varchar) as resource_id,
    [charges.region_id, cast(min(charges.charge_date) as varchar)] as x_values,
    count(*) as x_lines,
    sum(charges.billed_cost) as x_billed_cost,
    0 as x_expected_cost
from month_charges as charges
where charges.charge_category = 'Usage'
    and charges.region_id is not null
    and charges.region_id not in ('', 'global')
    and not exists (
        select 1 from known_regions where known_regions.region_id = charges.region_id
    )
group by charges.sub_account_id, charges.x_service_code, charges.region_id
