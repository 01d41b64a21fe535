"""Forecast the months after the next of many daily series, beside simple models in one run."""

import numpy as np
import pandas as pd

from finops.daily.grid import Floats
from finops.forecast.outlook import intervals
from finops.forecast.past_forecasts import Origins
from finops.forecast.twelve_months import missed_ahead
from finops.forecast.usage import GROWING

__all__ = ["coverage_ahead", "errors_ahead"]

_YEAR, _MONTH = 365, 30
_BLOCKS = 12


def errors_ahead(
    origins: Origins, daily: pd.DataFrame, *, first: int, every: int, ahead: tuple[int, ...]
) -> pd.DataFrame:
    """Return error and bias (ratios) by days ahead and model, the mean over days from row `first`.

    The sum of the next days by series: what is missed over what it was, without and with signs.
    """
    values, rows = daily.to_numpy(), []
    for row in range(first, len(values) - min(ahead) + 1, every):
        days = [one for one in ahead if row + one <= len(values)]
        path = origins.paths(row, max(days))[:GROWING].mean(axis=0)
        for one in days:
            actual = values[row : row + one].sum(axis=0)
            size = np.abs(actual).sum()
            sums = {"finops": path[:, :one].sum(axis=1)} | _simple(values[:row], one)
            for model, said in sums.items():
                missed = said - actual
                rows.append([one, model, np.abs(missed).sum() / size, missed.sum() / size])
    frame = pd.DataFrame(rows, columns=["days ahead", "model", "error", "bias"])
    return frame.groupby(["days ahead", "model"], sort=False).mean()


def _simple(past: Floats, days: int) -> dict[str, Floats]:
    """Return the sum of the next days as a spreadsheet would say it."""
    count = min(len(past) // _MONTH, _BLOCKS + 1)
    months = past[-count * _MONTH :].reshape(count, _MONTH, -1).mean(axis=1)
    rise = (months[-1] - months[0]) / max(count - 1, 1) / _MONTH
    found = {
        "last month": months[-1] * days,
        "last three": months[-3:].mean(axis=0) * days,
        "drift": months[-1] * days + rise * days * (days + 1) / 2,
    }
    if len(past) >= _YEAR:
        found["a year ago"] = past[-_YEAR : len(past) - _YEAR + days].sum(axis=0)
    return found


def coverage_ahead(
    origins: Origins, daily: pd.DataFrame, *, first: int, every: int, months: tuple[int, ...]
) -> pd.DataFrame:
    """Return which part of series, and of their sums, ends inside its 80 % interval, by month."""
    values, rows = daily.to_numpy(), []
    for row in range(first, len(values) - _MONTH * min(months) + 1, every):
        known = [one for one in months if row + _MONTH * one <= len(values)]
        path = origins.paths(row, _MONTH * max(known))[:GROWING].mean(axis=0)
        for month in known:
            window = slice(_MONTH * (month - 1), _MONTH * month)
            said = path[:, window].sum(axis=1)
            actual = values[row + window.start : row + window.stop].sum(axis=0)
            rows.append([month, *_inside(origins, row - 1, window.start, said, actual)])
    frame = pd.DataFrame(rows, columns=["month ahead", "series", "sum"])
    return frame.groupby("month ahead").mean()


def _inside(
    origins: Origins, last: int, skip: int, said: Floats, actual: Floats
) -> tuple[float, float]:
    draws, _ = missed_ahead(origins, last, skip, _MONTH, said)
    there = np.abs(said) > 1
    each = np.abs(actual - said) <= intervals(draws, np.abs(said))
    whole = intervals(draws.sum(axis=1)[:, None], np.abs(said.sum())[None])[0]
    return float(each[there].mean()), float(abs((actual - said).sum()) <= whole)
