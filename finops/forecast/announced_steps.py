"""Put announced steps into the months to come: commitments that end, and planned changes."""

from collections.abc import Hashable, Mapping
from datetime import date
from decimal import Decimal

import pandas as pd

from finops.forecast.known import MEASURES, Known
from finops.forecast.outlook import cents
from finops.forecast.rows import Rows, last_day, new_row
from finops.inputs.planned_changes import NOBODY

__all__ = ["LEARNED_DAYS", "add_steps", "planned_cost", "planned_item"]

# A forecast follows a new level after so many days: of a step 7 days old it holds a half, of one
# of 14 days three quarters (measured on flat series with noise).
LEARNED_DAYS = 14
_DAY = pd.Timedelta(days=1)


def add_steps(rows: Rows, known: Known, period: str) -> None:
    """Add what each day of a month costs more once a commitment has ended.

    `known.expiries` has one row per measure, item and last day: what a day costs more after it.
    Usage that was covered is then paid on demand, and the fee is no longer due. Then what is
    planned.
    """
    for step in known.expiries.to_dict("records"):
        days = _days_after(pd.Timestamp(step["x_end"]), known, period)
        if days:
            about = [str(step[name]) for name in ("x_team", "x_service", "service_name")]
            owner = (str(step["billing_currency"]), str(step["x_cost_centre"]))
            item = (*about, "commitment_end", *owner)
            row = rows.setdefault((period, str(step["x_measure"]), *item), new_row())
            row["x_forecast"] += cents(float(step["x_per_day"]) * days)
    _add_planned(rows, known, period)


def _add_planned(rows: Rows, known: Known, period: str) -> None:
    """Add what business/planned_changes.csv says, billed and effective alike."""
    first, end = pd.Timestamp(f"{period}-01"), last_day(period)
    added = planned_cost(known.planned, known.last, first, end)
    for change, value in zip(known.planned.to_dict("records"), added, strict=True):
        for measure in MEASURES if value else ():
            key = (period, measure, *planned_item(change))
            rows.setdefault(key, new_row())["x_forecast"] += value


def _days_after(end: pd.Timestamp, known: Known, period: str) -> float:
    """Return how many days of the month are to come and lie after the hour of `end`."""
    first = max(end.ceil("h"), known.last + _DAY, pd.Timestamp(f"{period}-01"))
    return float(max((last_day(period) + _DAY - first) / _DAY, 0.0))


def planned_item(change: Mapping[Hashable, object]) -> tuple[str, ...]:
    """Return the item (columns of `ITEM`) that a row of `planned_frame` is booked under."""
    names = ("x_team", "service_name", "billing_currency", "x_cost_centre")
    team, service, currency, centre = (str(change[name]) for name in names)
    return (team, NOBODY, service, "planned", currency, centre)


def planned_cost(
    planned: pd.DataFrame, last: pd.Timestamp, first: pd.Timestamp, end: pd.Timestamp
) -> list[Decimal]:
    """Return what each change adds to the forecast of the days from `first` to `end`, in cents.

    `last` is the last day that the forecast knows: what its last 14 days already had of a change is
    in the forecast, so only the difference is added; a one-off counts if its day is to come.
    """
    days = pd.date_range(max(first, last + _DAY), end)
    seen = pd.date_range(end=last, periods=LEARNED_DAYS)
    return [_of_change(one, days, seen) for one in planned.itertuples(index=False)]


def _of_change(one: object, days: pd.DatetimeIndex, seen: pd.DatetimeIndex) -> Decimal:
    start, end, monthly = (getattr(one, name) for name in ("start", "end", "x_per_month"))
    if start == end:
        return Decimal(monthly if pd.Timestamp(start) in days else 0)
    learned = _level(start, end, seen).mean()
    shares = (_level(start, end, days) - learned) / days.days_in_month
    return cents(float(monthly) * float(shares.sum()))


def _level(start: date, end: date, days: pd.DatetimeIndex) -> "pd.Series[float]":
    running = [start <= day.date() <= end for day in days]
    return pd.Series(running, index=range(len(days)), dtype=float)
