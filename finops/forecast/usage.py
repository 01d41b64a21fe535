"""Forecast the days to come of many daily series at once, in three ways that err differently."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from finops.daily.baseline import SMALL, learn, log_cost
from finops.daily.calendar import Calendar, calendar_of
from finops.daily.grid import Floats, Mask
from finops.daily.plans import events_of, holidays_of
from finops.daily.stats import centred_median, median

__all__ = ["GROWING", "MODELS", "Forecaster", "forecaster_of"]

# The rows of a path: regression on calendar and orders, smoothed level, means of like days.
MODELS = ("regression", "smoothing", "like_days")
# The first ones, whose level is that of the last days: they are taken for months ahead.
GROWING = 2
_LEVEL_DAYS, _SMOOTH_DAYS, _MEAN_DAYS = 14, 56, 28
_ACTIVE, _SWITCHES = 0.7, 6
_ALPHAS, _MOVED = np.array([0.08, 0.15, 0.3, 0.5]), 3
# Features from here on have a trend of their own: length of the month, promotions, orders.
_TRENDING = 12
# How far a holiday and the length of the month may move log cost (a standard deviation).
_EXTRA_PRIORS = (0.25, 0.5)


@dataclass(frozen=True)
class Forecaster:
    """Daily cost by day and key, signed, and a calendar that goes on after its last day.

    `cost` has the rows of the days whose cost is known, `here` which of them have a bill; the
    calendar has those and all days that may be asked for. `orders` forecasts orders, if there are
    any, because those of the days to come are not known.
    """

    cost: Floats
    here: Mask
    calendar: Calendar
    orders: "Forecaster | None"

    def paths(self, day: int, days: int) -> Floats:
        """Return model x key x day: the cost of `days` days from row `day` on, from those before.

        Nothing of row `day` or later is looked at, but the calendar and the announced promotions.
        """
        past = self.cost[:day]
        means = _like_days(past, self.here[:day], self.calendar, day, days)
        usual, smoothed = np.where(_is_sparse(past), means, self._modelled(past, day, days))
        found = np.stack([_moved(usual, smoothed), smoothed, _moved(means, smoothed)])
        coming = self.calendar.first[day : day + days]
        found[:, coming] += _fees(past, self.calendar.first[:day])
        # A refund among its days makes no use of less than nothing.
        found = np.where(_gives_back(past), found.clip(max=0), found.clip(min=0))
        return found.transpose(0, 2, 1)

    def _modelled(self, past: Floats, day: int, days: int) -> Floats:
        """Return level x day x key: the usual and the smoothed level, with what each day brings."""
        sign = np.where(_gives_back(past), -1.0, 1.0)
        features = self._features(day, days)
        signs = (sign < 0).astype(int), np.arange(len(sign))
        logs, detrended = (one[:, *signs][:day] for one in self._logs)
        plain, effects = self._without_effects(logs, detrended, features, day)
        season = features[day : day + days] @ effects
        levels = np.stack([median(plain[-_LEVEL_DAYS:]), _smoothed(plain[-_SMOOTH_DAYS:])])
        found = (np.exp(levels[:, None] + season) * _smear(plain) - SMALL).clip(min=0)
        signed: Floats = np.nan_to_num(found * sign)
        return signed

    @cached_property
    def _logs(self) -> tuple[Floats, Floats]:
        """Return day x sign x key: log cost, and the same without its trend.

        A trend needs the 7 days after; `_without_effects` leaves those out that are not known.
        """
        logs = np.stack([log_cost(np.maximum(s * self.cost, 0.0)) for s in (1.0, -1.0)], axis=1)
        flat = logs.reshape(len(logs), -1)
        return logs, (flat - centred_median(flat)).reshape(logs.shape)

    def _without_effects(
        self, logs: Floats, detrended: Floats, features: Floats, day: int
    ) -> tuple[Floats, Floats]:
        """Return the last days of log cost without effects, and the effects by feature and key."""
        level = features[:day].copy()
        level[:, _TRENDING:] -= centred_median(level[:, _TRENDING:])
        usable = (self.here[:day] & ~self.calendar.first[:day])[:, None]
        usable = np.repeat(usable, logs.shape[1], axis=1)
        # `learn` leaves out the last days, whose trend is not known.
        y, x = np.nan_to_num(detrended), np.nan_to_num(level)
        effects = learn(y, x, usable, self.calendar, day).coefficients
        rows = slice(max(0, day - 2 * _SMOOTH_DAYS), day)
        return np.where(usable[rows], logs[rows] - features[rows] @ effects, np.nan), effects

    def _features(self, day: int, days: int) -> Floats:
        """Return the features, with the orders of the days to come as they are expected."""
        features = self.calendar.features
        if self.orders is None:
            return features
        coming = self.orders.paths(day, days)[0, 0]
        known = log_cost(self.orders.cost[:day, 0])
        features = features.copy()
        last = slice(features.shape[1] - 1, None)
        features[day : day + days, last] = log_cost(coming)[:, None]
        features[:day, last] = known[:, None]
        features[:, last] -= known[0]
        return features


def forecaster_of(
    daily: pd.DataFrame,
    orders: pd.Series | None,
    events: pd.DataFrame | None,
    *,
    until: pd.Timestamp,
) -> Forecaster:
    """Return the forecaster of `daily`: a row per day, a column per key, for days up to `until`.

    A day that is all NaN has no bill. `orders` has a value per day; days without one are taken for
    their weekday. Raises BadInput for a wrong event.
    """
    dates = pd.date_range(daily.index[0], until)
    driver = None
    if orders is not None and len(orders):
        known = orders.reindex(dates[dates <= daily.index[-1]])
        wide = _filled(known).to_frame("orders")
        if bool((wide["orders"] > 0).all()):
            driver = _forecaster(wide, dates, events, None)
    return _forecaster(daily, dates, events, driver)


def _forecaster(
    daily: pd.DataFrame,
    dates: pd.DatetimeIndex,
    events: pd.DataFrame | None,
    orders: Forecaster | None,
) -> Forecaster:
    plain = calendar_of(dates, [str(one) for one in daily.columns], None, events)
    holiday = (holidays_of(dates, events_of(events)) & (dates.day_of_week < 5)).astype(float)
    extra = np.stack([holiday, plain.stretch], axis=1)
    parts = [plain.features[:, :11], extra, plain.features[:, 11:]]
    parts += [np.zeros((len(dates), 1))] if orders is not None else []
    priors = [plain.priors[:11], np.array(_EXTRA_PRIORS), plain.priors[11:13]]
    priors += [np.array([0.7])] if orders is not None else []
    calendar = replace(
        plain,
        features=np.hstack(parts),
        priors=np.concatenate(priors),
        surge=np.zeros((len(dates), 2 + (orders is not None))),
    )
    cost = daily.to_numpy(dtype=float)
    return Forecaster(np.nan_to_num(cost), ~np.isnan(cost).all(axis=1), calendar, orders)


def _filled(orders: pd.Series) -> pd.Series:
    """Return orders with missing days as a week before, then as the first day known."""
    return orders.fillna(orders.shift(7)).ffill().bfill()


def _moved(slow: Floats, smoothed: Floats) -> Floats:
    """Return a forecast, or the smoothed one where that is thrice or a third of it.

    Medians and means hold on for weeks to what stopped.
    """
    before, now = np.abs(slow).sum(axis=0), np.abs(smoothed).sum(axis=0)
    return np.where((now > _MOVED * before) | (_MOVED * now < before), smoothed, slow)


def _smoothed(plain: Floats) -> Floats:
    """Return the exponentially smoothed level, each key with the speed that fitted it best.

    Two days on the same side, both thrice or a third of the level, are the new level: something
    began, stopped or came back.
    """
    level = np.repeat(median(plain[:7])[None], len(_ALPHAS), axis=0)
    missed, before = np.zeros_like(level), np.zeros_like(level)
    for values in plain:
        error = np.nan_to_num(values[None] - level)
        missed += error**2
        moved = np.minimum(error * np.sign(before), np.abs(before)) > np.log(_MOVED)
        level = level + np.where(moved, 1.0, _ALPHAS[:, None]) * error
        before = np.where(np.isnan(values), before, error)
    best = np.argmin(missed, axis=0)
    chosen: Floats = level[best, np.arange(level.shape[1])]
    return chosen


def _gives_back(past: Floats) -> Mask:
    """Return which keys cost less than nothing on most days: discounts in lines of their own."""
    found: Mask = np.sign(past[-_MEAN_DAYS:]).sum(axis=0) < 0
    return found


def _smear(plain: Floats) -> Floats:
    """Return the mean of cost over its median: what a forecast of logarithms would leave out."""
    away = np.exp(plain - centred_median(plain))[-_SMOOTH_DAYS:]
    known = ~np.isnan(away)
    mean = np.where(known, away, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known.sum(axis=0) >= _LEVEL_DAYS, np.clip(mean, 0.9, 1.5), 1.0)


def _is_sparse(past: Floats) -> Mask:
    """Return which keys cost nothing on many days here and there: their level says nothing.

    What stopped once, or came back once, is none of them.
    """
    active = past[-_SMOOTH_DAYS:] != 0
    switches = (active[1:] != active[:-1]).sum(axis=0)
    found: Mask = (active.mean(axis=0) < _ACTIVE) & (switches >= _SWITCHES)
    return found


def _fees(past: Floats, first: Mask) -> Floats:
    """Return what the first of a month costs more than the days beside it, the last three times.

    It is the median of three; nothing where one of them was no more than a third of such a day.
    """
    rows = np.flatnonzero(first)[-3:]
    if not len(rows):
        return np.zeros(past.shape[1])
    extra = []
    for row in rows:
        beside = np.concatenate([past[max(row - 7, 0) : row], past[row + 1 : row + 8]])
        extra.append(past[row] - (np.median(beside, axis=0) if len(beside) else past[row]))
    usual = np.median(extra, axis=0)
    known = (np.array(extra) > 0.35 * (past[rows] - extra)).all(axis=0)
    return np.where(known, usual, 0.0)


def _like_days(past: Floats, here: Mask, calendar: Calendar, day: int, days: int) -> Floats:
    """Return for each day to come the mean of the last four weeks' weekdays or weekend days."""
    rows = np.arange(max(0, day - _MEAN_DAYS), day)
    # What falls on the first of a month is no day's use.
    rows = rows[here[rows] & ~calendar.first[rows]]
    weekend = np.asarray(calendar.dates.day_of_week >= 5)
    found = np.zeros((days, past.shape[1]))
    for kind in (False, True):
        like = rows[weekend[rows] == kind] if (weekend[rows] == kind).any() else rows
        mean = past[like].mean(axis=0) if len(like) else np.zeros(past.shape[1])
        found[weekend[day : day + days] == kind] = mean
    return found
