"""Put announced steps into the months to come: commitments that end, and planned changes."""

import pandas as pd

from finops.forecast.outlook import cents
from finops.forecast.rows import Rows, last_day, new_row
from finops.forecast.sources import Known

__all__ = ["add_steps"]

_DAY = pd.Timedelta(days=1)


def add_steps(rows: Rows, known: Known, period: str) -> None:
    """Add what each day of a month costs more once a commitment has ended.

    `known.expiries` has one row per measure, item and last day: what a day costs more after it.
    Usage that was covered is then paid on demand, and the fee is no longer due.
    """
    for step in known.expiries.to_dict("records"):
        days = _days_after(pd.Timestamp(step["x_end"]), known, period)
        if days:
            about = [str(step[name]) for name in ("x_team", "x_service", "service_name")]
            owner = (str(step["billing_currency"]), str(step["x_cost_centre"]))
            item = (*about, "commitment_end", *owner)
            row = rows.setdefault((period, str(step["x_measure"]), *item), new_row())
            row["x_forecast"] += cents(float(step["x_per_day"]) * days)


def _days_after(end: pd.Timestamp, known: Known, period: str) -> float:
    """Return how many days of the month are to come and lie after the hour of `end`."""
    first = max(end.ceil("h"), known.last + _DAY, pd.Timestamp(f"{period}-01"))
    return float(max((last_day(period) + _DAY - first) / _DAY, 0.0))
