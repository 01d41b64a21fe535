"""Open a delivery of any format as rows that SQL can read."""

from pathlib import Path

import duckdb

from finops.ingest.amounts import NARROW
from finops.ingest.bill import Bill
from finops.ingest.focus import create_focus_charges
from finops.ingest.line_items import create_line_items
from finops.ingest.manifests import FOCUS_FORMAT, Delivery
from finops.ingest.starts import check_starts


def open_bill(
    con: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    scratch: Path,
    *,
    allow_bad_values: bool = False,
    amounts: str = NARROW,
) -> Bill:
    """Create the view of the delivery's rows, with costs of the type `amounts`.

    `scratch` must outlive its use. Raises BadSource, MissingColumns, TooNarrow.
    """
    create = create_focus_charges if delivery.format == FOCUS_FORMAT else create_line_items
    bill = create(
        con,
        list(delivery.files),
        scratch,
        allow_bad_values=allow_bad_values,
        amounts=amounts,
        split=delivery.split,
        billing_period=delivery.billing_period,
    )
    _check_starts(con, delivery, bill)
    return bill


def _check_starts(con: duckdb.DuckDBPyConnection, delivery: Delivery, bill: Bill) -> None:
    try:
        check_starts(con, bill, delivery.billing_period)
    except (duckdb.DataError, duckdb.InvalidInputException) as error:
        raise bill.explain(con, error) from error
