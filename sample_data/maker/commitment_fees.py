"""Bill the commitments: negation lines, hourly and monthly fees, upfront fees."""

import numpy as np
import pandas as pd

from .charges import NET, QUANTITY, UNBLENDED, Charges, after_edp, company_line, rate_text
from .charges import single_rows as rows_of
from .commitments import Commitment, returned
from .company import hour_in_month, money, table
from .covered import (
    SP_EFFECTIVE,
    BilledUsage,
    after_fee_discount,
    instant,
    plan_texts,
    reservation_texts,
)

SP_CODE, SP_NAME = "ComputeSavingsPlans", "Savings Plans for AWS Compute usage"


def negations(billed: BilledUsage) -> list[Charges]:
    """Take back the list cost of covered usage: one line per account and price, no resource."""
    return [_negation(charges) for _, charges in billed.by_plan if len(charges.amounts)]


def _negation(covered: Charges) -> Charges:
    """Sum covered usage over its resources and turn the sign."""
    lines = covered.lines
    keys = ["line_item_usage_account_id", "line_item_usage_type", "line_item_operation"]
    group = lines.groupby(keys, sort=True).ngroup().to_numpy()
    _, first = np.unique(group, return_index=True)
    amounts = covered.amounts.assign(line=group[covered.amounts["line"]])
    sums = amounts.groupby(["line", "start", "end"], as_index=False)[
        [QUANTITY, UNBLENDED, NET]
    ].sum()
    sums[[UNBLENDED, NET]] = -money(sums[[UNBLENDED, NET]])
    texts = lines.iloc[first].reset_index(drop=True)
    texts["line_item_line_item_description"] = (
        "SavingsPlanNegation used by AccountId : "
        + texts["line_item_usage_account_id"]
        + " and UsageSku : "
        + texts["product:sku"]
    )
    blank = ["line_item_resource_id", "line_item_availability_zone", "service", "environment"]
    texts[blank] = ""
    texts["line_item_line_item_type"] = "SavingsPlanNegation"
    texts["tags"] = [{} for _ in range(len(texts))]
    return Charges(texts, sums)


def plan_fees(billed: BilledUsage, month: str) -> list[Charges]:
    """Bill each plan's hourly fee; the row says how much of the hour's commitment was used."""
    recurring = [_plan_recurring(plan, charges, month) for plan, charges in billed.by_plan]
    new = [plan for plan, _ in billed.by_plan if _bought_in(plan, month) and plan.upfront_share]
    return recurring + [_plan_upfront(plan, month) for plan in new]


def _plan_line(plan: Commitment, kind: str, text: str) -> dict:
    words = plan.payment.replace(" ", "")
    return company_line(
        kind,
        plan.account,
        SP_CODE,
        f"ComputeSP:{plan.years}yr{words}",
        text,
        edp=True,
        **plan_texts(plan),
        **{"product:product_name": SP_NAME, "product:product_family": "ComputeSavingsPlans"},
    )


def _plan_recurring(plan: Commitment, covered: Charges, month: str) -> Charges:
    hour = np.arange(plan.first_hour, plan.last_hour)
    used = covered.amounts.groupby("start")[SP_EFFECTIVE].sum().reindex(hour, fill_value=0)
    upfront = round(plan.hourly_commitment * plan.upfront_share, 10)
    recurring = round(plan.hourly_commitment - upfront, 10)
    text = f"{plan.years} year {plan.payment} Compute Savings Plan"
    line = _plan_line(plan, "SavingsPlanRecurringFee", text)
    line["line_item_unblended_rate"] = line["pricing_public_on_demand_rate"] = rate_text(recurring)
    line["tags"] = {}
    amounts = pd.DataFrame(
        {
            "line": 0,
            "start": hour,
            "end": hour + 1,
            QUANTITY: 1.0,
            UNBLENDED: recurring,
            NET: after_edp(recurring, True),
            "savings_plan_total_commitment_to_date": plan.hourly_commitment,
            "savings_plan_used_commitment": money(used.to_numpy()),
            "savings_plan_amortized_upfront_commitment_for_billing_period": upfront,
            "savings_plan_recurring_commitment_for_billing_period": recurring,
            "savings_plan_net_amortized_upfront_commitment_for_billing_period": after_fee_discount(
                upfront, plan
            ),
            "savings_plan_net_recurring_commitment_for_billing_period": after_edp(recurring, True),
        }
    )
    return Charges(pd.DataFrame([line]), amounts)


def _plan_upfront(plan: Commitment, month: str) -> Charges:
    fee = round(plan.hourly_commitment * plan.upfront_share * plan.term_hours, 10)
    text = f"{plan.years} year {plan.payment} Compute Savings Plan, upfront fee"
    line = _plan_line(plan, "SavingsPlanUpfrontFee", text)
    return rows_of([line | _purchase(fee, 1.0, plan, month)])


def _purchase(fee: float, quantity: float, bought: Commitment, month: str) -> dict:
    hour = hour_in_month(month, bought.start)
    return {
        "bill_bill_type": "Purchase",
        "start": hour,
        "end": hour + 1,
        QUANTITY: quantity,
        UNBLENDED: fee,
        NET: float(after_edp(fee, True)),
    }


