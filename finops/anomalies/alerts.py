"""Keep the alerts of each key, so that what goes on is told once and its end is no news."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from finops.daily.baseline import log_cost
from finops.daily.grid import Floats, Mask

__all__ = ["DOWN", "NEW_NORMAL_DAYS", "UP", "Alert", "Alerts", "Sign", "Test"]

Sign = Literal[1, -1]
Test = Literal["day", "week", "drift", "sparse", "new"]
UP: Sign = 1
DOWN: Sign = -1
_NEVER = -9999
_MERGED_DAYS = 7
# What is still there a quarter (13 whole weeks) after it was raised is the new normal: nobody undid
# it, and cost of a quarter ago no longer tells what today's should be. What goes back before that
# is told by what it goes back from.
NEW_NORMAL_DAYS = 91
_RETURN_SHARE, _RETURN_MOST = 0.10, 0.25


@dataclass(frozen=True)
class Alert:
    """What was raised. Days and key are rows and columns of the grid.

    `start` is the first day it is about, `day` the newest usage day that had arrived. `level` is
    the log cost that was usual before, and `effects` the coefficients it goes with.
    """

    key: int
    sign: Sign
    start: int
    day: int
    test: Test
    score: float
    level: float
    effects: Floats

    def of_key(self, key: int) -> "Alert":
        """Return the same alert for the key with another number."""
        return replace(self, key=key)


class Alerts:
    """The alerts raised so far, and per key and direction when that was last so."""

    def __init__(self, keys: int) -> None:
        self.raised: list[Alert] = []
        self._found = {sign: np.full(keys, _NEVER) for sign in (UP, DOWN)}
        self._day = {sign: np.full(keys, _NEVER) for sign in (UP, DOWN)}
        self._before = {sign: np.full(keys, np.nan) for sign in (UP, DOWN)}

    def quiet(self, sign: Sign, day: int, days: int) -> Mask:
        """Return which keys have had no finding in a direction for more than `days`."""
        last = np.maximum(self._found[sign], self._day[sign])
        quiet: Mask = day - last > days
        return quiet

    def raise_for(
        self,
        found: Mask,
        sign: Sign,
        test: Test,
        *,
        start: int,
        day: int,
        score: Floats,
        level: Floats,
        now: Floats,
        effects: Floats,
        tolerance: Floats,
    ) -> None:
        """Raise an alert for each key `found`, unless it goes on or goes back.

        It goes on where the same was found in the 7 days before. It goes back where `now` (log cost
        without effects) is what was usual before the last alert of the other direction, or by far
        nearer to that than to `level`, what is usual by now.
        """
        if not found.any():
            return
        merged = start - self._found[sign] <= _MERGED_DAYS
        back = start - self._day[-sign] <= NEW_NORMAL_DAYS
        back &= self._is_near(now, self._before[-sign], level, tolerance)
        self._found[sign] = np.where(found, np.maximum(start, self._found[sign]), self._found[sign])
        for key in np.flatnonzero(found & ~merged & ~back):
            self._day[sign][key] = day
            self._before[sign][key] = level[key]
            self._add(int(key), sign, test, start, day, score, level, effects)

    @staticmethod
    def _is_near(now: Floats, before: Floats, level: Floats, tolerance: Floats) -> Mask:
        half = np.fmin(np.abs(level - before) / 2, _RETURN_MOST)
        near: Mask = np.abs(now - before) <= np.fmax(np.fmax(tolerance, _RETURN_SHARE), half)
        return near

    def raise_new(
        self, keys: NDArray[np.int_], starts: NDArray[np.int_], day: int, score: Floats
    ) -> None:
        """Raise an alert for keys that had no cost before `starts`; its end is no news then."""
        for key in keys:
            self._day[UP][key] = day
            self._before[UP][key] = log_cost(np.zeros(1))[0]
            self._found[UP][key] = max(self._found[UP][key], starts[key])
            self._add(int(key), UP, "new", int(starts[key]), day, score, np.zeros(len(score)), None)

    def _add(
        self,
        key: int,
        sign: Sign,
        test: Test,
        start: int,
        day: int,
        score: Floats,
        level: Floats,
        effects: Floats | None,
    ) -> None:
        own = np.zeros(0) if effects is None else effects[:, key].copy()
        self.raised.append(
            Alert(key, sign, max(start, 0), day, test, float(score[key]), float(level[key]), own)
        )
