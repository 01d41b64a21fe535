"""Refuse a bill in which a charge starts on no day, on one far from its month, or in two months."""

import duckdb

from finops.errors import BadSource
from finops.ingest.bill import Bill, fields_by_name
from finops.ingest.casts import numbered_rows, rows_in_order, typed
from finops.ingest.layouts import Field, Layout
from finops.ingest.manifests import Delivery
from finops.sql import literal

# Refunds and contracts reach back and ahead, but none by so many years.
_YEARS = 5


def check_starts(con: duckdb.DuckDBPyConnection, bill: Bill, billing_period: str) -> None:
    """Raise BadSource, with file and row, for charges without a start or far from their month."""
    for layout, as_written in zip(bill.layouts, bill.as_written, strict=True):
        [start] = _starts(layout, bill)
        bad = _is_odd(typed(start, "timestamp"), billing_period)
        query = f"select count(*) filter (where {bad}) from {layout.scan}"
        if count := con.execute(query).fetchall()[0][0]:
            raise BadSource(_sentence(as_written, bill, billing_period, count))


def check_month(con: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    """Raise BadSource for lines of another month than that of the manifest; their starts may be.

    Reads `raw.line_totals`.
    """
    # Without a manifest the lines themselves told the month.
    if not (delivery.source.endswith(".json") and delivery.billing_period):
        return
    periods = "unnest([first_period, last_period])"
    rows = con.execute(
        f"select distinct strftime({periods}, '%Y-%m') as month from raw.line_totals order by month"
    ).fetchall()
    months = [month for (month,) in rows if month]
    if months not in ([], [delivery.billing_period]):
        raise BadSource(
            f"{delivery.source} holds rows of {', '.join(months)} in the bill of "
            f"{delivery.billing_period}; load one month per file."
        )


def _starts(layout: Layout, bill: Bill) -> list[Field]:
    return fields_by_name(layout, bill.schema)[bill.schema.period_columns[1]]


def _is_odd(start: str, billing_period: str) -> str:
    month = f"timestamp {literal(f'{billing_period}-01')}"
    years = f"interval {_YEARS} year"
    return f"coalesce({start} not between {month} - {years} and {month} + {years}, true)"


def _sentence(layout: Layout, bill: Bill, billing_period: str, count: int) -> str:
    """Return which row of which file is the first, as it is written."""
    [start] = _starts(layout, bill)
    bad = _is_odd(typed(start, "timestamp", is_lenient=True), billing_period)
    with rows_in_order() as con:
        for file in layout.files:
            rows = con.execute(
                f"select row_in_file, cast({start.sql} as varchar) "
                f"from {numbered_rows(layout, file)} where {bad} order by 1 limit 1"
            ).fetchall()
            if rows:
                break
    [(row, text)] = rows
    what = f"is {text!r}, no time near the bill of {billing_period}" if text else "is empty"
    more = f" ({count - 1} more row(s) like it)" if count > 1 else ""
    return (
        f"{layout.delivered(file)} row {row}: {start.header} {what}{more}. "
        "Correct it, or fetch the file again."
    )
