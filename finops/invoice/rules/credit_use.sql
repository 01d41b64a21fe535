-- One row per agreed credit that runs in the month and AWS service: what it gave, and what it could be given on.
with running as (
    select
        contracts.line,
        contracts.name,
        contracts.service,
        contracts.value,
        contracts.valid_from,
        contracts.valid_to
    from contracts
    cross join invoice_month
    where contracts.kind = 'credit'
        and contracts.valid_from < invoice_month.ends_at
        and contracts.valid_to > invoice_month.starts_at
),

given as (
    select
        running.line,
        charges.billing_period,
        -sum(charges.billed_cost) as x_given_cost
    from running
    cross join invoice_month
    inner join staging.charges as charges
        on charges.charge_category = 'Credit'
        and charges.billing_account_id = invoice_month.billing_account_id
        and charges.billing_period <= invoice_month.billing_period
        and charges.billing_period >= strftime(running.valid_from, '%Y-%m')
        and contains(lower(charges.charge_description), lower(running.name))
        and (
            running.service = ''
            or list_contains(string_split(running.service, '|'), charges.x_service_code)
        )
    group by running.line, charges.billing_period
),

given_in_all as (
    select
        given.line,
        sum(case when given.billing_period < invoice_month.billing_period then x_given_cost end)
            as x_given_before,
        sum(case when given.billing_period = invoice_month.billing_period then x_given_cost end)
            as x_given_now
    from given
    cross join invoice_month
    group by given.line
),

eligible as (
    select
        x_service_code,
        sum(billed_cost) as x_charged_cost
    from month_charges
    where charge_category in ('Usage', 'Purchase')
    group by x_service_code
    having sum(billed_cost) > 0
)

select
    running.line,
    running.name,
    running.valid_from,
    running.valid_to,
    running.value - coalesce(given_in_all.x_given_before, 0) as x_left_cost,
    coalesce(given_in_all.x_given_now, 0) as x_given_cost,
    eligible.x_service_code,
    eligible.x_charged_cost
from running
inner join eligible
    on running.service = ''
    or list_contains(string_split(running.service, '|'), eligible.x_service_code)
left join given_in_all on running.line = given_in_all.line
order by running.line, eligible.x_service_code
