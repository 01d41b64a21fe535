"""Show the KPIs of the FinOps Foundation that the bill can answer, beside target and trend."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from finops.definitions import before_tax, effective_cost
from finops.errors import BadInput

__all__ = ["KPIS", "Kpi", "scorecard"]


@dataclass(frozen=True)
class Kpi:
    """A KPI: name and formula as published, the page that says so, and where ours must differ.

    `target` is None where none is published; `more_is_better` says which way is up.
    """

    name: str
    formula: str
    definition: str
    difference: str
    target: float | None = None
    more_is_better: bool = True


_FINOPS = "https://www.finops.org/kpi/"
_AWS = "https://docs.aws.amazon.com/"
_ELIGIBLE = (
    "What can be covered is told by AWS's usage types: instance hours and their like, no Spot, "
    "traffic, storage or free tier; a charge of another provider counts only where it is covered."
)
# Targets: goals of the level "Run", finops.org/framework/maturity-model.
KPIS: dict[str, Kpi] = {
    "allocated": Kpi(
        "Percentage of Costs Allocated",
        f"1 - unallocated / all cost, {before_tax()}",
        f"{_FINOPS}percentage-of-costs-associated-with-unallocated-csp-cloud-resources/",
        "The published KPI is the rest of it, what is not allocated.",
        0.9,
    ),
    "untagged": Kpi(
        "Percentage of Costs Associated with Untagged CSP Cloud Resources",
        "untagged / cost that can be tagged",
        f"{_FINOPS}percentage-of-costs-associated-with-untagged-csp-cloud-resources/",
        "Of usage with a resource, and not of all cost: tax, fees and traffic take no tags.",
        more_is_better=False,
    ),
    "tagging_compliant": Kpi(
        "Percentage of CSP Cloud Costs that are Tagging Policy Compliant",
        "compliant / cost that can be tagged",
        "https://finops.org/?p=16521",
        "The published form that leaves out what can't be tagged; the policy is tag_keys.csv.",
    ),
    "commitment_waste": Kpi(
        "Percentage of Commitment Discount Waste",
        "cost of unused commitments / cost of commitments",
        f"{_FINOPS}percentage-of-commitment-based-discount-waste/",
        "Amortised: an upfront fee counts by the hours of the month.",
        more_is_better=False,
    ),
    "commitment_used": Kpi(
        "Commitment Utilization Score",
        "used commitment / total commitment",
        f"{_FINOPS}commitment-utilization-score/",
        "Never above 100 %: what a commitment doesn't cover is on-demand and no use of it.",
    ),
    "reserved_hours_used": Kpi(
        "Reservation Utilization",
        "used hours / purchased hours of reservations",
        f"{_AWS}aws-cost-management/latest/APIReference/API_ReservationAggregates.html",
        "An hour of any size counts as one, so it isn't the share of the money.",
    ),
    "compute_covered": Kpi(
        "Percent of Compute Spend Covered by Commitment Discounts",
        "spend covered / spend that could be covered, of compute, at list prices",
        f"{_FINOPS}percent-of-compute-spend-covered-by-commitment-based-discounts/",
        f"Compute is EC2, Fargate and Lambda. {_ELIGIBLE}",
        0.8,
    ),
    "usage_covered": Kpi(
        "Commitment Discount Coverage",
        "on-demand equivalent of covered usage / the same + eligible usage at on-demand prices",
        f"{_AWS}savingsplans/latest/userguide/ce-sp-usingCR.html",
        "Of Savings Plans and reservations together, databases and machine learning too; AWS "
        f"reports each alone. {_ELIGIBLE}",
    ),
    "instance_hours_covered": Kpi(
        "Instance Hours Covered by Commitment Discounts",
        "covered hours / running hours of instances",
        f"{_AWS}aws-cost-management/latest/APIReference/API_CoverageHours.html",
        "Hours under a Savings Plan are covered, too; an hour of any size counts as one. "
        f"{_ELIGIBLE}",
    ),
    "effective_savings_rate": Kpi(
        "Effective Savings Rate Percentage",
        "1 - spend with discounts / the same usage at on-demand prices",
        f"{_FINOPS}effective-savings-rate-percentage/",
        "Base is all usage that a commitment can cover, not compute alone, with what commitments "
        "left unused and the enterprise discount on both. What it costs to achieve, people and "
        f"tools, is in no bill. {_ELIGIBLE}",
    ),
    "cost_to_revenue": Kpi(
        "Cloud Cost to Revenue",
        f"{effective_cost()} / revenue",
        "https://www.finops.org/framework/capabilities/unit-economics/",
        "Named by us: the Foundation asks for such a ratio and publishes no formula.",
        more_is_better=False,
    ),
    "budget_variance": Kpi(
        "Budget Variance",
        f"(budget - {effective_cost()}) / budget",
        f"{_FINOPS}percentage-variance-of-budgeted-vs-actual-csp-cloud-spend/",
        "The published one leaves the measure of spend open.",
        0.0,
    ),
}


def scorecard(
    scorecard_month: pd.DataFrame,
    billing_period: str,
    *,
    billing_currency: str | None = None,
    targets: dict[str, float] | None = None,
) -> pd.DataFrame:
    """Return the KPIs of a month, one row each: how they stand and where they go.

    Takes `marts.scorecard_month`. Columns: x_kpi, x_name, x_formula, x_value, its base
    (x_numerator, x_denominator and x_unit, a currency or `hours`), x_target (`targets` replace the
    published ones), x_met, x_change (against the month before, in parts of one), x_trend
    (`better`, `worse`, `same`; None without a month before), x_reason, x_definition (the page that
    publishes it) and x_difference (where ours must differ).
    Raises BadInput for a month or target that isn't known, and for several currencies.
    """
    unknown = set(targets or {}) - set(KPIS)
    if unknown:
        raise BadInput(f"No KPI {', '.join(sorted(unknown))}. There are {', '.join(KPIS)}.")
    now = _rows(scorecard_month, billing_period, billing_currency)
    if not now:
        raise BadInput(f"No KPIs of {billing_period}: that month isn't loaded.")
    before = _rows(scorecard_month, str(pd.Period(billing_period, freq="M") - 1), billing_currency)
    goals = {name: kpi.target for name, kpi in KPIS.items()} | (targets or {})
    rows = [_row(name, now[name], before.get(name, {}), goals[name]) for name in KPIS]
    return pd.DataFrame(rows)


def _rows(
    frame: pd.DataFrame, period: str, billing_currency: str | None
) -> dict[str, dict[str, Any]]:
    rows = frame[frame["billing_period"] == period]
    if billing_currency is not None:
        rows = rows[rows["billing_currency"] == billing_currency]
    currencies = sorted(set(rows["billing_currency"]))
    if len(currencies) > 1:
        raise BadInput(f"Cost is in {', '.join(currencies)}: say one billing_currency.")
    return {
        row["x_kpi"]: {str(name): None if pd.isna(one) else one for name, one in row.items()}
        for row in rows.to_dict("records")
    }


def _row(
    name: str, now: dict[str, Any], before: dict[str, Any], target: float | None
) -> dict[str, object]:
    kpi = KPIS[name]
    value, earlier = now["x_value"], before.get("x_value")
    sign = 1 if kpi.more_is_better else -1
    change = None if value is None or earlier is None else value - earlier
    met = None if value is None or target is None else sign * (value - target) >= 0
    return {
        "x_kpi": name,
        "x_name": kpi.name,
        "x_formula": kpi.formula,
        "x_value": value,
        "x_numerator": now["x_numerator"],
        "x_denominator": now["x_denominator"],
        "x_unit": now["x_unit"],
        "x_target": target,
        "x_met": met,
        "x_change": change,
        "x_trend": _trend(change, sign),
        "x_reason": now["x_reason"],
        "x_definition": kpi.definition,
        "x_difference": kpi.difference,
    }


def _trend(change: float | None, sign: int) -> str | None:
    """Name a change of at least a tenth of a point."""
    if change is None:
        return None
    if abs(change) < 0.001:
        return "same"
    return "better" if sign * change > 0 else "worse"
