"""Collect the lines of a month by key, with what each may miss by."""

from decimal import Decimal

import numpy as np
import pandas as pd

from finops.daily.grid import Floats
from finops.forecast.outlook import LINE, PARTS, Outlook, line_frame

__all__ = ["Draws", "Rows", "last_day", "new_row", "of_month", "outlook_of"]

# Both by the columns of `LINE`: the parts of a line, and what past forecasts of it missed.
Rows = dict[tuple[str, ...], dict[str, Decimal]]
Draws = dict[tuple[str, ...], Floats]


def new_row(**parts: Decimal) -> dict[str, Decimal]:
    """Return the parts of a line; what is not given is 0."""
    return dict.fromkeys(PARTS, Decimal(0)) | parts


def outlook_of(rows: Rows, draws: Draws, count: int, *, is_over: bool = False) -> Outlook:
    """Return the lines with `count` draws each; NaN for what is posted or comes by a rule."""
    lines = line_frame([{**dict(zip(LINE, key, strict=True)), **row} for key, row in rows.items()])
    none = np.full(count, np.nan)
    table = np.array([draws.get(key, none) for key in rows]).reshape(len(rows), count).T
    unsure = np.array([key in draws for key in rows], dtype=bool)
    return Outlook(lines, table, unsure, is_over)


def of_month(daily: pd.DataFrame, period: str) -> pd.DataFrame:
    """Return the rows of a month, by the day of their charge."""
    return daily[daily["charge_date"].between(pd.Timestamp(f"{period}-01"), last_day(period))]


def last_day(period: str) -> pd.Timestamp:
    """Return the last day of a month."""
    return pd.Period(period).end_time.normalize()
