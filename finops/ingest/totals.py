"""Sum what the bill itself says, before any rule is applied, and never across currencies."""

from typing import Any

import duckdb

from finops.errors import BadSource
from finops.ingest.bill import Bill
from finops.sql import read_query

_SUMS = "source_rows", "final_rows", "source_unblended_cost"
# Where the provider names no currency at all.
_USUAL_CURRENCY = "USD"


def create_line_totals(con: duckdb.DuckDBPyConnection, bill: Bill) -> None:
    """Create the table `raw.line_totals`, and tell SQL the currency of lines that name none.

    That is the only one that the others name. Raises BadSource for lines that cost something and
    could be in several.
    """
    query = read_query("finops.ingest", bill.schema.line_totals_sql.removesuffix(".sql"))
    con.execute(f"create or replace table raw.line_totals as {query}")
    currencies = con.execute(
        "select billing_currency, sum(line_count), sum(unblended_cost), "
        "bool_or(unblended_cost <> 0) from raw.line_totals group by all order by 2 desc, 1"
    ).fetchall()
    named = [one[0] for one in currencies if one[0]]
    unnamed = next((one for one in currencies if not one[0] and one[3]), None)
    if unnamed and len(named) > 1:
        raise BadSource(
            f"{unnamed[1]} line(s) that cost {unnamed[2]:f} in all name no billing currency, and "
            f"others are in {' and '.join(sorted(named))}. Fill in the currency of these lines."
        )
    con.execute("set variable currency = ?", [named[0] if named else _USUAL_CURRENCY])


def read_totals(con: duckdb.DuckDBPyConnection, bill: Bill) -> dict[str, Any]:
    """Return the row of source_totals.sql or focus_totals.sql, with `currencies` beside it.

    Reads `raw.line_totals`. `currencies` has rows, final rows and unblended cost of each billing
    currency; where there are several, the cost of the whole is None. How final a bill without
    invoice ids is, such as FOCUS 1.0, is None too.
    """
    (totals,) = _rows(con, bill.schema.totals_sql)
    if bill.schema.invoice_column not in map(bill.schema.name_of, bill.columns):
        totals["final_rows"] = None
    found = totals["billing_currencies"] or []
    if len(found) < 2:
        sums = _sums(totals, "".join(found))
        return totals | sums | {"currencies": [sums]}
    rows = _rows(con, "currencies")
    if totals["final_rows"] is None:
        rows = [row | {"final_rows": None} for row in rows]
    currencies = [_sums(row, row["billing_currency"]) for row in rows]
    return totals | {"source_unblended_cost": None, "currencies": currencies}


def with_currencies(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record of a delivery; that of an early version gets its sums per currency."""
    return {"currencies": [_sums(record, record["billing_currencies"])]} | record


def _sums(row: dict[str, Any], currency: str) -> dict[str, Any]:
    sums = {name: row[name] for name in _SUMS}
    return {"billing_currency": currency, **sums, "source_unblended_cost": str(row[_SUMS[2]])}


def _rows(con: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    query = read_query("finops.ingest", name.removesuffix(".sql"))
    result = con.execute(query)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
