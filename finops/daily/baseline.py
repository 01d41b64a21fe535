"""Learn what weekdays, the start of a month and orders do to each key's cost."""

from dataclasses import dataclass

import numpy as np

from finops.daily.calendar import Calendar
from finops.daily.grid import Floats, Mask
from finops.daily.stats import median

__all__ = ["SMALL", "Effects", "learn", "log_cost", "no_effects"]

# Money added before the logarithm, so that a cost of zero has one.
SMALL = 1.0
_HALF_WINDOW = 7
_WINDOW_DAYS = 182
_HALF_LIFE_DAYS = 75.0
_HUBER = 2.0
_ROUNDS = 3
_LEAST_SIGMA = 0.012


@dataclass(frozen=True)
class Effects:
    """Coefficients of log cost by feature (rows) and key, and the variance of those of demand."""

    coefficients: Floats
    demand_variance: Floats


def log_cost(cost: Floats) -> Floats:
    """Return the logarithm that effects add up in."""
    logs: Floats = np.log(cost + SMALL)
    return logs


def no_effects(calendar: Calendar, keys: int) -> Effects:
    """Return the effects before anything is known."""
    features, demand = calendar.features.shape[1], calendar.surge.shape[1]
    return Effects(np.zeros((features, keys)), np.zeros((demand, keys)))


def learn(
    detrended: Floats, features: Floats, usable: Mask, calendar: Calendar, day: int
) -> Effects:
    """Return the effects known on `day`: a robust ridge regression of the half year before it.

    `detrended` and `features` have their 15-day medians taken off, else growth of both would pass
    for an effect; so the newest day used is 8 days before `day`. Weights fall by half in 75 days,
    and are Huber's where a day is far off. A prior of zero holds each effect (its standard
    deviation in `calendar.priors`) until the data says otherwise.
    """
    last = day - _HALF_WINDOW
    rows = slice(max(0, last - _WINDOW_DAYS, _HALF_WINDOW), max(last, 0))
    y, x = detrended[rows], features[rows]
    if len(y) < 2 * _HALF_WINDOW:
        return no_effects(calendar, detrended.shape[1])
    age = 0.5 ** (np.arange(len(y))[::-1] / _HALF_LIFE_DAYS)
    coefficients, inverse, sigma = _ridge(x, y, usable[rows] * age[:, None], calendar.priors)
    demand = slice(x.shape[1] - calendar.surge.shape[1], None)
    variance: Floats = np.diagonal(inverse, axis1=1, axis2=2)[:, demand]
    unsure: Floats = variance * sigma[:, None] ** 2
    return Effects(coefficients.T, unsure.T)


def _ridge(x: Floats, y: Floats, weights: Floats, priors: Floats) -> tuple[Floats, Floats, Floats]:
    """Return coefficients by key, the inverse of their moments, and the spread of the residuals."""
    products = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    sigma, robust = _spread(y, weights > 0), weights
    for _ in range(_ROUNDS):
        moments = (robust.T @ products).reshape(-1, x.shape[1], x.shape[1])
        moments += sigma[:, None, None] ** 2 * np.diag(priors**-2.0)
        coefficients = np.linalg.solve(moments, ((robust * y).T @ x)[:, :, None])[:, :, 0]
        residuals = y - x @ coefficients.T
        sigma = _spread(residuals, weights > 0)
        robust = weights * np.minimum(1.0, _HUBER * sigma / np.maximum(np.abs(residuals), 1e-9))
    return coefficients.astype(float), np.linalg.inv(moments).astype(float), sigma


def _spread(values: Floats, usable: Mask) -> Floats:
    deviations = np.where(usable, np.abs(values), np.nan)
    return np.fmax(1.4826 * median(deviations), _LEAST_SIGMA)
