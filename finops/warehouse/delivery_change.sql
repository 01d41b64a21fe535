-- One row per AWS service, account and currency: its charges in the old delivery and in the new.
with charges as (
    select
        service_name,
        sub_account_id,
        sub_account_name,
        billing_currency,
        1 as old_charges,
        billed_cost as old_billed_cost,
        effective_cost as old_effective_cost,
        x_unblended_cost as old_unblended_cost,
        0 as new_charges,
        0 as new_billed_cost,
        0 as new_effective_cost,
        0 as new_unblended_cost
    from ledger.old_charges
    union all
    select
        service_name,
        sub_account_id,
        sub_account_name,
        billing_currency,
        0 as old_charges,
        0 as old_billed_cost,
        0 as old_effective_cost,
        0 as old_unblended_cost,
        1 as new_charges,
        billed_cost as new_billed_cost,
        effective_cost as new_effective_cost,
        x_unblended_cost as new_unblended_cost
    from ledger.new_charges
),

service_charges as (
    select
        service_name,
        sub_account_id,
        billing_currency,
        max(sub_account_name) as sub_account_name,
        sum(old_charges) as old_charges,
        sum(new_charges) as new_charges,
        sum(old_billed_cost) as old_billed_cost,
        sum(new_billed_cost) as new_billed_cost,
        sum(old_effective_cost) as old_effective_cost,
        sum(new_effective_cost) as new_effective_cost,
        sum(old_unblended_cost) as old_unblended_cost,
        sum(new_unblended_cost) as new_unblended_cost
    from charges
    group by service_name, sub_account_id, billing_currency
)

select
    service_name,
    sub_account_id,
    sub_account_name,
    billing_currency,
    case
        when old_charges = 0 then 'new'
        when new_charges = 0 then 'gone'
        when
            old_charges = new_charges
            and old_billed_cost = new_billed_cost
            and old_effective_cost = new_effective_cost
            and old_unblended_cost = new_unblended_cost
            then 'same'
        else 'changed'
    end as x_kind,
    cast(old_charges as bigint) as x_old_charges,
    cast(new_charges as bigint) as x_new_charges,
    old_billed_cost as x_old_billed_cost,
    new_billed_cost as x_new_billed_cost,
    new_billed_cost - old_billed_cost as x_billed_cost_change,
    old_effective_cost as x_old_effective_cost,
    new_effective_cost as x_new_effective_cost,
    new_effective_cost - old_effective_cost as x_effective_cost_change,
    old_unblended_cost as x_old_unblended_cost,
    new_unblended_cost as x_new_unblended_cost,
    new_unblended_cost - old_unblended_cost as x_unblended_cost_change
from service_charges
order by
    abs(new_billed_cost - old_billed_cost) desc,
    abs(new_effective_cost - old_effective_cost) desc,
    service_name,
    sub_account_id,
    billing_currency
