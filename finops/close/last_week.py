"""Look at the last week of a month for days that cost more or less than usual."""

import pandas as pd

from finops.close.closable import trust_of
from finops.close.prepaid import month_end
from finops.errors import BadInput
from finops.forecast.jumps import JUMPS, daily_jumps
from finops.warehouse.connect import Warehouse

__all__ = ["last_week_jumps"]


def last_week_jumps(warehouse: Warehouse, period: str) -> pd.DataFrame:
    """Return `daily_jumps` of the last seven days of a month (YYYY-MM) that the bill has.

    One row per day, team and AWS service that jumped; empty where nothing did, or where there are
    too few weeks to tell.
    """
    last = max(row["x_last_charge_date"] for row in trust_of(warehouse, period))
    end = min(pd.Timestamp(last), pd.Timestamp(month_end(period)) - pd.Timedelta(days=1))
    days = pd.date_range(end=end, periods=7)
    return pd.concat([_jumps(warehouse, f"{day:%Y-%m-%d}") for day in days], ignore_index=True)


def _jumps(warehouse: Warehouse, day: str) -> pd.DataFrame:
    try:
        return daily_jumps(warehouse, day)
    except BadInput:
        # A bill without cost up to this day says nothing of it, and a month closes all the same.
        return pd.DataFrame(columns=JUMPS)
