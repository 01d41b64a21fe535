"""Bill a month's usage: reserved hours, plan-covered hours and the rest at list price."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .charges import NET, PUBLIC, QUANTITY, UNBLENDED, Charges, after_edp
from .commitments import Commitment, commitments, plan_rates, reserve, save
from .company import money
from .lines import NO_LIST_PRICE, market_of, normal_size, usage_lines

RI_EFFECTIVE = "reservation_effective_cost"
SP_EFFECTIVE = "savings_plan_savings_plan_effective_cost"
SP_NET_EFFECTIVE = "savings_plan_net_savings_plan_effective_cost"


@dataclass
class BilledUsage:
    """A month's usage, split by who pays for it."""

    on_demand: Charges
    by_reservation: list[tuple[Commitment, Charges]]
    by_plan: list[tuple[Commitment, Charges]]


def bill_usage(
    meters: pd.DataFrame, usage: np.ndarray, rate: np.ndarray, month: str, replica: int
) -> BilledUsage:
    """Apply reservations first and Savings Plans second, as AWS does."""
    left = usage.copy()
    by_reservation, by_plan = [], []
    for reservation in commitments(month, "ri", replica):
        at, covered = reserve(meters, left, reservation)
        left[at] -= covered
        charges = _reserved(meters.iloc[at], covered, rate[at], reservation)
        by_reservation.append((reservation, charges))
    for plan in commitments(month, "sp", replica):
        plan_rate = plan_rates(meters, rate, plan)
        at, covered = save(left, plan_rate, rate, plan)
        left[at] = np.round(left[at] - covered, 10)
        charges = _planned(meters.iloc[at], covered, rate[at], plan_rate[at], plan)
        by_plan.append((plan, charges))
    return BilledUsage(_on_demand(meters, left, rate), by_reservation, by_plan)


def _amounts(meters: pd.DataFrame, usage: np.ndarray, rate: np.ndarray) -> pd.DataFrame:
    """Return one row per meter and hour with usage, priced at the list."""
    line, hour = np.nonzero(usage)
    quantity, size = usage[line, hour], normal_size(meters)[line]
    listed = ~market_of(meters).isin(NO_LIST_PRICE).to_numpy()[line]
    cost = money(quantity * rate[line])
    return pd.DataFrame(
        {
            "line": line,
            "start": hour,
            "end": hour + 1,
            QUANTITY: quantity,
            "line_item_normalization_factor": size,
            "line_item_normalized_usage_amount": np.round(size * quantity, 8),
            UNBLENDED: cost,
            PUBLIC: np.where(listed, cost, np.nan),
        }
    )


def _on_demand(meters: pd.DataFrame, usage: np.ndarray, rate: np.ndarray) -> Charges:
    lines, amounts = usage_lines(meters, rate), _amounts(meters, usage, rate)
    amounts[NET] = after_edp(amounts[UNBLENDED], lines["edp"].to_numpy()[amounts["line"]])
    return Charges(lines, amounts)


def _reserved(meters, covered: np.ndarray, rate: np.ndarray, reservation: Commitment) -> Charges:
    """Reserved hours cost nothing themselves; their share of the reservation stands beside them."""
    lines = usage_lines(meters, rate, "DiscountedUsage").assign(
        line_item_unblended_rate="0.0000000000",
        line_item_blended_rate="0.0000000000",
        line_item_net_unblended_rate="0.0000000000",
        line_item_line_item_description=meters["description"]
        .str.replace("per ", "reserved instance applied, per ", n=1)
        .to_numpy(),
        pricing_term="Reserved",
        **reservation_texts(reservation),
    )
    amounts = _amounts(meters, covered, rate)
    upfront = money(amounts[QUANTITY] * reservation.hourly_rate * reservation.upfront_share)
    effective = money(amounts[QUANTITY] * reservation.hourly_rate)
    costs = {
        RI_EFFECTIVE: effective,
        "reservation_amortized_upfront_cost_for_usage": upfront,
        "reservation_recurring_fee_for_usage": money(effective - upfront),
    }
    net_upfront = after_fee_discount(upfront, reservation)
    net_recurring = after_edp(effective - upfront, True)
    net = {
        "reservation_net_effective_cost": money(net_upfront + net_recurring),
        "reservation_net_amortized_upfront_cost_for_usage": net_upfront,
        "reservation_net_recurring_fee_for_usage": net_recurring,
    }
    return Charges(lines, amounts.assign(**{UNBLENDED: 0.0, NET: 0.0}, **costs, **net))


def _planned(meters, covered, rate, plan_rate: np.ndarray, plan: Commitment) -> Charges:
    """Covered hours show their list cost, which a negation line takes back."""
    lines = usage_lines(meters, rate, "SavingsPlanCoveredUsage").assign(**plan_texts(plan))
    amounts = _amounts(meters, covered, rate)
    effective = money(amounts[QUANTITY] * plan_rate[amounts["line"]])
    costs = {
        NET: after_edp(amounts[UNBLENDED], True),
        "savings_plan_savings_plan_rate": plan_rate[amounts["line"]],
        SP_EFFECTIVE: effective,
        SP_NET_EFFECTIVE: money(effective * _net_share(plan)),
    }
    return Charges(lines, amounts.assign(**costs))


def after_fee_discount(upfront, commitment: Commitment):
    """Return what is used of an upfront fee after discounts that are in net columns.

    A fee that was paid before there were any had its discount as a line of the bill that paid it.
    """
    return after_edp(upfront, commitment.is_paid_net)


def _net_share(plan: Commitment) -> float:
    """Return what net columns leave of an hour's commitment."""
    upfront = plan.upfront_share
    return float(after_fee_discount(upfront, plan) + after_edp(1 - upfront, True))


def reservation_texts(reservation: Commitment) -> dict[str, str]:
    """Return what every line of a reservation says about it."""
    return {
        "reservation_reservation_a_r_n": reservation.arn,
        "reservation_subscription_id": str(int(reservation.arn[-8:], 16)),
        "pricing_lease_contract_length": f"{reservation.years}yr",
        "pricing_offering_class": "standard",
        "pricing_purchase_option": reservation.payment,
    }


def plan_texts(plan: Commitment) -> dict[str, str]:
    """Return what every line of a Savings Plan says about it."""
    return {
        "savings_plan_savings_plan_a_r_n": plan.arn,
        "savings_plan_start_time": instant(plan.start),
        "savings_plan_end_time": instant(plan.end - pd.Timedelta(seconds=1)),
        "savings_plan_offering_type": "ComputeSavingsPlans",
        "savings_plan_payment_option": plan.payment,
        "savings_plan_purchase_term": f"{plan.years}yr",
        "savings_plan_region": "Any",
    }


def instant(moment: pd.Timestamp) -> str:
    """Return a moment as the bill writes the ends of commitments."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
