"""Say what the same forecast would have said on earlier days, and how far off it was."""

from dataclasses import dataclass, field

import numpy as np

from finops.daily.grid import Floats
from finops.forecast.growth import SHARES, added, slopes
from finops.forecast.usage import GROWING, MODELS, Forecaster

__all__ = ["LONG_DAYS", "WINDOW", "Origins", "combined", "missed_of", "said_then"]

# Days of a window that stands for a month, and windows that are looked ahead.
WINDOW, _WINDOWS = 30, 12
LONG_DAYS = WINDOW * _WINDOWS
_STRIDE, _FIRST, _MOST = 5, 56, 50
_LEAST, _POWER = 4, 8
_CENT = 0.01
# Growth is learned from what it did to the next two months, from at least 50 days' starts.
_LEVEL_DAYS, _LEARNED_DAYS, _LEAST_WINDOWS = 28, 61, 10


@dataclass
class Origins:
    """Forecasts of a forecaster made on earlier days, kept so that none is made twice."""

    forecaster: Forecaster
    _kept: dict[int, Floats] = field(default_factory=dict)
    _slopes: dict[int, Floats] = field(default_factory=dict)
    _missed_by: dict[int, Floats] = field(default_factory=dict)

    def paths(self, row: int, days: int) -> Floats:
        """Return model x key x day from `row` on: what `Forecaster.paths` says, and growth."""
        flat = self.forecaster.paths(row, days)
        level = flat[:GROWING, :, :_LEVEL_DAYS].mean(axis=(0, 2))
        slope = self._share(row) * slopes(self.forecaster.cost[:row], level)
        grown = flat + slope[:, None] * np.arange(1, days + 1)
        # What shrinks ends at nothing.
        found: Floats = np.where(flat >= 0, grown.clip(min=0), grown.clip(max=0))
        return found

    def missed(self, last: int, days: int, skip: int = 0) -> tuple[Floats, Floats]:
        """Return forecasts (origin x model x key) and actual cost (origin x key) of past windows.

        Each window has `days` days, `skip` days after those that its forecast knew, and ends at row
        `last` or before; the newest comes first.
        """
        starts = self.starts(last, days, skip)
        cost = self.forecaster.cost
        found = [self._sum(start, skip, days) for start in starts]
        actual = [cost[start + skip : start + skip + days].sum(axis=0) for start in starts]
        keys = cost.shape[1]
        return (
            np.array(found).reshape(len(starts), len(MODELS), keys),
            np.array(actual).reshape(len(starts), keys),
        )

    def starts(self, last: int, days: int, skip: int = 0) -> list[int]:
        """Return the first row that each forecast of `missed` did not know, the newest first."""
        # Always the same days, so that the estimates of several days share them.
        newest = (last + 1 - days - skip) // _STRIDE * _STRIDE
        return list(range(newest, _FIRST, -_STRIDE))[:_MOST]

    def _sum(self, start: int, skip: int, days: int) -> Floats:
        sums = self._sums(start)
        before = sums[:, :, skip - 1] if skip else 0.0
        flat = (sums[:, :, skip + days - 1] - before).astype(float)
        growth = self._share(start) * added(self._slope(start), skip + 1, skip + days)
        window: Floats = flat + growth
        return window

    def _slope(self, start: int) -> Floats:
        if start not in self._slopes:
            sums = self._sums(start)[:GROWING]
            days = min(_LEVEL_DAYS, sums.shape[2])
            level = sums[:, :, days - 1].mean(axis=0) / days
            self._slopes[start] = slopes(self.forecaster.cost[:start], level)
        return self._slopes[start]

    def _share(self, row: int) -> float:
        """Return which part of growth would have been right on windows that ended before `row`."""
        starts = self.starts(row - 1, _LEARNED_DAYS)
        if len(starts) < _LEAST_WINDOWS:
            return 0.0
        missed = np.mean([self._missed_of(start) for start in starts], axis=0)
        return float(SHARES[np.argmin(missed)])

    def _missed_of(self, start: int) -> Floats:
        """Return the error of the window from `start` on with each of `SHARES`."""
        if start not in self._missed_by:
            flat = self._sums(start)[:GROWING, :, _LEARNED_DAYS - 1].mean(axis=0)
            actual = self.forecaster.cost[start : start + _LEARNED_DAYS].sum(axis=0)
            growth = added(self._slope(start), 1, _LEARNED_DAYS)
            missed = np.abs(flat + SHARES[:, None] * growth - actual).sum(axis=1)
            self._missed_by[start] = missed / max(np.abs(actual).sum(), 1.0)
        return self._missed_by[start]

    def _sums(self, start: int) -> Floats:
        """Return model x key x day: the flat forecast from `start` on, summed up to each day."""
        if start not in self._kept:
            left = min(LONG_DAYS, len(self.forecaster.cost) - start)
            paths = self.forecaster.paths(start, left)
            self._kept[start] = paths.cumsum(axis=2).astype(np.float32)
        return self._kept[start]


def combined(found: Floats, actual: Floats) -> Floats:
    """Return the weight of each model (rows) for each key, by its error on past windows.

    That is how far it was off for this key and, as much, for all keys, each beside the mean of the
    models. A weight falls with its 8th power: near to taking the best, but no choice by a hair.
    With fewer than 4 past windows the models count alike.
    """
    weights: Floats = _weights(found, actual, np.ones((1, len(found))))[0]
    return weights


def said_then(found: Floats, actual: Floats, days: int) -> Floats:
    """Return what the weighted models said of each past window (origin x key) of `days` days.

    A window's weights are of those that share no day with it: else it would look better known than
    the days to come are.
    """
    places = np.arange(len(found)) * _STRIDE
    apart = np.abs(places[:, None] - places[None]) >= days
    said: Floats = (found * _weights(found, actual, apart.astype(float))).sum(axis=1)
    return said


def missed_of(actual: Floats, said: Floats, now: Floats) -> Floats:
    """Return what was missed (origin x key), as of keys of the size that `now` is forecast.

    Up to twice as much, so also where something came that nobody saw. NaN where a key was not there
    yet: neither cost anything nor was expected to.
    """
    scale = np.clip(np.abs(now)[None] / np.maximum(np.abs(said), 1.0), 0.0, 2.0)
    is_nothing = (np.abs(actual) < _CENT) & (np.abs(said) < _CENT)
    found: Floats = np.where(is_nothing, np.nan, (actual - said) * scale)
    return found


def _weights(found: Floats, actual: Floats, counted: Floats) -> Floats:
    """Return weights (row x model x key), each from the windows that its row of `counted` has."""
    number = counted.sum(axis=1)[:, None, None]
    error = np.tensordot(counted, np.abs(found - actual[:, None]), axes=1) / np.maximum(number, 1)
    size = (counted @ np.abs(actual))[:, None] / np.maximum(number, 1)
    error = error + 0.003 * size + 1e-9
    every = error.sum(axis=2, keepdims=True)
    own, every = (one / one.mean(axis=1, keepdims=True) for one in (error, every))
    weights = np.where(number < _LEAST, 1.0, (own + every) ** -_POWER)
    shares: Floats = weights / weights.sum(axis=1, keepdims=True)
    return shares
