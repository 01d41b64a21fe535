"""Say by how much the cost of each key rises a day, and how much of that goes on."""

import numpy as np

from finops.daily.grid import Floats

__all__ = ["SHARES", "added", "slopes"]

# Which parts of the growth may go on: the one that was missed by least is taken.
SHARES = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
_BLOCK, _BLOCKS, _LEAST_BLOCKS = 30, 13, 3
# What a month may take away and add, as a part of the level.
_LEAST, _MOST = -0.03 / _BLOCK, 0.06 / _BLOCK


def slopes(past: Floats, level: Floats) -> Floats:
    """Return by how much a day's cost of each key rises per day, from up to 13 times 30 days.

    It is the median of the slopes between any two of their means (Theil and Sen), so that an
    incident of some weeks doesn't bend it, and at most -3 % to 6 % of `level` a month, so that no
    cost falls below nothing in a year. Nothing of a key with less than 90 days.
    """
    count = min(len(past) // _BLOCK, _BLOCKS)
    if count < _LEAST_BLOCKS:
        return np.zeros(past.shape[1])
    means = past[-count * _BLOCK :].reshape(count, _BLOCK, -1).mean(axis=1)
    first, second = np.triu_indices(count, 1)
    apart = (second - first)[:, None] * _BLOCK
    slope = np.median((means[second] - means[first]) / apart, axis=0)
    size = np.abs(level)
    found: Floats = np.clip(slope, _LEAST * size, _MOST * size)
    return found


def added(slope: Floats, first: int, last: int) -> Floats:
    """Return what growth adds to the sum of the days from `first` to `last` (1 is the next)."""
    total: Floats = slope * (last * (last + 1) - first * (first - 1)) / 2
    return total
