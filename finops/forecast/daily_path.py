"""Lay an estimate of a month out by day, to see when something is passed."""

from decimal import Decimal
from typing import Any

import pandas as pd

from finops.forecast.announced_steps import planned_cost, planned_item
from finops.forecast.known import ITEM, Known
from finops.forecast.month_end import forecast_days, month_end
from finops.forecast.outlook import PARTS
from finops.forecast.rows import last_day, of_month
from finops.forecast.series import Series, series_of

__all__ = ["month_path"]

_MEASURE = "effective_cost"
Item = tuple[str, ...]


def month_path(known: Known) -> pd.DataFrame:
    """Return the effective cost of each day of the month of `known.as_of`, known or expected.

    One row per charge_date and the columns of `ITEM`: effective_cost and x_usage_effective_cost, as
    floats in the billing currency. Days up to `known.last` are as they are; what comes by a rule
    and has no day of its own (fees, support, tax) stands on the last day. The days of an item add
    up to its estimate.
    """
    now = of_month(known.daily, known.period)
    now = now[now["charge_date"] <= known.last]
    series = series_of(known)
    coming = _coming(known, series) + _planned(known)
    rows = _rows(now) + coming + _rest(known, series, now, coming)
    days = pd.DataFrame(rows, columns=["charge_date", *ITEM, _MEASURE])
    used = days[_MEASURE].where(days["x_kind"] == "usage", 0.0)
    return days.assign(x_usage_effective_cost=used)


def _rows(now: pd.DataFrame) -> list[dict[str, Any]]:
    frame = now[["charge_date", *ITEM, _MEASURE]]
    rows = frame.assign(**{_MEASURE: frame[_MEASURE].astype(float)}).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _coming(known: Known, series: Series) -> list[dict[str, Any]]:
    """Return what each item uses on each day to come."""
    days = pd.date_range(known.last + pd.Timedelta(days=1), last_day(known.period))
    path, _ = forecast_days(series, len(days))
    return [
        _row(day, key[1:], float(value))
        for key, values in zip(series.keys, path, strict=True)
        if key[0] == _MEASURE
        for day, value in zip(days, values, strict=True)
        if f"{day:%Y-%m}" == known.period
    ]


def _planned(known: Known) -> list[dict[str, Any]]:
    """Return what planned changes add on each day to come."""
    return [
        _row(day, planned_item(change), float(value))
        for day in pd.date_range(known.last + pd.Timedelta(days=1), last_day(known.period))
        for change, value in zip(
            known.planned.to_dict("records"),
            planned_cost(known.planned, known.last, day, day),
            strict=True,
        )
        if value
    ]


def _rest(
    known: Known, series: Series, now: pd.DataFrame, coming: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return what is left of each item's estimate, on the last day of the month."""
    lines = month_end(known, series).lines
    lines = lines[lines["x_measure"] == _MEASURE]
    left: dict[Item, float] = {}
    for line in lines.to_dict("records"):
        estimate = sum((line[part] for part in PARTS), Decimal(0))
        left[_item(line)] = left.get(_item(line), 0.0) + float(estimate)
    for row in [*_rows(now), *coming]:
        left[_item(row)] = left.get(_item(row), 0.0) - row[_MEASURE]
    end = last_day(known.period)
    return [_row(end, item, value) for item, value in left.items() if abs(value) > 1e-6]


def _item(row: dict[Any, Any]) -> Item:
    return tuple(str(row[name]) for name in ITEM)


def _row(day: pd.Timestamp, item: Item, value: float) -> dict[str, Any]:
    return {"charge_date": day, **dict(zip(ITEM, item, strict=True)), _MEASURE: value}
