"""Say how sure an estimate is: its 80 % interval, and what past ones were too low by."""

from decimal import Decimal
from typing import Any

import pandas as pd

from finops.forecast.rows import last_day
from finops.report.estimates.words import say
from finops.text import cents, is_missing, number

__all__ = ["bounds", "interval_text", "is_over", "shortfall"]


def is_over(one: dict[Any, Any], as_of: str) -> bool:
    """Return whether a row of a summary is of a month that was over, with all its days known."""
    return bool(
        pd.Timestamp(as_of) >= last_day(one["billing_period"]) and one["x_low"] == one["x_estimate"]
    )


def bounds(one: dict[Any, Any], as_of: str, language: str = "en") -> tuple[str, str]:
    """Return the ends of the 80 % interval of a row: twice `unknown`, or `ended` of a month over.

    Without cents, or with them where both would look the same; equal ends are no interval.
    """
    if is_over(one, as_of):
        return (say("is_over", language),) * 2
    for decimals in (0, cents(one["billing_currency"])):
        low, high = (number(one[name], decimals) for name in ("x_low", "x_high"))
        if low != high:
            return low, high
    return (say("unknown", language),) * 2


def interval_text(one: dict[Any, Any], as_of: str, language: str = "en") -> str:
    """Return the 80 % interval of a row in one text."""
    low, high = bounds(one, as_of, language)
    return low if low == high else f"{low} – {high}"


def shortfall(one: dict[Any, Any]) -> Decimal | None:
    """Return which part of a row's estimate past ones were too low by (negative: too high)."""
    if is_missing(one["x_shortfall"]) or one["x_estimate"] <= 0:
        return None
    return Decimal(one["x_shortfall"]) / Decimal(one["x_estimate"])
