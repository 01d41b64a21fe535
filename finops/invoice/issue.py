"""Find what the bill said when an invoice was issued, where it was delivered again since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from finops.ingest.charge_files import charge_paths, charge_scan
from finops.ingest.deliveries import read_records
from finops.ingest.relations import payers
from finops.invoice.files import Invoices
from finops.invoice.rows import Invoice
from finops.settings import Settings
from finops.sql import read_query
from finops.warehouse.as_of import moment

__all__ = ["Issued", "create_issued", "delivered_again", "issued_on"]

_SCHEMA = pa.schema(
    [
        ("invoice_id", pa.string()),
        ("invoice_issuer_name", pa.string()),
        ("x_delivery_id", pa.string()),
        ("x_is_last", pa.bool_()),
    ]
)
_NOTHING = "select * from staging.charges where false"


@dataclass(frozen=True)
class Issued:
    """An invoice and the delivery that counted on the day it was issued and doesn't any more.

    `x_is_last` says that no invoice of the seller is newer: it is the one that lines without an
    invoice were waiting for. `record` is that of the delivery.
    """

    invoice_id: str
    invoice_issuer_name: str
    x_delivery_id: str
    x_is_last: bool
    record: dict[str, Any]
    delivered_on: str


def issued_on(settings: Settings, invoices: Invoices) -> list[Issued]:
    """Return the invoices of a month whose bill was delivered again after they were issued.

    Those without a date, and those whose old delivery's charges were deleted, are left out.
    """
    now = _of_month(settings, invoices, settings.as_of)
    newest = max((one["delivered_at"] for one in now.values()), default="")[:10]
    found = []
    for head in invoices.heads:
        then = _of_month(settings, invoices, moment(head.issued)) if head.issued else {}
        found += [
            Issued(head.invoice_id, head.seller, name, _is_last(head, invoices), one, newest)
            for name, one in then.items()
            if name not in now
            and all((settings.project / path).is_file() for path in charge_paths(one))
        ]
    return found


def delivered_again(issued: list[Issued]) -> dict[str, str]:
    """Return the day of the newest delivery, by the id of each invoice that is older."""
    return {one.invoice_id: one.delivered_on for one in issued}


def create_issued(con: duckdb.DuckDBPyConnection, issued: list[Issued]) -> None:
    """Create the view issued_charges: what the deliveries of `issued` had of their invoices."""
    rows = [{name: getattr(one, name) for name in _SCHEMA.names} for one in issued]
    con.register("issued_invoices", pa.Table.from_pylist(rows, _SCHEMA))
    records = {one.x_delivery_id: one.record for one in issued}
    source = _NOTHING
    if records:
        source = f"select *, delivery as x_delivery_id from {charge_scan(records.values())}"
    con.execute(f"create temp view replaced_charges as {source}")
    con.execute(read_query("finops.invoice", "issued"))


def _of_month(
    settings: Settings, invoices: Invoices, as_of: datetime | None
) -> Mapping[str, dict[str, Any]]:
    """Return the deliveries of the invoices' month and payer that counted at a time, by id."""
    return {
        one["delivery_id"]: one
        for one in read_records(settings.warehouse, as_of=as_of)
        if one["billing_period"] == invoices.billing_period
        and one["status"] == "current"
        and payers(one) & {invoices.billing_account_id, ""}
    }


def _is_last(head: Invoice, invoices: Invoices) -> bool:
    days = [one.issued for one in invoices.heads if one.seller == head.seller and one.issued]
    return head.issued == max(days)
