"""Refuse a bill in which a line stands twice."""

import duckdb

from finops.errors import BadSource
from finops.ingest.manifests import FOCUS_FORMAT, Delivery
from finops.sql import read_query


def check_repeated(con: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    """Raise BadSource for lines of `raw.line_items` that are equal in all that they say.

    An id is unique in one file and hour alone, as AWS documents; an id twice proves nothing.
    FOCUS names no line, so a repeated one can't be told from a second charge.
    """
    if delivery.format == FOCUS_FORMAT:
        return
    ids = read_query("finops.ingest", "repeated_ids")
    con.execute(f"create or replace table raw.repeated_ids as {ids}")
    # Few bills have any; whole lines cost much more to compare.
    if not con.execute("select 1 from raw.repeated_ids limit 1").fetchall():
        return
    query = read_query("finops.ingest", "repeated_lines")
    [(count, example)] = con.execute(query).fetchall()
    if count:
        raise BadSource(
            f"{delivery.source}: {count} line(s) stand in the bill twice, such as {example}. "
            "Are two copies of the month in one folder?"
        )
