"""Show the KPIs of the FinOps Foundation that the bill can answer, beside target and trend."""

import pandas as pd

from finops.errors import BadInput
from finops.report.definitions import before_tax, effective_cost

__all__ = ["KPIS", "scorecard"]

# Name as published (allocated, cost_to_revenue and budget_variance are named by us), formula,
# target (None where none is published), whether more is better.
# Targets: goals of the level "Run", finops.org/framework/maturity-model.
KPIS: dict[str, tuple[str, str, float | None, bool]] = {
    "allocated": (
        "Percentage of Costs Allocated",
        f"1 - unallocated / all cost, {before_tax()}",
        0.9,
        True,
    ),
    "untagged": (
        "Percentage of Costs Associated with Untagged CSP Cloud Resources",
        "untagged / cost that can be tagged",
        None,
        False,
    ),
    "tagging_compliant": (
        "Percentage of CSP Cloud Costs that are Tagging Policy Compliant",
        "compliant / cost that can be tagged",
        None,
        True,
    ),
    "commitment_waste": (
        "Percentage of Commitment Discount Waste",
        "cost of unused commitments / cost of commitments",
        None,
        False,
    ),
    "compute_covered": (
        "Percent of Compute Spend Covered by Commitment Discounts",
        "compute covered by commitments / compute, at list prices",
        0.8,
        True,
    ),
    "effective_savings_rate": (
        "Effective Savings Rate",
        "(list cost - effective cost) / list cost, of usage",
        None,
        True,
    ),
    "cost_to_revenue": (
        "Cloud Cost to Revenue",
        f"{effective_cost()} / revenue",
        None,
        False,
    ),
    "budget_variance": (
        "Budget Variance",
        f"(budget - {effective_cost()}) / budget",
        0.0,
        True,
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

    Takes `marts.scorecard_month`. Columns: x_kpi, x_name, x_formula, x_value,
    x_target (`targets` replace the published ones), x_met, x_change (against the month before, in
    parts of one), x_trend (`better`, `worse`, `same`; None without a month before) and x_reason.
    Raises BadInput for a month or target that isn't known, and for several currencies.
    """
    unknown = set(targets or {}) - set(KPIS)
    if unknown:
        raise BadInput(f"No KPI {', '.join(sorted(unknown))}. There are {', '.join(KPIS)}.")
    now = _values(scorecard_month, billing_period, billing_currency)
    if not now:
        raise BadInput(f"No KPIs of {billing_period}: that month isn't loaded.")
    before = _values(
        scorecard_month, str(pd.Period(billing_period, freq="M") - 1), billing_currency
    )
    goals = {name: kpi[2] for name, kpi in KPIS.items()} | (targets or {})
    rows = [_row(name, *now[name], before.get(name, (None, None))[0], goals[name]) for name in KPIS]
    return pd.DataFrame(rows)


def _values(
    frame: pd.DataFrame, period: str, billing_currency: str | None
) -> dict[str, tuple[float | None, str | None]]:
    rows = frame[frame["billing_period"] == period]
    if billing_currency is not None:
        rows = rows[rows["billing_currency"] == billing_currency]
    currencies = sorted(set(rows["billing_currency"]))
    if len(currencies) > 1:
        raise BadInput(f"Cost is in {', '.join(currencies)}: say one billing_currency.")
    return {
        row["x_kpi"]: (
            None if pd.isna(row["x_value"]) else float(row["x_value"]),
            None if pd.isna(row["x_reason"]) else str(row["x_reason"]),
        )
        for row in rows.to_dict("records")
    }


def _row(
    kpi: str,
    value: float | None,
    reason: str | None,
    before: float | None,
    target: float | None,
) -> dict[str, object]:
    name, formula, _, more_is_better = KPIS[kpi]
    sign = 1 if more_is_better else -1
    change = None if value is None or before is None else value - before
    met = None if value is None or target is None else sign * (value - target) >= 0
    return {
        "x_kpi": kpi,
        "x_name": name,
        "x_formula": formula,
        "x_value": value,
        "x_target": target,
        "x_met": met,
        "x_change": change,
        "x_trend": _trend(change, sign),
        "x_reason": reason,
    }


def _trend(change: float | None, sign: int) -> str | None:
    """Name a change of at least a tenth of a point."""
    if change is None:
        return None
    if abs(change) < 0.001:
        return "same"
    return "better" if sign * change > 0 else "worse"
