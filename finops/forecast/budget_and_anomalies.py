"""Hold an estimate against budgets, against open anomalies, and against how old the bill is."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import pandas as pd

from finops.forecast.announced_steps import LEARNED_DAYS
from finops.forecast.estimate import Estimate
from finops.forecast.known import last_delivered_day
from finops.forecast.outlook import cents
from finops.forecast.rows import last_day
from finops.incidents.store import read_incidents
from finops.warehouse.connect import Warehouse

__all__ = ["Beside", "OldBill", "OpenAnomalies", "beside", "if_fixed", "old_bill"]

# A bill that is loaded every week never is older.
_FRESH_DAYS = 7
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
class OldBill:
    """The last day that the bill has, and how many days lie between it and `until`."""

    last_day: str
    until: str
    days: int


@dataclass(frozen=True)
class Beside:
    """The company's budget of the month and its open anomalies; None where there are none.

    `tax` is what of the estimate is recoverable tax, which no budget has. `budgets` are those of
    its teams, which add up to `budget`. `old_bill` is there if nothing of the last week is.
    """

    budget: Decimal | None = None
    anomalies: OpenAnomalies | None = None
    tax: Decimal = Decimal(0)
    budgets: dict[str, Decimal] = field(default_factory=dict)
    old_bill: OldBill | None = None

    def left(self, estimate: Decimal) -> Decimal | None:
        """Return the budget less an effective cost that has recoverable tax in it; None unknown."""
        return None if self.budget is None else self.budget - (estimate - self.tax)


def beside(warehouse: Warehouse, estimate: Estimate) -> Beside:
    """Return what stands beside an estimate; nothing of a company with several currencies.

    Open anomalies are those of the last `finops anomalies`, for an estimate of the last day of
    the bill only: what an anomaly costs is not known before.
    """
    months = _company(estimate)
    last = last_delivered_day(warehouse)
    old = old_bill(last, estimate.as_of, f"{datetime.now(tz=UTC):%Y-%m-%d}")
    if months["billing_currency"].nunique() != 1:
        return Beside(old_bill=old)
    budgets = _budgets(warehouse, min(months["billing_period"]))
    budget = sum(budgets.values(), Decimal(0)) if budgets else None
    is_now = estimate.as_of >= last
    found = if_fixed(_kept(warehouse), months, last=last) if is_now else None
    tax = Decimal(0) if warehouse.settings.tax_is_cost else _tax(estimate)
    return Beside(budget, found, tax, budgets, old)


def old_bill(last: str, as_of: str, today: str) -> OldBill | None:
    """Return how old the bill is that an estimate knows, if it ends more than a week before.

    An estimate of the bill's last day is one of `today`; of an earlier day the bill had it all.
    """
    if as_of < last:
        return None
    until = max(as_of, today) if as_of == last else as_of
    days = (pd.Timestamp(until) - pd.Timestamp(last)).days
    return OldBill(last, until, days) if days > _FRESH_DAYS else None


def _budgets(warehouse: Warehouse, billing_period: str) -> dict[str, Decimal]:
    """Return the budget of each team; none if one of them is in a currency without a rate."""
    rows = warehouse.sql(
        "select x_key, x_budget from facts.budgets "
        "where billing_period = $period and x_scope = 'team' order by x_key",
        period=billing_period,
    )
    if rows["x_budget"].isna().any():
        return {}
    return {str(key): Decimal(value) for key, value in zip(*rows.to_numpy().T, strict=True)}


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
