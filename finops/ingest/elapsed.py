"""Tell how far the month of a delivery had elapsed: days to come have cost nothing yet."""

from datetime import datetime, timedelta

import duckdb

from finops.ingest.amounts import NARROW
from finops.ingest.manifests import Delivery
from finops.sql import read_query

# Some usage of every hour comes within a day; a bill without any for longer had none.
_LATE = timedelta(days=1)


def set_elapsed(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, charges: str
) -> datetime | None:
    """Return until when the month had elapsed, and tell SQL, as the variable `elapsed_until`.

    That is the end of the last usage in the query `charges`, never after the delivery; the time of
    the delivery where there is none near it. None for a month that was over: its delivery came
    after its end, its usage is invoiced, or the delivery is older than its own usage, so that its
    time tells nothing.
    """
    until = _elapsed(con, delivery, charges)
    con.execute("set variable elapsed_until = cast(? as timestamp)", [until])
    return until


def create_fees_to_come(
    con: duckdb.DuckDBPyConnection, elapsed: datetime | None, amounts: str
) -> None:
    """Create the table `raw.fees_to_come` of fees_to_come.sql; a month that is over has no rows."""
    con.execute(
        "create or replace table raw.fees_to_come (file_row_number bigint, "
        f"unused_cost {amounts}, x_commitment_trueup {amounts})"
    )
    if elapsed:
        query = read_query("finops.models.bill", "fees_to_come").replace(NARROW, amounts)
        con.execute(f"insert into raw.fees_to_come {query}")


def _elapsed(con: duckdb.DuckDBPyConnection, delivery: Delivery, charges: str) -> datetime | None:
    start = datetime.fromisoformat(f"{delivery.billing_period}-01")
    delivered = delivery.delivered_at.replace(tzinfo=None)
    if not start <= delivered < (start + timedelta(days=31)).replace(day=1):
        return None
    con.execute(f"create view raw.priced_charges as {charges}")
    query = read_query("finops.models.bill", "elapsed")
    row: tuple[datetime | None, datetime | None, bool] = con.execute(query).fetchall()[0]
    last_start, last_end, is_invoiced = row
    if is_invoiced or (last_start and last_start > delivered):
        return None
    if last_end is None or delivered - last_end >= _LATE:
        return delivered
    return min(last_end, delivered)
