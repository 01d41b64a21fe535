"""Say what of each day's cost had arrived when, and how long to wait until a day is complete."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from finops.daily.grid import Floats, Grid, as_days, check_columns, money
from finops.daily.stats import quantile
from finops.errors import BadInput

__all__ = ["LONGEST", "Arrivals", "arrivals_of"]

LONGEST = 5
_COMPLETE = 0.985
_LEARN_DAYS = 28
_LEAST_DAYS = 10


@dataclass(frozen=True)
class Arrivals:
    """Cost by day and key as it arrives.

    `known[lag]` is the cost known `lag + 1` days after each day, `latest` what is known by now.
    `wait` is how many days longer than one each key takes until nearly all of a day is known.
    """

    known: list[Floats]
    latest: Floats
    wait: NDArray[np.int_]


def arrivals_of(grid: Grid, deliveries: pd.DataFrame | None, as_of: pd.Timestamp) -> Arrivals:
    """Return the arrivals of `deliveries`: usage_date, key, ingest_date and cost increments.

    From the first usage day of a key in `deliveries` on, its cost is what they add up to; all else
    counts as complete on the next day. What came more than a day after `as_of` (the bill of a day
    comes on the next) isn't there yet. Raises BadInput for a wrong row, and where most of the cost
    takes longer than 5 days: then days can't be judged as they come.
    """
    if deliveries is None or deliveries.empty:
        return Arrivals([grid.cost], grid.cost, np.zeros(len(grid.keys), dtype=int))
    increments = _increments(grid, deliveries, as_of + pd.Timedelta(days=1))
    late = increments.loc[increments["lag"] > LONGEST, "cost"].sum()
    if late > increments["cost"].sum() / 2:
        raise BadInput(
            f"deliveries: most cost arrives more than {LONGEST} days after its day. "
            "Give the increments of each day's delivery, or leave deliveries out."
        )
    known = [_known(grid, increments, lag) for lag in range(1, LONGEST + 1)]
    return Arrivals(known, _known(grid, increments, None), _wait(known, increments))


def _increments(grid: Grid, deliveries: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Return row, column, lag in days and cost of each increment that had arrived."""
    check_columns(deliveries, "deliveries", ["usage_date", "key", "ingest_date", "cost"])
    usage = as_days(deliveries, "deliveries", "usage_date")
    ingest = as_days(deliveries, "deliveries", "ingest_date")
    frame = pd.DataFrame(
        {
            "day": grid.dates.get_indexer(pd.DatetimeIndex(usage)),
            "key": pd.Index(grid.keys).get_indexer(pd.Index(deliveries["key"].astype(str))),
            "lag": (ingest - usage).dt.days.clip(lower=1),
            "cost": money(deliveries, "deliveries", "cost"),
        }
    )
    return frame[(frame["day"] >= 0) & (frame["key"] >= 0) & (ingest <= until)]


def _known(grid: Grid, increments: pd.DataFrame, lag: int | None) -> Floats:
    """Return the cost known `lag` days after each day; all of it if None."""
    arrived = increments if lag is None else increments[increments["lag"] <= lag]
    cost = np.zeros_like(grid.cost)
    np.add.at(cost, (arrived["day"].to_numpy(), arrived["key"].to_numpy()), arrived["cost"])
    before = _age(grid.cost, increments) < 0
    return np.where(before, grid.cost, cost.clip(min=0.0))


def _age(cost: Floats, increments: pd.DataFrame) -> NDArray[np.int_]:
    """Return the days since the first usage day that each key has in the ledger."""
    first = np.full(cost.shape[1], len(cost))
    np.minimum.at(first, increments["key"].to_numpy(), increments["day"].to_numpy())
    age: NDArray[np.int_] = np.arange(len(cost))[:, None] - first[None, :]
    return age


def _wait(known: list[Floats], increments: pd.DataFrame) -> NDArray[np.int_]:
    """Return the days to wait for each key, learned from the first 28 days of the ledger.

    Three days of four must have 98.5 per cent of what is known after 5 days. A key that came later
    or had too few of these days waits as long as three of four others: what its own days tell is
    not known yet when the first of them are judged.
    """
    age, final = _age(known[0], increments), known[-1]
    start = min(increments["day"], default=0)
    lesson = (age >= 0) & (final > 0)
    lesson[start + _LEARN_DAYS :] = False
    enough = lesson.sum(axis=0) >= _LEAST_DAYS
    wait = np.full(final.shape[1], LONGEST - 1)
    for lag in range(LONGEST - 2, -1, -1):
        share = np.where(lesson, known[lag] / np.where(final > 0, final, 1.0), np.nan)
        wait = np.where(enough & (quantile(share, 0.25) >= _COMPLETE), lag, wait)
    if enough.any():
        wait = np.where(enough, wait, np.quantile(wait[enough], 0.75, method="higher"))
    # A key that isn't in the ledger is complete on the next day.
    return np.where((age < 0).all(axis=0), 0, wait)
