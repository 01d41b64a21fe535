"""Follow which keys cost anything at all: new ones, young ones, and those that do only at times."""

import numpy as np
from numpy.typing import NDArray

from finops.anomalies.alerts import NEW_NORMAL_DAYS
from finops.daily.baseline import log_cost
from finops.daily.grid import Floats, Mask
from finops.daily.stats import median

__all__ = ["ACTIVE", "WARM_UP_DAYS", "Activity"]

ACTIVE = 0.5  # money a day; less is nothing
WARM_UP_DAYS = 28
NEW_DAYS, NEW_MONEY = 14, 25.0
_GONE_DAYS = 60
# Weekdays only, less holidays, is dense still.
_DENSE_SHARE, _DENSE_DAYS = 0.62, 56
_VANISHED_DAYS = 28
_SPARSE_DAYS, _SPARSE_LEAST, _SPARSE_SCORE = 182, 5, 3.0
_SPARSE_RATIO, _SPARSE_SIGMA = 2.0, 0.25
_RETURN_RATIO = 1.5
_BEFORE, _NEVER = -5000, -9999


class Activity:
    """Per key: the day it was born, and whether it costs something on most days."""

    def __init__(self, cost: Floats) -> None:
        self._cost = cost
        self._active = cost > ACTIVE
        self._sums = np.vstack([np.zeros((1, cost.shape[1])), np.cumsum(self._active, axis=0)])
        self.born = np.full(cost.shape[1], _NEVER)
        self._last = np.full(cost.shape[1], _NEVER)
        self._earlier = np.full(cost.shape[1], _NEVER)
        self._told = np.zeros(cost.shape[1], dtype=bool)
        self.dense = np.zeros(cost.shape[1], dtype=bool)

    def follow(self, day: int) -> None:
        """Take a day into account; a key is born where 60 days before it cost nothing.

        What costs in the first 28 days of all was there before, as far as anybody knows.
        """
        active = self._active[day]
        born = active & (day - self._last > _GONE_DAYS) & (day >= WARM_UP_DAYS)
        there = active & (self._last == _NEVER) & (day < WARM_UP_DAYS)
        self.born = np.where(born, day, np.where(there, _BEFORE, self.born))
        self._earlier = np.where(born, self._last, self._earlier)
        self._told &= ~born
        self._last = np.where(active, day, self._last)
        self.dense = self._share(day) >= _DENSE_SHARE
        # What vanished lately is judged by what it was.
        self.dense |= self._was_dense(day)

    def young(self, day: int) -> Mask:
        """Return which keys have fewer than 28 days to be judged by."""
        young: Mask = (day - self.born < WARM_UP_DAYS) | (day < WARM_UP_DAYS)
        return young

    def _share(self, day: int) -> Floats:
        first = max(0, day + 1 - _DENSE_DAYS)
        days = np.clip(np.minimum(day + 1 - first, day - self.born + 1), 1, None)
        share: Floats = (self._sums[day + 1] - self._sums[first]) / days
        return share

    def _was_dense(self, day: int) -> Mask:
        last = day + 1 - _VANISHED_DAYS
        first = max(0, last - _DENSE_DAYS)
        if last - first < WARM_UP_DAYS:
            return np.zeros(len(self.born), dtype=bool)
        days = (self._sums[last] - self._sums[first]) / (last - first)
        was: Mask = (days >= _DENSE_SHARE) & (self.born < first)
        return was

    def new(self, day: int, muted: Mask) -> tuple[NDArray[np.int_], Floats]:
        """Return keys born in the last 14 days that passed 25 of money, once; and its multiple.

        A key that came back must pass half as much again as it ever cost on a day: together, or on
        one day where it was settled and is back so soon that the incident of its end tells it.
        `muted` has days as rows.
        """
        age = day - self.born
        young = (self.born > 0) & (age >= 0) & (age < NEW_DAYS) & ~self._told
        score = np.zeros(len(age))
        found = []
        for key in np.flatnonzero(young):
            born = self.born[key]
            most = _RETURN_RATIO * self._cost[:born, key].max(initial=0.0)
            since = self._cost[born : day + 1, key]
            score[key] = since.sum() / NEW_MONEY
            enough = since.max() if self._is_told_by_its_end(int(key)) else since.sum()
            if score[key] >= 1.0 and enough >= most:
                self._told[key] = True
                found += [] if muted[born : day + 1, key].any() else [key]
        return np.array(found, dtype=int), score

    def _is_told_by_its_end(self, key: int) -> bool:
        """Return whether a key that came back was settled, and ended not long ago."""
        born = self.born[key]
        settled = self._sums[born, key] >= WARM_UP_DAYS
        return bool(settled and born - self._earlier[key] <= NEW_NORMAL_DAYS)

    def unusual_amounts(self, day: int, cost: Floats) -> tuple[Mask, Floats, Floats]:
        """Return which sparse keys `cost` twice as much as ever in the half year before `day`.

        Beside it the robust distance from their usual amount, and log of the latter.
        """
        score, level = np.zeros(len(self.born)), np.full(len(self.born), np.nan)
        found = np.zeros(len(self.born), dtype=bool)
        keys = np.flatnonzero(~self.dense & (cost > ACTIVE))
        if not len(keys) or day < WARM_UP_DAYS:
            return found, score, level
        past = self._cost[max(0, day - _SPARSE_DAYS) : day, keys]
        amounts = np.where(past > ACTIVE, log_cost(past), np.nan)
        usual = median(amounts)
        spread = np.fmax(1.4826 * median(np.abs(amounts - usual)), _SPARSE_SIGMA)
        score[keys], level[keys] = (log_cost(cost[keys]) - usual) / spread, usual
        known = np.sum(past > ACTIVE, axis=0) >= _SPARSE_LEAST
        found[keys] = known & (cost[keys] > _SPARSE_RATIO * past.max(axis=0))
        return found & (score > _SPARSE_SCORE), score, level
