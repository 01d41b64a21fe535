-- One row per month, day, commitment, its user and AWS service: what the commitment saved its user.
-- Only where the settings give the benefit to who bought; the buyer is NULL if nobody tells him.
with fee_owners as (
    select
        billing_period,
        billing_currency,
        commitment_discount_id,
        x_team,
        x_service,
        x_environment,
        x_cost_centre,
        row_number() over (
            partition by billing_period, billing_currency, commitment_discount_id
            order by sum(abs(billed_cost)) desc, x_team, x_service, x_environment, x_cost_centre
        ) as x_rank
    from facts.owned_cost
    where
        charge_category = 'Purchase'
        and commitment_discount_id is not null
        and x_team <> 'unowned'
    group by
        billing_period,
        billing_currency,
        commitment_discount_id,
        x_team,
        x_service,
        x_environment,
        x_cost_centre
)

select
    used.billing_period,
    used.charge_date,
    used.sub_account_id,
    used.service_category,
    used.service_name,
    used.x_service_code,
    used.charge_category,
    used.billing_currency,
    used.commitment_discount_id,
    used.x_service,
    used.x_team,
    used.x_environment,
    used.x_cost_centre,
    coalesce(buyers.x_service, accounts.x_service, 'unowned') as x_buyer_service,
    coalesce(buyers.x_team, accounts.x_team) as x_buyer_team,
    coalesce(buyers.x_environment, accounts.x_environment, 'unknown') as x_buyer_environment,
    coalesce(buyers.x_cost_centre, accounts.x_cost_centre, 'unowned') as x_buyer_cost_centre,
    sum(used.list_cost - used.effective_cost) as x_commitment_benefit
from facts.owned_cost as used
inner join mappings.settings
    on settings.commitment_benefit = 'bought'
left join fee_owners as buyers
    on
        used.billing_period = buyers.billing_period
        and used.billing_currency = buyers.billing_currency
        and used.commitment_discount_id = buyers.commitment_discount_id
        and buyers.x_rank = 1
-- Where no fee has an owner, who owns what nobody else does in the account of the commitment's ARN.
left join mappings.account_owners as accounts
    on
        buyers.x_team is null
        and split_part(used.commitment_discount_id, ':', 5) = accounts.x_account_key
        and used.charge_date >= accounts.valid_from
        and used.charge_date < accounts.valid_to
where used.commitment_discount_status = 'Used'
group by
    used.billing_period,
    used.charge_date,
    used.sub_account_id,
    used.service_category,
    used.service_name,
    used.x_service_code,
    used.charge_category,
    used.billing_currency,
    used.commitment_discount_id,
    used.x_service,
    used.x_team,
    used.x_environment,
    used.x_cost_centre,
    coalesce(buyers.x_service, accounts.x_service, 'unowned'),
    coalesce(buyers.x_team, accounts.x_team),
    coalesce(buyers.x_environment, accounts.x_environment, 'unknown'),
    coalesce(buyers.x_cost_centre, accounts.x_cost_centre, 'unowned')
