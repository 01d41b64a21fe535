"""Say which days or months the company's own numbers lack, and what that means."""

from collections.abc import Hashable, Iterable
from typing import Any

import pandas as pd

from finops.text import is_missing, number, plain

__all__ = ["series_gaps"]

_DAYS = 3


def series_gaps(
    series: pd.DataFrame, gaps: pd.DataFrame, billing_period: str, last_charge_date: object
) -> Iterable[str]:
    """Return a sentence per series of `business.series` that has a gap or ends before the bill.

    `gaps` are days of which hours are missing, business.series_gaps. The bill begins with the
    month `billing_period` and ends on the day `last_charge_date`.
    """
    if is_missing(last_charge_date):
        return
    last = pd.Timestamp(str(last_charge_date))
    dates = pd.to_datetime(gaps["date"])
    gaps = gaps[(dates >= pd.Timestamp(f"{billing_period}-01")) & (dates <= last)]
    for row in series.to_dict("records"):
        unit = "month" if row["x_grain"] == "month" else "day"
        # Nobody fixes exchange rates on weekends.
        is_rate = row["x_series"] == "exchange_rates" and unit == "day"
        end = str((pd.offsets.BDay().rollback(last) if is_rate else last).date())
        lacks = []
        if not is_missing(row["x_missing"]) and row["x_missing"]:
            many = number(row["x_missing"]) + f" {unit}{'s' if row['x_missing'] > 1 else ''}"
            lacks.append(f"lacks {many} from {row['x_first_missing']} on")
        if not is_missing(row["x_missing"]) and row["x_last"] < end[: len(row["x_last"])]:
            lacks.append(f"ends with {row['x_last']}, before the bill")
        name = f"{row['x_source']}, {plain(row['x_key'], 60)}"
        means = plain(row["x_missing_means"], 200)
        if lacks:
            yield f"{name}: {' and '.join(lacks)}. A missing {unit} is {means}."
        of_series = gaps[(gaps["x_series"] == row["x_series"]) & (gaps["x_key"] == row["x_key"])]
        if row["x_grain"] == "hour" and len(of_series):
            yield f"{name}: {_hours(of_series.to_dict('records'))}. A missing hour is {means}."


def _hours(gaps: list[dict[Hashable, Any]]) -> str:
    """Name the days of which hours are missing."""
    shown = [f"{pd.Timestamp(one['date']).date()} has {one['x_gap']}" for one in gaps[:_DAYS]]
    rest = len(gaps) - len(shown)
    more = f"; {rest} more day{'s' if rest > 1 else ''}: business.series_gaps" if rest else ""
    return "; ".join(shown) + more
