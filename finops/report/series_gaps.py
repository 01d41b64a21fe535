"""Say which days or months the company's own numbers lack, and what that means."""

from collections.abc import Iterable

import pandas as pd

from finops.report.text import is_missing, number, plain

__all__ = ["series_gaps"]


def series_gaps(series: pd.DataFrame, last_charge_date: object) -> Iterable[str]:
    """Return a sentence per series of `business.series` that has a gap or ends before the bill.

    The bill ends on the day `last_charge_date`.
    """
    if is_missing(last_charge_date):
        return
    last = pd.Timestamp(str(last_charge_date))
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
        if lacks:
            name = f"{row['x_source']}, {plain(row['x_key'], 60)}"
            means = plain(row["x_missing_means"], 200)
            yield f"{name}: {' and '.join(lacks)}. A missing {unit} is {means}."
