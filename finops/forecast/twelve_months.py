"""Estimate the twelve months after the month of a day, line by line."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from finops.daily.grid import Floats
from finops.forecast.announced_steps import add_steps
from finops.forecast.by_rule import add_derived, add_fees
from finops.forecast.known import Known
from finops.forecast.outlook import Outlook, cents
from finops.forecast.past_forecasts import Origins, missed_of
from finops.forecast.rows import Rows, last_day, new_row, outlook_of
from finops.forecast.series import Series
from finops.forecast.usage import GROWING

__all__ = ["MONTHS", "missed_ahead", "twelve_months", "unallocated_growth"]

MONTHS = 12


_LEAST_ORIGINS = 8
_MONTH, _YOUNG_DAYS, _GROWTH_MONTHS = 30, 90, 6
_LEVEL_DAYS, _STEP, _LEAST_STEP = 14, 0.12, 5.0


def twelve_months(known: Known, series: Series, months: int = MONTHS) -> list[Outlook]:
    """Return the lines of each of the twelve (or fewer) months after the one of `known.as_of`.

    Usage is the mean of the models that grow, both damped; fees follow their rule, commitments end
    when they end, planned changes come as announced. `unallocated growth` is what new items have
    added per month: the history of an item knows nothing of those that are still to come.
    """
    end = last_day(str(pd.Period(known.period) + months))
    days = pd.date_range(known.last + pd.Timedelta(days=1), end)
    path = series.origins.paths(series.last + 1, len(days))[:GROWING].mean(axis=0)
    growths = _Growths(series)
    return [
        _month(known, series, str(pd.Period(known.period) + ahead), path, days, growths, ahead)
        for ahead in range(1, months + 1)
    ]


def _month(
    known: Known,
    series: Series,
    period: str,
    path: Floats,
    days: pd.DatetimeIndex,
    growths: "_Growths",
    ahead: int,
) -> Outlook:
    rows: Rows = {}
    growth = growths.at(series.last + 1)
    inside = np.flatnonzero(days.strftime("%Y-%m") == period)
    sums = path[:, inside].sum(axis=1)
    skip, length = int(inside[0]), len(inside)
    missed, starts = missed_ahead(series.origins, series.last, skip, length, sums)
    missed = missed[:, series.column]
    for key, value in zip(series.keys, sums[series.column], strict=True):
        rows[period, *key] = new_row(x_forecast=cents(value))
    for (measure, currency), monthly in growth.items():
        rows[period, measure, *_NOBODY, currency, "unallocated"] = new_row(
            x_forecast=cents(monthly * ahead)
        )
    add_fees(rows, known, period)
    add_steps(rows, known, period)
    draws = {(period, *key): missed[:, place] for place, key in enumerate(series.keys)}
    for measure, currency in growth:
        then = [growths.at(start).get((measure, currency), 0.0) for start in starts]
        draws[period, measure, *_NOBODY, currency, "unallocated"] = -np.array(then) * ahead
    add_derived(rows, draws, known, period)
    return outlook_of(rows, draws, len(missed))


class _Growths:
    """What each month adds that no item's own past tells, as seen on some days."""

    def __init__(self, series: Series) -> None:
        self._of_day = cache(lambda row: unallocated_growth(replace(series, last=row - 1)))

    def at(self, row: int) -> dict[tuple[str, str], float]:
        """Return it as known from the rows before `row`."""
        return self._of_day(row)


_NOBODY = ("unallocated", "unallocated", "unallocated growth", "growth")


def missed_ahead(
    origins: Origins, last: int, skip: int, days: int, sums: Floats
) -> tuple[Floats, list[int]]:
    """Return what forecasts missed that looked as far ahead, by past day and key.

    They skip `skip` days after row `last` and sum up `days`, and are scaled to `sums`, the forecast
    of now by key. Where too few days of the past can tell, those that looked less far, times how
    much farther this one looks. Also returns the first row that each did not know.
    """
    looked = min(skip, max(last + 1 - days - _LEAST_ORIGINS * 5 - 60, 0))
    found, actual = origins.missed(last, days, looked)
    said = found[:, :GROWING].mean(axis=1)
    reach = (looked + days) / (skip + days)
    return missed_of(actual, said, sums) / reach, origins.starts(last, days, looked)


def unallocated_growth(series: Series) -> dict[tuple[str, str], float]:
    """Return what each month adds that no item's own past tells, by measure and currency.

    Half of it, as the growth of items holds the rest: the median over the last six months of what
    items younger than 90 days cost, a third (they came in three months), and the steps of older
    items, up less down: levels (medians of 14 days) that moved by more than 12 % and $5 a day.
    Items that were there when the bill begins are not new.
    """
    cost, last = series.cost, series.last
    first = np.where((cost != 0).any(axis=0), (cost != 0).argmax(axis=0), last + 1)
    ends = [last + 1 - _MONTH * back for back in range(_GROWTH_MONTHS)]
    added = [_added(cost[:end], first) for end in ends if end >= _YOUNG_DAYS + _MONTH]
    names = [(key[0], key[5]) for key in series.keys]
    found = {
        name: np.median([one[[other == name for other in names]].sum() for one in added]) / 2
        for name in dict.fromkeys(names)
        if added
    }
    return {name: float(value) for name, value in found.items() if value > 0}


def _added(cost: Floats, first: NDArray[np.int_]) -> Floats:
    """Return what the last 30 days have more by key: new ones, and steps of those there before."""
    young = (first > len(cost) - _YOUNG_DAYS) & (first > 0)
    now = np.median(cost[-_LEVEL_DAYS:], axis=0)
    before = np.median(cost[-_MONTH - _LEVEL_DAYS : -_MONTH], axis=0)
    step = now - before
    is_step = (np.abs(step) > _STEP * np.abs(before)) & (np.abs(step) > _LEAST_STEP)
    added: Floats = np.where(young, cost[-_MONTH:].sum(axis=0) / 3, is_step * step * _MONTH)
    return added
