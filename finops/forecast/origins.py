"""Say what the same forecast would have said on earlier days, and how far off it was."""

from dataclasses import dataclass, field

import numpy as np

from finops.anomalies.series import Floats
from finops.forecast.usage import MODELS, Forecaster

__all__ = ["LONG_DAYS", "WINDOW", "Origins", "combined"]

# Days of a window that stands for a month, and windows that are looked ahead.
WINDOW, _WINDOWS = 30, 12
LONG_DAYS = WINDOW * _WINDOWS
_STRIDE, _FIRST, _MOST = 5, 56, 50
_LEAST = 4


@dataclass
class Origins:
    """Forecasts of a forecaster made on earlier days, kept so that none is made twice."""

    forecaster: Forecaster
    _kept: dict[int, Floats] = field(default_factory=dict)

    def missed(self, last: int, days: int, skip: int = 0) -> tuple[Floats, Floats]:
        """Return forecasts (origin x model x key) and actual cost (origin x key) of past windows.

        Each window has `days` days, `skip` days after those that its forecast knew, and ends at row
        `last` or before; the newest comes first.
        """
        # Always the same days, so that the estimates of several days share them.
        newest = (last + 1 - days - skip) // _STRIDE * _STRIDE
        starts = list(range(newest, _FIRST, -_STRIDE))[:_MOST]
        cost = self.forecaster.cost
        found = [self._sum(start, skip, days) for start in starts]
        actual = [cost[start + skip : start + skip + days].sum(axis=0) for start in starts]
        keys = cost.shape[1]
        return (
            np.array(found).reshape(len(starts), len(MODELS), keys),
            np.array(actual).reshape(len(starts), keys),
        )

    def _sum(self, start: int, skip: int, days: int) -> Floats:
        sums = self._sums(start)
        before = sums[:, :, skip - 1] if skip else 0.0
        window: Floats = (sums[:, :, skip + days - 1] - before).astype(float)
        return window

    def _sums(self, start: int) -> Floats:
        """Return model x key x day: the forecast from `start` on, summed up to each day."""
        if start not in self._kept:
            left = min(LONG_DAYS, len(self.forecaster.cost) - start)
            paths = self.forecaster.paths(start, left)
            self._kept[start] = paths.cumsum(axis=2).astype(np.float32)
        return self._kept[start]


def combined(found: Floats, actual: Floats) -> Floats:
    """Return the weight of each model (rows) for each key: 1 / error squared on past windows.

    With fewer than 4 past windows the models count alike.
    """
    if len(found) < _LEAST:
        return np.full(found.shape[1:], 1.0 / found.shape[1])
    error = np.abs(found - actual[:, None]).mean(axis=0)
    floor = 0.003 * np.abs(actual).mean(axis=0) + 1e-9
    weights = 1.0 / (error + floor) ** 2
    shares: Floats = weights / weights.sum(axis=0)
    return shares
