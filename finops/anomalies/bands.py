"""Say what each day of an incident was expected to cost, and what nobody would have asked about."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from finops.anomalies.expected import Expected
from finops.anomalies.scan import DAY_SCORE, FIRST_FIT, REFIT_DAYS
from finops.daily.baseline import SMALL, Effects
from finops.daily.calendar import Calendar, calendar_of
from finops.daily.grid import Floats, grid_of

__all__ = ["bands"]

_BEFORE_DAYS, _AFTER_DAYS = 28, 7


def bands(
    daily: pd.DataFrame,
    found: pd.DataFrame,
    *,
    drivers: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return one row per incident of `found` and day around it, with what was expected.

    `daily`, `drivers` and `events` are those of `detect`; `daily` has the keys of `found`. Columns:
    key, start, date, is_in (whether it is of the incident), cost, expected, low, high, in the
    currency of `daily`. Days run from 28 before the incident to 7 after it. A day between low and
    high raises no alert. From the first day on, only what was known before it counts; where nothing
    was known, expected is empty.
    """
    keys = set(found["key"])
    grid = grid_of(daily[daily["key"].isin(keys)])
    columns = ["key", "start", "date", "is_in", "cost", "expected", "low", "high"]
    if found.empty or not len(grid.dates):
        return pd.DataFrame(columns=columns)
    calendar = calendar_of(grid.dates, grid.keys, drivers, events)
    memory = _Memory(Expected(grid.cost, grid.here, calendar), calendar)
    frames = []
    for row in found.to_dict("records"):
        key = grid.keys.index(row["key"])
        start, end = (int(grid.dates.searchsorted(row[name])) for name in ("start", "end"))
        days = np.arange(max(0, start - _BEFORE_DAYS), min(len(grid.dates), end + _AFTER_DAYS + 1))
        band = (
            np.zeros((3, len(days)))
            if row["kind"] in ("new_cost", "returned_cost")
            else memory.of(key, days, start)
        )
        frame = pd.DataFrame(band.T, columns=["expected", "low", "high"])
        names = {"key": row["key"], "start": row["start"], "date": grid.dates[days]}
        own = {"is_in": (days >= start) & (days <= end), "cost": grid.cost[days, key]}
        frames.append(frame.assign(**names, **own)[columns])
    return pd.concat(frames, ignore_index=True)


class _Memory:
    """What was known on each day: level, spread and effects of every key."""

    def __init__(self, expected: Expected, calendar: Calendar) -> None:
        self._calendar = calendar
        self._effects: list[Effects] = []
        shape = expected.cost.shape
        self._level, self._sigma = np.full(shape, np.nan), np.full(shape, np.nan)
        nothing = np.zeros(shape[1], dtype=bool)
        for day in range(shape[0]):
            if day >= FIRST_FIT and day % REFIT_DAYS == 0:
                expected.refit(day)
            if calendar.planned[day].any():
                expected.forget(calendar.planned[day], day)
            expected.settle(day)
            expected.bounds(day)
            self._level[day], self._sigma[day] = expected.level, expected.sigma
            self._effects.append(expected.effects)
            expected.remember(day, nothing)
        self._fees = expected.fees

    def of(self, key: int, days: NDArray[np.int_], start: int) -> Floats:
        """Return expected, low and high of some days; from `start` on as known on `start`."""
        rows = [self._of_day(key, int(day), min(int(day), start)) for day in days]
        return np.array(rows).T

    def _of_day(self, key: int, day: int, known: int) -> list[float]:
        effects = self._effects[known].coefficients[:, key]
        seasons = self._calendar.variants[:, day] @ effects
        level, room = self._level[known, key], DAY_SCORE * self._sigma[known, key]
        middle = self._calendar.features[day] @ effects
        logs = level + np.array([middle, seasons.min() - room, seasons.max() + room])
        cost = (np.exp(logs) - SMALL).clip(min=0.0)
        fee = self._fees[day, key] if day < len(self._fees) else 0.0
        cost[2] += fee if np.isfinite(fee) else 0.0
        return [float(one) for one in cost]
