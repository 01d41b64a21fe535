"""Tell how far the days of an open month have arrived, and how earlier ones filled up."""

from datetime import timedelta
from typing import Any

import pandas as pd

from finops.ingest.charge_files import charge_scan
from finops.warehouse.connect import Warehouse

__all__ = ["last_complete", "observed", "still_open"]

# As facts.open_deliveries says it of a build; here it is of what had been delivered by a day.
_INCOMPLETE_DAYS = 3
_OBSERVED_DAYS, _OBSERVED_MONTHS = 6, 6


def last_complete(delivered_on: pd.Timestamp) -> pd.Timestamp:
    """Return the last day that a delivery of an open month has in full."""
    return delivered_on - timedelta(days=_INCOMPLETE_DAYS)


def still_open(records: list[dict[str, Any]], period: str) -> pd.Timestamp | None:
    """Return the day of the oldest current delivery of a month that has lines without an invoice.

    AWS fills a day for up to 48 hours after it ended. None if the month has no such delivery.
    """
    moments = [
        pd.Timestamp(one["delivered_at"]).normalize()
        for one in records
        if (one["billing_period"], one["status"]) == (period, "current")
        and (one["final_rows"] or 0) < one["source_rows"]
    ]
    return min(moments, default=None)


def observed(warehouse: Warehouse, records: list[dict[str, Any]]) -> pd.DataFrame:
    """Return service_name, charge_date, x_age, known, final of days that older deliveries had."""
    pairs = [
        (old, new)
        for old in records
        for new in records
        if old["status"] == "superseded"
        and new["status"] == "current"
        and old["billing_period"] == new["billing_period"]
    ]
    months = sorted({str(old["billing_period"]) for old, _ in pairs})[-_OBSERVED_MONTHS:]
    frames = [_fill(warehouse, o, n) for o, n in pairs if o["billing_period"] in months]
    columns = ["service_name", "charge_date", "x_age", "known", "final"]
    return pd.concat(frames) if frames else pd.DataFrame(columns=columns)


def _fill(warehouse: Warehouse, old: dict[str, Any], new: dict[str, Any]) -> pd.DataFrame:
    """Return how the last days of an older delivery compare with the newest one."""
    sides = [
        f"select cast(charge_period_start as date) as charge_date, service_name, "
        f"sum(effective_cost) as effective_cost, {number} as side "
        f"from {charge_scan([one])} "
        "where consumed_quantity is not null and charge_period_start >= "
        f"cast($arrived as timestamp) - interval {_OBSERVED_DAYS} day group by all"
        for number, one in enumerate((old, new))
    ]
    return warehouse.sql(
        "select coalesce(service_name, 'no service') as service_name, charge_date, "
        "date_diff('day', charge_date, cast($arrived as date)) as x_age, "
        "cast(coalesce(sum(effective_cost) filter (where side = 0), 0) as double) as known, "
        "cast(coalesce(sum(effective_cost) filter (where side = 1), 0) as double) as final "
        f"from ({' union all '.join(sides)}) as sides "
        "where charge_date < cast($arrived as date) group by all order by all",
        arrived=str(old["delivered_at"]),
    )
