"""Forecast daily series in the ways that estimates are compared with: naive, and of a library."""

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.holtwinters import ExponentialSmoothing

from finops.daily.grid import Floats

__all__ = ["MODELS", "Model"]

# Days of the past, and how many are asked for: day x series.
Model = Callable[[pd.DataFrame, int], Floats]

_HISTORY_DAYS = 112


def run_rate(past: pd.DataFrame, days: int) -> Floats:
    """Go on with the mean of the days of the month so far."""
    now = past[past.index.to_period("M") == past.index[-1].to_period("M")]
    return np.repeat(now.mean().to_numpy()[None], days, axis=0)


def last_month(past: pd.DataFrame, days: int) -> Floats:
    """Let the month end at what the last one cost per day, whatever it cost so far."""
    months = past.index.to_period("M")
    now, before = past[months == months[-1]], past[months == months[-1] - 1]
    whole = before.mean() * (len(now) + days)
    return np.repeat(((whole - now.sum()) / days).to_numpy()[None], days, axis=0)


def seasonal_naive(past: pd.DataFrame, days: int) -> Floats:
    """Repeat the last week."""
    return past.to_numpy()[-7:][np.arange(days) % 7]


def ets(past: pd.DataFrame, days: int) -> Floats:
    """Exponential smoothing of statsmodels: damped trend and weekdays."""
    return _each(past, days, _ets)


def theta(past: pd.DataFrame, days: int) -> Floats:
    """Theta of statsmodels, with weekdays."""
    return _each(past, days, lambda series, days: ThetaModel(series, period=7).fit().forecast(days))


def _ets(series: pd.Series, days: int) -> pd.Series:
    model = ExponentialSmoothing(
        series, trend="add", damped_trend=True, seasonal="add", seasonal_periods=7
    )
    return model.fit().forecast(days)


def _each(past: pd.DataFrame, days: int, fit: Callable[[pd.Series, int], pd.Series]) -> Floats:
    """Fit each series; its firsts of a month count as the day before, as fees are no trend."""
    recent = (
        past[past.index.day != 1]
        .reindex(past.index)
        .ffill()
        .bfill()
        .iloc[-_HISTORY_DAYS:]
        .asfreq("D")
    )
    found = np.zeros((days, recent.shape[1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for column, name in enumerate(recent.columns):
            series = recent[name]
            constant = series.nunique() == 1
            found[:, column] = series.iloc[-1] if constant else fit(series, days)
    return found


MODELS: dict[str, Model] = {
    "run-rate": run_rate,
    "last month": last_month,
    "seasonal naive": seasonal_naive,
    "ETS": ets,
    "Theta": theta,
}
