"""Keep what each key is expected to cost on a day, from the days before it."""

import numpy as np
from numpy.typing import NDArray

from finops.daily.baseline import SMALL, Effects, learn, log_cost, no_effects
from finops.daily.calendar import Calendar
from finops.daily.grid import Floats, Mask
from finops.daily.stats import centred_median, median, quantile

__all__ = ["LEAST_SIGMA", "Expected"]

LEAST_SIGMA = 0.012
_LEVEL_DAYS = 14
_SPREAD_DAYS, _TAIL_DAYS = 70, 112
_RECALL_DAYS = 120
_FEE_SIGMAS, _FEE_ROOM = 3.0, 1.25
_OUTLIER = 5.5
_UNSURE_SHARE = 0.25


class Expected:
    """The memory of a scan: log cost without effects, what it missed by, and fees of each day.

    All arrays have days as rows and keys as columns. `plain` is log cost less its effects,
    `missed` its distance from the level, `extra` the money above it, `fees` the most that the same
    day of earlier months had above it. NaN is a day that teaches nothing.
    """

    def __init__(self, cost: Floats, here: Mask, calendar: Calendar) -> None:
        self.calendar, self.logs, self.cost = calendar, log_cost(cost), cost
        self._here = here
        self._odd = calendar.odd | ~here
        filled = _without_gaps(self.logs, here)
        self._detrended = filled - centred_median(filled)
        self._features = _detrended_demand(calendar)
        self._usable = np.repeat(~self._odd[:, None], cost.shape[1], axis=1)
        self.effects: Effects = no_effects(calendar, cost.shape[1])
        self.plain: Floats = np.full(cost.shape, np.nan)
        self.missed, self.extra = self.plain.copy(), self.plain.copy()
        self.fees = np.zeros(cost.shape)
        self._apart = np.zeros(cost.shape, dtype=bool)
        self.since = np.zeros(cost.shape[1], dtype=int)
        self.level: Floats = np.full(cost.shape[1], np.nan)
        self.sigma = self.level.copy()

    def refit(self, day: int) -> None:
        """Learn the effects again from the days before `day`, and take them off what is kept."""
        self.effects = learn(self._detrended, self._features, self._usable, self.calendar, day)
        rows = np.arange(max(0, day - _RECALL_DAYS), day)
        season = self.calendar.features[rows] @ self.effects.coefficients
        kept = ~self._odd[rows][:, None] & (rows[:, None] >= self.since[None, :])
        # What a promotion did is not known before it has been learned from.
        kept &= ~self.calendar.promotion[rows] | (rows[:, None] < day - _LEVEL_DAYS)
        self.plain[rows] = np.where(kept, self.logs[rows] - season, np.nan)
        if day < _RECALL_DAYS:
            self._recall(rows)

    def _recall(self, rows: NDArray[np.int_]) -> None:
        """Measure again by how much the first days were missed: little was known when they came."""
        for row in rows:
            start = max(row, _LEVEL_DAYS) if row <= _LEVEL_DAYS // 2 else row
            level = self.usual(start - _LEVEL_DAYS, start - 1, 3)
            self.missed[row] = self.plain[row] - level
        self.missed[rows] = np.where(self._apart[rows], np.nan, self.missed[rows])

    def forget(self, keys: Mask, day: int) -> None:
        """Drop the level of keys whose announced change happens on `day`."""
        self.since[keys] = day
        self.plain[:day, keys] = np.nan

    def settle(self, day: int) -> None:
        """Set the level and its spread from the days before `day`."""
        self.level = self.usual(day - _LEVEL_DAYS, day - 1, 3)
        recent = np.abs(self.missed[max(0, day - _SPREAD_DAYS) : day])
        if len(recent) < _LEVEL_DAYS:
            return
        tail = np.abs(self.missed[max(0, day - _TAIL_DAYS) : day])
        middle = 1.4826 * median(recent)
        # A normal distribution has these two quantiles at 2.0 and 2.6 standard deviations.
        tails = np.fmax(quantile(tail, 0.95) / 2.2, quantile(tail, 0.99) / 2.9)
        self.sigma = np.where(
            np.isnan(middle), np.nan, np.fmax(np.fmax(middle, tails), LEAST_SIGMA)
        )

    def usual(self, first: int, last: int, least: int) -> Floats:
        """Return the median of `plain` over some days; NaN where fewer than `least` are known."""
        rows = self.plain[max(first, 0) : max(last + 1, 0)]
        if len(rows) < least:
            return np.full(self.plain.shape[1], np.nan)
        return np.where(np.sum(~np.isnan(rows), axis=0) >= least, median(rows), np.nan)

    def season(self, day: int) -> Floats:
        """Return the effects of a day on log cost."""
        season: Floats = self.calendar.features[day] @ self.effects.coefficients
        return season

    def bounds(self, day: int) -> tuple[Floats, Floats]:
        """Return the lowest and the highest log cost that nobody would ask about, but for noise.

        They differ on holidays, which may be like their weekday or like a weekend, where the same
        day of earlier months had a fee, and in the first weeks of a longer or shorter month.
        """
        seasons = self.calendar.variants[:, day] @ self.effects.coefficients
        shorter, longer = self.stretched(day, day - 1, day - _LEVEL_DAYS)
        low = self.level + seasons.min(axis=0) + longer
        high = self.level + seasons.max(axis=0) + shorter
        self.fees[day] = self._fees(day)
        return low, np.log(np.exp(high) + _FEE_ROOM * self.fees[day])

    def stretched(self, day: int, last: int, first: int) -> tuple[float, float]:
        """Return what a price a month adds to log cost of a day against days before it.

        Once if it adds (else 0), once if it takes away: nobody knows which keys have such a price.
        """
        before = self.calendar.stretch[max(first, 0) : max(last + 1, 1)]
        change = float(self.calendar.stretch[max(day, 0)] - np.median(before))
        return max(change, 0.0), min(change, 0.0)

    def _fees(self, day: int) -> Floats:
        """Return the most that the same day of the last months had above its level.

        On the 1st it is infinite until one is known: nobody can tell what is due then.
        """
        first = bool(self.calendar.first[day])
        rows = self.calendar.same_day[day, : 3 if first else 2]
        rows = rows[rows >= 0]
        if not len(rows):
            return np.full(self.plain.shape[1], np.inf if first else 0.0)
        past = self.extra[rows]
        # What lasted longer than a day was no fee.
        beside = np.stack([np.maximum(rows - 1, 0), np.minimum(rows + 1, day - 1)])
        past = np.where((self.extra[beside] > 0.3 * past[None]).any(axis=0), 0.0, past)
        known = ~np.isnan(past).all(axis=0)
        most = np.fmax.reduce(np.nan_to_num(past), axis=0)
        return np.where(known, most, np.inf if first else 0.0)

    def width(self, day: int) -> Floats:
        """Return the standard deviation of log cost on a day, with what is not known of demand.

        That is the variance of its coefficients, and a part of what they explain.
        """
        surge = self.calendar.surge[day]
        effects = self.effects.coefficients[-len(surge) :]
        variance = surge**2 @ (self.effects.demand_variance + (_UNSURE_SHARE * effects) ** 2)
        width: Floats = np.sqrt(self.sigma**2 + variance)
        return width

    def remember(self, day: int, found: Mask) -> None:
        """Take a day that was judged into memory; what was `found` teaches no spread."""
        plain = self.logs[day] - self.season(day)
        missed = plain - self.level
        above = missed > _FEE_SIGMAS * self.sigma
        money = self.cost[day] - np.exp(self.logs[day] - missed) + SMALL
        odd = bool(self._odd[day])
        known = ~np.isnan(missed) & self._here[day]
        self.extra[day] = np.where(known, np.where(above, money, 0.0), np.nan)
        fee = above & (self.fees[day] > 0)
        promotion = self.calendar.promotion[day]
        self.plain[day] = np.where(odd | promotion | (fee & ~found), np.nan, plain)
        apart = fee | found | self.calendar.muted[day] | promotion | odd
        self._apart[day] = apart
        # A far day that nobody reports widens the spread a little, so that it follows new noise.
        limit = np.where(np.abs(missed) > _OUTLIER * self.sigma, _FEE_SIGMAS * self.sigma, np.inf)
        self.missed[day] = np.where(apart, np.nan, np.clip(missed, -limit, limit))


def _without_gaps(logs: Floats, here: Mask) -> Floats:
    """Return log cost with the days that have no bill as a week before."""
    filled = logs.copy()
    for day in np.flatnonzero(~here).tolist():
        filled[day] = filled[max(day - 7, 0)]
    return filled


def _detrended_demand(calendar: Calendar) -> Floats:
    """Return the features with the 15-day medians of demand taken off."""
    features = calendar.features.copy()
    demand = slice(features.shape[1] - calendar.surge.shape[1], None)
    features[:, demand] -= centred_median(features[:, demand])
    return np.nan_to_num(features)
