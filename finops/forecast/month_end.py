"""Estimate what the month of a day will end at, line by line."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from finops.daily.completion import LEAST_SHARE, completion, share_of
from finops.daily.grid import Floats
from finops.forecast.announced_steps import add_steps
from finops.forecast.by_rule import add_derived, add_fees
from finops.forecast.fixed import month_totals
from finops.forecast.known import MEASURES, Known
from finops.forecast.outlook import Outlook, cents
from finops.forecast.past_forecasts import combined, missed_of, said_then
from finops.forecast.rows import Rows, last_day, new_row, of_month, outlook_of
from finops.forecast.series import Series

__all__ = ["forecast_days", "month_end"]


_DERIVED = ("support", "tax")


def month_end(known: Known, series: Series) -> Outlook:
    """Return the lines of the month of `known.as_of`: posted, late and forecast.

    Days to come and incomplete days are forecast by the weighted mean of the models; an incomplete
    day of which at least half has arrived is completed by how earlier deliveries matured. Fees
    follow their rule, support its tiers, tax the cost that it is on.
    """
    days = pd.date_range(known.last + pd.Timedelta(days=1), last_day(known.period))
    path, missed = forecast_days(series, len(days))
    rows = _posted(of_month(known.daily, known.period), known.period)
    if len(days):
        inside = np.asarray(days.strftime("%Y-%m") == known.period)
        late = inside & np.asarray(days <= known.as_of)
        _add_used(rows, known, series, path[:, inside & ~late])
        _add_late(rows, known, series, path, days, np.flatnonzero(late))
        add_fees(rows, known, known.period)
        add_steps(rows, known, known.period)
    draws = {(known.period, *key): missed[:, place] for place, key in enumerate(series.keys)}
    add_derived(rows, draws, known, known.period)
    return outlook_of(rows, draws, len(missed), is_over=not len(days))


def forecast_days(series: Series, days: int) -> tuple[Floats, Floats]:
    """Return key x day, and what past forecasts of so many days missed, by origin and key.

    What was missed is scaled from the size that a key had then to the one it is forecast at.
    """
    if not days:
        return np.zeros((len(series.keys), 0)), np.zeros((0, len(series.keys)))
    found, actual = series.origins.missed(series.last, days)
    weights = combined(found, actual)
    paths = series.origins.paths(series.last + 1, days)
    path = (paths * weights[:, :, None]).sum(axis=0)
    said = said_then(found, actual, days)
    missed = missed_of(actual, said, path.sum(axis=1))
    return path[series.column], missed[:, series.column]


def _posted(daily: pd.DataFrame, period: str) -> Rows:
    rows: Rows = {}
    for measure in MEASURES:
        for item, months in month_totals(daily, measure).items():
            rows[period, measure, *item] = new_row(x_posted=months[period])
    return rows


def _add_used(rows: Rows, known: Known, series: Series, path: Floats) -> None:
    for key, value in zip(series.keys, path.sum(axis=1), strict=True):
        rows.setdefault((known.period, *key), new_row())["x_forecast"] += cents(value)


def _add_late(
    rows: Rows,
    known: Known,
    series: Series,
    path: Floats,
    days: pd.DatetimeIndex,
    late: NDArray[np.int_],
) -> None:
    """Add what incomplete days still get: never less than nothing, as cost only grows."""
    shares = completion(known.observed)
    for place in late:
        day = days[place]
        age = (known.delivered_on - day).days if known.delivered_on is not None else 0
        arrived = known.daily[known.daily["charge_date"] == day]
        totals = {measure: month_totals(arrived, measure) for measure in MEASURES}
        for number, key in enumerate(series.keys):
            so_far = float(sum(totals[key[0]].get(key[1:], {}).values()))
            whole = _completed(so_far, share_of(shares, key[3], age), path[number, place])
            rows.setdefault((known.period, *key), new_row())["x_late"] += cents(whole - so_far)


def _completed(so_far: float, share: float | None, forecast: float) -> float:
    if share is not None and share >= LEAST_SHARE:
        return so_far / share
    return max(so_far, forecast) if forecast >= 0 else min(so_far, forecast)
