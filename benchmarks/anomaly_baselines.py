"""Simple detectors to compare with: each judges a day by days before it only.

The threshold of each has the best F1 on the tuning seeds.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

__all__ = ["BASELINES", "flags_of"]

FLOOR, SHARE = 5.0, 0.06


def rolling_z(cost: pd.DataFrame) -> pd.DataFrame:
    """Return deviations from the mean of 28 days, in their standard deviations."""
    before = cost.shift(1).rolling(28)
    return (cost - before.mean()) / before.std()


def weekday_median(cost: pd.DataFrame) -> pd.DataFrame:
    """Return deviations from the median of the same weekday of six weeks, in robust deviations."""
    weeks = [cost.shift(7 * week).to_numpy() for week in range(1, 7)]
    median = pd.DataFrame(np.median(weeks, axis=0), index=cost.index, columns=cost.columns)
    return _against(cost, median)


def seasonal_naive(cost: pd.DataFrame) -> pd.DataFrame:
    """Return deviations from the same day of last week, in robust deviations."""
    return _against(cost, cost.shift(7))


def _against(cost: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    residuals = cost - expected
    spread = 1.4826 * residuals.abs().shift(1).rolling(42, min_periods=14).median()
    return residuals / np.maximum(spread, 0.02 * expected.abs() + 0.01)


BASELINES: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], float]] = {
    "rolling z, 28 days": (rolling_z, 8.0),
    "weekday median": (weekday_median, 12.0),
    "seasonal naive": (seasonal_naive, 12.0),
}


def flags_of(daily: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return key, day and sign of every day that the baseline `name` flags."""
    judge, threshold = BASELINES[name]
    cost = daily.pivot_table(index="date", columns="key", values="cost", aggfunc="sum")
    cost = cost.reindex(pd.date_range(cost.index.min(), cost.index.max())).fillna(0.0)
    z = judge(cost)
    found = (z.abs() > threshold) & ((cost - cost.shift(7)).abs() > FLOOR)
    found.iloc[:28] = False
    day, key = np.nonzero(found.to_numpy())
    return pd.DataFrame(
        {
            "key": cost.columns.to_numpy(dtype=object)[key],
            "day": cost.index.to_numpy()[day],
            "sign": np.sign(z.to_numpy()[day, key]).astype(int),
        }
    )