def _bought_in(commitment: Commitment, month: str) -> bool:
    return f"{commitment.start:%Y-%m}" == month


def reservation_fees(billed: BilledUsage, month: str, replica: int) -> list[Charges]:
    """Bill each reservation's month, with what of it nobody used, and its upfront fee once."""
    monthly = [rows_of([_reservation_month(r, c)]) for r, c in billed.by_reservation]
    new = [r for r, _ in billed.by_reservation if _bought_in(r, month) and r.upfront_share]
    paid = [r for r in new if not r.is_successor]
    fees = monthly + [rows_of([_reservation_upfront(r, month)]) for r in paid]
    return fees + _returned(month, replica)


def _returned(month: str, replica: int) -> list[Charges]:
    """Bill reservations that were bought in error, and give their fees back when they returned."""
    rows = []
    for reservation, moment in returned(month, replica):
        if _bought_in(reservation, month):
            rows.append(_reservation_upfront(reservation, month))
        if f"{moment:%Y-%m}" == month:
            rows.append(_reservation_refund(reservation, moment, month))
    return [rows_of([row]) for row in rows]


def _reservation_line(reservation: Commitment, kind: str, text: str) -> dict:
    price = table("skus").set_index("sku").loc[reservation.sku]
    usage_type = f"{price['usage_type'].split('-')[0]}-HeavyUsage:{price['instance_type']}"
    return company_line(
        kind,
        reservation.account,
        price["service_code"],
        usage_type,
        text,
        edp=True,
        line_item_operation=price["operation"],
        **reservation_texts(reservation),
        **{
            "product:product_name": price["product_name"],
            "product:region": price["region"],
            "product:instance_type": price["instance_type"],
            "reservation_start_time": instant(reservation.start),
            "reservation_end_time": instant(reservation.end - pd.Timedelta(seconds=1)),
            "reservation_modification_status": "System" if reservation.is_successor else "Original",
            "reservation_number_of_reservations": str(reservation.count),
        },
    )


def _reservation_month(reservation: Commitment, covered: Charges) -> dict:
    hours = reservation.hours * reservation.count
    upfront_rate = reservation.hourly_rate * reservation.upfront_share
    upfront = float(money(upfront_rate * hours))
    recurring = float(money((reservation.hourly_rate - upfront_rate) * hours))
    used = covered.amounts[[c for c in covered.amounts if c != "line"]].sum()
    unused_hours = round(hours - used[QUANTITY], 8)
    rate = reservation.hourly_rate - upfront_rate
    line = _reservation_line(
        reservation, "RIFee", f"USD {rate:g} hourly fee, {reservation.payment} reservation"
    )
    return line | {
        "line_item_unblended_rate": rate_text(rate),
        "reservation_total_reserved_units": f"{hours:.10f}",
        "reservation_units_per_reservation": f"{reservation.hours:.10f}",
        "start": reservation.first_hour,
        "end": reservation.last_hour,
        QUANTITY: float(hours),
        UNBLENDED: recurring,
        NET: float(after_edp(recurring, True)),
        "reservation_unused_quantity": unused_hours,
        "reservation_upfront_value": upfront_fee(reservation),
        "reservation_net_upfront_value": float(
            after_fee_discount(upfront_fee(reservation), reservation)
        ),
        **_month_shares("reservation_", upfront, recurring, used),
        **_month_shares(
            "reservation_net_",
            float(after_fee_discount(upfront, reservation)),
            float(after_edp(recurring, True)),
            used,
        ),
    }


def _month_shares(prefix: str, upfront: float, recurring: float, used: pd.Series) -> dict:
    """Return the amortised fee of the month and what of it no usage took."""
    used_upfront = used[f"{prefix}amortized_upfront_cost_for_usage"]
    used_recurring = used[f"{prefix}effective_cost"] - used_upfront
    return {
        f"{prefix}amortized_upfront_fee_for_billing_period": float(upfront),
        f"{prefix}unused_amortized_upfront_fee_for_billing_period": float(
            money(upfront - used_upfront)
        ),
        f"{prefix}unused_recurring_fee": float(money(recurring - used_recurring)),
    }


def upfront_fee(reservation: Commitment) -> float:
    """Return what is paid upfront, or of what was modified what is left of it."""
    hours = reservation.term_hours * reservation.count
    return round(reservation.hourly_rate * reservation.upfront_share * hours, 10)


def _reservation_upfront(reservation: Commitment, month: str) -> dict:
    line = _reservation_line(reservation, "Fee", "Sign up charge for reservation")
    return line | _purchase(upfront_fee(reservation), float(reservation.count), reservation, month)


def _reservation_refund(reservation: Commitment, moment: pd.Timestamp, month: str) -> dict:
    text = "Refund of the sign up charge of a reservation bought in error"
    fee, hour = upfront_fee(reservation), hour_in_month(month, moment)
    return _reservation_line(reservation, "Refund", text) | {
        "start": hour,
        "end": hour + 1,
        QUANTITY: float(reservation.count),
        UNBLENDED: -fee,
        NET: float(after_edp(-fee, True)),
    }
