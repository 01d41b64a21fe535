"""Sum what the bill itself says, before any rule is applied, and never across currencies."""

from typing import Any

import duckdb

from finops.ingest.bill import Bill
from finops.sql import read_query

_SUMS = "source_rows", "final_rows", "source_unblended_cost"


def read_totals(con: duckdb.DuckDBPyConnection, bill: Bill) -> dict[str, Any]:
    """Return the row of source_totals.sql or focus_totals.sql, with `currencies` beside it.

    `currencies` has rows, final rows and unblended cost of each billing currency; where there are
    several, the cost of the whole is None. How final a bill without invoice ids is, such as FOCUS
    1.0, is None too.
    """
    (totals,) = _rows(con, bill.schema.totals_sql)
    if bill.schema.invoice_column not in map(bill.schema.name_of, bill.columns):
        totals["final_rows"] = None
    found = totals["billing_currencies"] or []
    if len(found) < 2:
        sums = _sums(totals, "".join(found))
        return totals | sums | {"currencies": [sums]}
    rows = _rows(con, bill.schema.currencies_sql)
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
