"""Compare the last week of each key with the weeks before: lasting steps and slow leaks."""

import numpy as np

from finops.anomalies.expected import LEAST_SIGMA, Expected
from finops.daily.grid import Floats, Mask
from finops.daily.stats import median

__all__ = ["Trends"]

_WEEK_SCORE, _WEEK_SHARE, _WEEK_MONEY = 4.0, 0.10, 35.0
_DRIFT_SCORE, _DRIFT_SHARE = 3.0, 0.12
_WEEK_HISTORY, _DRIFT_HISTORY = 42, 63
_SPREAD_DAYS = 112
_DRIFT_GAP = 38  # days from the middle of 4 to 8 weeks ago to the middle of the last week


class Trends:
    """`now` is the level of the week up to each day; steps and drifts are its distance from before.

    A rise must also pass the same week of the months before: a price that starts over each month
    is no rise.
    """

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self.now: Floats = np.full(expected.plain.shape, np.nan)
        self._step, self._drift = self.now.copy(), self.now.copy()
        self._step_spread = self._drift_spread = np.zeros(expected.plain.shape[1])

    def refit(self, day: int) -> None:
        """Measure how far steps and drifts of a key usually go."""
        rows = slice(max(0, day - 7 - _SPREAD_DAYS), max(0, day - 6))
        if rows.stop:
            self._step_spread = 1.4826 * median(np.abs(self._step[rows]))
            self._drift_spread = 1.4826 * median(np.abs(self._drift[rows]))

    def forget(self, keys: Mask, day: int) -> None:
        """Drop the weeks before an announced change."""
        self.now[:day, keys] = np.nan

    def follow(self, day: int) -> None:
        """Take a day into account."""
        self.now[day] = self._expected.usual(day - 6, day, 4)

    def week(self, day: int) -> tuple[Mask, Floats, Floats]:
        """Return whose week is off the 4 weeks before it, its score (signed) and the level then."""
        before = self._expected.usual(day - 34, day - 7, 14)
        step = self.now[day] - before
        self._step[day] = step
        high, low = self._weeks(day - 34, day - 27)
        rise = np.fmin(step, self.now[day] - high).clip(min=0.0)
        fall = np.fmax(step, self.now[day] - low).clip(max=0.0)
        step = self._without_month(np.where(step > 0, rise, fall), day, day - 34, day - 7)
        score = step / self._width(self._step_spread)
        found = (np.abs(score) > _WEEK_SCORE) & (np.abs(np.expm1(step)) >= _WEEK_SHARE)
        found &= self._money(day, step) & self._is_old(day, _WEEK_HISTORY)
        return found, np.nan_to_num(score), before

    def drift(self, day: int) -> tuple[Mask, Floats, Floats]:
        """Return whose week is above 4 to 8 weeks ago by more than it grew before, and the like."""
        before = self._expected.usual(day - 55, day - 28, 14)
        earlier = self._expected.usual(day - 111, day - 84, 14)
        growth = np.nan_to_num((before - earlier) / 56).clip(min=0.0)
        rise = self.now[day] - before - _DRIFT_GAP * growth
        for days in (30, 61):
            high, _ = self._weeks(day - days - 4, day - days + 3)
            rise = np.fmin(rise, self.now[day] - high - days * growth)
        rise = self._without_month(rise, day, day - 55, day - 28)
        self._drift[day] = rise
        width = self._width(self._drift_spread)
        found = rise > np.fmax(_DRIFT_SCORE * width, np.log1p(_DRIFT_SHARE))
        found &= self._money(day, rise) & self._is_old(day, _DRIFT_HISTORY)
        return found, np.nan_to_num(rise / width), before

    def _without_month(self, step: Floats, day: int, first: int, last: int) -> Floats:
        """Return a step less what a month of another length may have to do with it."""
        up, down = self._expected.stretched(day - 3, last, first)
        return np.where(step > 0, (step - up).clip(min=0.0), (step - down).clip(max=0.0))

    def _weeks(self, first: int, last: int) -> tuple[Floats, Floats]:
        """Return the highest and the lowest level of the weeks that end on some days."""
        rows = self.now[max(first, 0) : max(last + 1, 0)]
        if not len(rows):
            none: Floats = np.full(self.now.shape[1], np.nan)
            return none, none
        return np.fmax.reduce(rows, axis=0), np.fmin.reduce(rows, axis=0)

    def _width(self, spread: Floats) -> Floats:
        return np.fmax(np.fmax(spread, self._expected.sigma / 2), LEAST_SIGMA)

    def _money(self, day: int, step: Floats) -> Mask:
        week = self._expected.cost[max(0, day - 6) : day + 1].sum(axis=0)
        enough: Mask = np.abs(week * -np.expm1(-np.nan_to_num(step))) >= _WEEK_MONEY
        return enough

    def _is_old(self, day: int, days: int) -> Mask:
        old: Mask = day - self._expected.since >= days
        return old
