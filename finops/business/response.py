"""Measure how one series follows another: level, slope and lag, with intervals from resampled days.

The line is fitted by least squares at the lag with the highest correlation. Intervals come from a
block bootstrap (Künsch 1989): whole blocks of consecutive times are drawn with replacement, so that
hours which resemble their neighbours don't count as so many proofs.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Estimate", "Response", "ratio_of_hours", "respond"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
DRAWS = 999
LEVELS = {"low_95": 0.025, "low_80": 0.1, "high_80": 0.9, "high_95": 0.975}


@dataclass(frozen=True)
class Estimate:
    """A value and the ends of its 80 and 95 % interval."""

    value: float
    low_95: float
    low_80: float
    high_80: float
    high_95: float


@dataclass(frozen=True)
class Response:
    """What of a series is there without the driver, what one more of the driver adds, and when."""

    elasticity: Estimate
    marginal: Estimate
    fixed: Estimate
    lag: Estimate


def respond(
    series: Floats, driver: Floats, *, lags: int, blocks: Ints, groups: Ints, seed: int = 0
) -> Response:
    """Fit `series` on `driver` of up to `lags` steps before, on one regular grid of times.

    NaN are times without a value. `blocks` numbers what is drawn together. In each of `groups` only
    deviations from its own mean count, so a step between groups is no effect of the driver.
    The elasticity is per cent of the series per per cent of the driver, at their means.
    """
    lagged = np.stack([_shifted(driver, lag) for lag in range(lags + 1)], axis=1)
    known = ~np.isnan(series) & ~np.isnan(lagged).any(axis=1)
    y, x, block = series[known], lagged[known], np.unique(blocks[known], return_inverse=True)[1]
    drawn = _draws(int(block.max()) + 1, seed)
    slopes, correlations = _slopes(y, x, block, groups[known], drawn)
    means = _means(np.column_stack([y, x]), block, drawn)
    best = int(np.argmax(correlations[0]))
    slope, mean_y, mean_x = slopes[:, best], means[:, 0], means[:, 1 + best]
    return Response(
        elasticity=_estimate(slope * mean_x / mean_y),
        marginal=_estimate(slope),
        fixed=_estimate(mean_y - slope * mean_x),
        lag=_estimate(np.argmax(correlations, axis=1).astype(float)),
    )


def ratio_of_hours(
    series: Floats, low: npt.NDArray[np.bool_], high: npt.NDArray[np.bool_], blocks: Ints
) -> Estimate:
    """Return the mean of `series` at the times `low` over its mean at the times `high`."""
    known = ~np.isnan(series)
    block = np.unique(blocks[known], return_inverse=True)[1]
    chosen = np.column_stack([low[known], high[known]]).astype(float)
    rows = np.column_stack([chosen * series[known, None], chosen])
    totals = _draws(int(block.max()) + 1, 0) @ _block_sums(rows, block)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _estimate((totals[:, 0] / totals[:, 2]) / (totals[:, 1] / totals[:, 3]))


def _shifted(values: Floats, lag: int) -> Floats:
    return np.concatenate([np.full(lag, np.nan), values[: len(values) - lag]])


def _draws(count: int, seed: int) -> Floats:
    """Return how often each block counts: once in the first row, at random in the others."""
    random = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), DRAWS)
    return np.vstack([np.ones(count), random])


def _slopes(
    y: Floats, x: Floats, block: Ints, groups: Ints, drawn: Floats
) -> tuple[Floats, Floats]:
    """Return slope and correlation per draw (rows) and lag (columns)."""
    group = np.unique(groups, return_inverse=True)[1]
    y, x = _centred(y[:, None], group), _centred(x, group)
    ones = np.ones_like(y)
    parts = [ones, y, y * y, x, x * x, x * y]
    count, sum_y, sum_yy, sum_x, sum_xx, sum_xy = (
        drawn @ _block_sums(part, block) for part in parts
    )
    covariance = sum_xy - sum_x * sum_y / count
    with np.errstate(divide="ignore", invalid="ignore"):
        variance_x = sum_xx - sum_x**2 / count
        squared = covariance**2 / (variance_x * (sum_yy - sum_y**2 / count))
        return covariance / variance_x, np.nan_to_num(squared)


def _centred(values: Floats, group: Ints) -> Floats:
    """Return values less the mean of their group."""
    means = _block_sums(values, group) / np.bincount(group)[:, None]
    centred: Floats = values - means[group]
    return centred


def _means(values: Floats, block: Ints, drawn: Floats) -> Floats:
    counts = drawn @ np.bincount(block).astype(float)
    means: Floats = (drawn @ _block_sums(values, block)) / counts[:, None]
    return means


def _block_sums(values: Floats, block: Ints) -> Floats:
    sums = np.zeros((int(block.max()) + 1, values.shape[1]))
    np.add.at(sums, block, values)
    return sums


def _estimate(draws: Floats) -> Estimate:
    """Return the first value, of the data as they are, and quantiles of the draws after it."""
    known = draws[1:][np.isfinite(draws[1:])]
    if not len(known):
        return Estimate(float(draws[0]), *[float("nan")] * len(LEVELS))
    ends = np.quantile(known, list(LEVELS.values()))
    return Estimate(float(draws[0]), *(float(end) for end in ends))
