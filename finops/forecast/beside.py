"""Hold an estimate against the budget of the company, and against anomalies that are still open."""

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from finops.anomalies.store import read_incidents
from finops.forecast.estimate import Estimate
from finops.forecast.outlook import cents
from finops.forecast.rows import last_day
from finops.forecast.sources import last_delivered_day
from finops.forecast.steps import LEARNED_DAYS
from finops.warehouse import Warehouse

__all__ = ["Beside", "OpenAnomalies", "beside", "if_fixed"]


_STALE_DAYS = 7


@dataclass(frozen=True)
class OpenAnomalies:
    """What the company's effective cost of a month becomes with anomalies that cost more."""

    billing_period: str
    count: int
    per_day: Decimal
    if_fixed: Decimal
    if_they_continue: Decimal
    billing_currency: str


@dataclass(frozen=True)
class Beside:
    """The company's budget of the month, and its open anomalies; None where there are none.

    `tax` is what of the estimate is recoverable tax, which no budget has.
    """

    budget: Decimal | None = None
    anomalies: OpenAnomalies | None = None
    tax: Decimal = Decimal(0)


def beside(warehouse: Warehouse, estimate: Estimate) -> Beside:
    """Return what stands beside an estimate; nothing of a company with several currencies.

    Open anomalies are those of the last `finops anomalies`, for an estimate of the last day of
    the bill only: what an anomaly costs is not known before.
    """
    months = _company(estimate)
    if months["billing_currency"].nunique() != 1:
        return Beside()
    budgets = warehouse.sql(
        "select x_budget from marts.unit_cost_month "
        "where x_scope = 'company' and billing_period = $period and x_budget is not null",
        period=min(months["billing_period"]),
    )["x_budget"]
    last = last_delivered_day(warehouse)
    is_now = estimate.as_of >= last
    found = if_fixed(_kept(warehouse), months, last=last) if is_now else None
    tax = Decimal(0) if warehouse.settings.tax_is_cost else _tax(estimate)
    return Beside(Decimal(budgets.iloc[0]) if len(budgets) == 1 else None, found, tax)


def if_fixed(kept: pd.DataFrame, months: pd.DataFrame, *, last: str) -> OpenAnomalies | None:
    """Return the first month of `months` with days after `last`, with anomalies fixed or not.

    `kept` has start, end, per_day (of now), state and status of incidents; those count whose cost
    is open and more, unless somebody expected it or nobody looked for a week. `months` has
    billing_period, x_estimate and billing_currency. The forecast has as much of an anomaly as the
    last 14 days had of it: fixed, that is taken away on each day left; if it continues, the rest is
    added.
    """
    day = pd.Timestamp(last)
    coming = months[[last_day(one) > day for one in months["billing_period"]]]
    is_open = (kept["state"] == "open") & (kept["status"] != "expected")
    is_recent = pd.to_datetime(kept["end"]) > day - pd.Timedelta(days=_STALE_DAYS)
    mine = kept[is_open & is_recent & (kept["per_day"] > 0)]
    if mine.empty or coming.empty:
        return None
    month = coming.sort_values("billing_period").iloc[0]
    first = max(pd.Timestamp(f"{month['billing_period']}-01"), day + pd.Timedelta(days=1))
    days = (last_day(month["billing_period"]) - first).days + 1
    per_day = float(mine["per_day"].sum())
    learned = float((mine["per_day"] * _learned(mine, day)).sum())
    return OpenAnomalies(
        billing_period=month["billing_period"],
        count=len(mine),
        per_day=cents(per_day),
        if_fixed=month["x_estimate"] - cents(learned * days),
        if_they_continue=month["x_estimate"] + cents((per_day - learned) * days),
        billing_currency=month["billing_currency"],
    )


def _learned(kept: pd.DataFrame, day: pd.Timestamp) -> "pd.Series[float]":
    """Return which part of the last 14 days each incident was there."""
    back, until = ((day - pd.to_datetime(kept[name])).dt.days for name in ("start", "end"))
    days = (back + 1).clip(upper=LEARNED_DAYS) - until.clip(lower=0)
    return days.clip(lower=0).astype(float) / LEARNED_DAYS


def _company(estimate: Estimate) -> pd.DataFrame:
    rows = estimate.summary
    mine = (rows["x_scope"] == "company") & (rows["x_measure"] == "effective_cost")
    return rows[mine]


def _tax(estimate: Estimate) -> Decimal:
    """Return the tax of the month of an estimate."""
    rows = estimate.summary
    mine = (rows["x_scope"] == "kind") & (rows["x_key"] == "tax")
    mine &= rows["x_measure"] == "effective_cost"
    mine &= rows["billing_period"] == min(rows["billing_period"])
    return sum(rows.loc[mine, "x_estimate"], Decimal(0))


def _kept(warehouse: Warehouse) -> pd.DataFrame:
    columns = ["start", "end", "per_day", "state", "status"]
    rows = read_incidents(warehouse.settings.project).values()
    return pd.DataFrame([[row[name] for name in columns] for row in rows], columns=columns)
