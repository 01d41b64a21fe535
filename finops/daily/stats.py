"""Take medians and quantiles of many series at once, without their missing days."""

import numpy as np

from finops.daily.grid import Floats

__all__ = ["centred_median", "median", "quantile"]

_HALF_WINDOW = 7


def centred_median(values: Floats) -> Floats:
    """Return the median of 15 days around each day; NaN where not all of them are there yet."""
    trend = np.full_like(values, np.nan)
    if len(values) > 2 * _HALF_WINDOW:
        windows = np.lib.stride_tricks.sliding_window_view(values, 2 * _HALF_WINDOW + 1, axis=0)
        trend[_HALF_WINDOW : len(values) - _HALF_WINDOW] = np.median(windows, axis=-1)
    return trend


def median(window: Floats) -> Floats:
    """Return the median of each column without its NaN; NaN for a column that has nothing else."""
    ordered = np.sort(window, axis=0)
    count = np.sum(~np.isnan(window), axis=0)
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, len(window) - 1)
    columns = np.arange(window.shape[1])
    middle: Floats = (ordered[low, columns] + ordered[high, columns]) / 2
    return middle


def quantile(window: Floats, share: float) -> Floats:
    """Return the value of each column below which `share` of its values lie, without its NaN."""
    ordered = np.sort(window, axis=0)
    count = np.sum(~np.isnan(window), axis=0)
    place = np.floor(share * np.maximum(count - 1, 0)).astype(int)
    value: Floats = ordered[place, np.arange(window.shape[1])]
    return value
