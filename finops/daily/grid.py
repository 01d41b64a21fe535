"""Read daily cost by key into a grid of days and keys, and refuse what can't be judged."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from finops.errors import BadInput

__all__ = [
    "Floats",
    "Grid",
    "Mask",
    "as_days",
    "beside",
    "check_columns",
    "grid_of",
    "money",
]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_SHOWN = 3


@dataclass(frozen=True)
class Grid:
    """Cost by day (rows, without gaps) and key (columns); credits, below zero, count as no cost.

    `here` is False on days that have no row of any key: their bill is missing, so nobody judges
    them. A key without a row on another day cost nothing.
    """

    dates: pd.DatetimeIndex
    keys: list[str]
    cost: Floats
    here: Mask

    def of_keys(self, keys: range) -> "Grid":
        """Return the grid of some neighbouring keys, by their numbers."""
        columns = slice(keys.start, keys.stop)
        return Grid(self.dates, self.keys[columns], self.cost[:, columns], self.here)


def grid_of(daily: pd.DataFrame) -> Grid:
    """Return the grid of `daily`: date, key, cost, and a currency column if it has one.

    Raises BadInput for a missing column, a date or cost that is none, a date and key that come
    twice, and cost in several currencies: none of these has one right reading.
    """
    check_columns(daily, "daily", ["date", "key", "cost"])
    _check_currency(daily)
    frame = pd.DataFrame({"date": as_days(daily, "daily", "date"), "key": _keys(daily)})
    frame["cost"] = money(daily, "daily", "cost")
    _check_unique(frame)
    if frame.empty:
        return Grid(pd.DatetimeIndex([]), [], np.zeros((0, 0)), np.zeros(0, dtype=bool))
    wide = frame.pivot(index="date", columns="key", values="cost")
    dates = pd.date_range(wide.index.min(), wide.index.max())
    cost = wide.reindex(dates).fillna(0.0).to_numpy(dtype=float).clip(min=0.0)
    return Grid(dates, [str(key) for key in wide.columns], cost, dates.isin(wide.index))


def beside(grids: Sequence[Grid]) -> Grid:
    """Return the keys of several grids, in order, as one of all their days."""
    days = [grid.dates for grid in grids if len(grid.dates)]
    if not days:
        return grids[0]
    dates = pd.date_range(min(one[0] for one in days), max(one[-1] for one in days))
    keys = [key for grid in grids for key in grid.keys]
    cost, here = np.zeros((len(dates), len(keys))), np.zeros(len(dates), dtype=bool)
    first = 0
    for grid in grids:
        rows = dates.get_indexer(grid.dates)
        last = first + len(grid.keys)
        cost[rows, first:last] = grid.cost
        here[rows] |= grid.here
        first = last
    return Grid(dates, keys, cost, here)


def check_columns(frame: pd.DataFrame, name: str, columns: list[str]) -> None:
    """Raise BadInput if `frame`, called `name`, lacks one of `columns`."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise BadInput(f"{name} has no column {', '.join(missing)}; it needs {', '.join(columns)}.")


def as_days(frame: pd.DataFrame, name: str, column: str) -> pd.Series:
    """Return a column as days without a time; BadInput for what is no date."""
    values = frame[column]
    if values.dtype == "datetime64[ns]" and values.notna().all():
        return pd.Series(values.to_numpy()).dt.normalize()
    texts = values.astype("object")
    days = pd.to_datetime(texts, errors="coerce", utc=True, format="mixed")
    if days.isna().any():
        place = int(np.flatnonzero(days.isna())[0])
        raise BadInput(f"{name} row {place}: {column} {texts.iloc[place]!r} is no date.")
    return days.dt.tz_localize(None).dt.normalize().astype("datetime64[ns]").reset_index(drop=True)


def money(frame: pd.DataFrame, name: str, column: str) -> pd.Series:
    """Return amounts as floats, enough for statistics; BadInput if one is not finite."""
    values = pd.to_numeric(frame[column].astype("object"), errors="coerce").astype(float)
    wrong = ~np.isfinite(values.to_numpy())
    if wrong.any():
        place = int(np.flatnonzero(wrong)[0])
        row = frame.iloc[place]
        where = f" (key {row['key']!r})" if "key" in frame.columns else ""
        raise BadInput(
            f"{name} row {place}{where}: {column} {row[column]} is no finite number "
            f"({int(wrong.sum())} such rows). Correct or leave out these rows."
        )
    return values.reset_index(drop=True)


def _keys(daily: pd.DataFrame) -> pd.Series:
    if daily["key"].isna().any():
        place = int(np.flatnonzero(daily["key"].isna())[0])
        raise BadInput(f"daily row {place}: key is empty. Name every series.")
    return daily["key"].astype(str).astype("object").reset_index(drop=True)


def _check_currency(daily: pd.DataFrame) -> None:
    for column in ("currency", "billing_currency"):
        found = sorted(set(daily[column].dropna().astype(str))) if column in daily.columns else []
        if len(found) > 1:
            raise BadInput(
                f"daily mixes {', '.join(found)} in {column}: money of two currencies never adds "
                "up. Call detect once for each."
            )


def _check_unique(frame: pd.DataFrame) -> None:
    twice = frame[frame.duplicated(["date", "key"])]
    if len(twice):
        some = ", ".join(
            f"{row.key!r} on {row.date:%Y-%m-%d}" for row in twice.head(_SHOWN).itertuples()
        )
        raise BadInput(
            f"daily has {len(twice)} rows whose date and key come twice: {some}. "
            "Sum them up, one row per date and key."
        )
