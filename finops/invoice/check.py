"""Hold the invoices of a month against its bill: what differs, by how much, and why."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from finops.errors import BadInput
from finops.inputs.contracts import Contract, create_contracts, create_support_tiers, read_contracts
from finops.inputs.support_tiers import read_tiers
from finops.invoice.bill_rules import Finding, findings
from finops.invoice.classes import classified
from finops.invoice.files import Invoices, read_invoices
from finops.invoice.issue import Issued, create_issued, delivered_again, issued_on
from finops.invoice.items import invoice_items
from finops.sql import literal, read_query
from finops.warehouse.connect import Warehouse
from finops.warehouse.database import open_database

__all__ = ["InvoiceCheck", "check_invoices"]


@dataclass(frozen=True)
class InvoiceCheck:
    """What the check of a month's invoices found.

    `items` has one row per invoice and item (services, data_transfer, support, marketplace,
    credits, tax): x_invoiced_cost, billed_cost, x_difference in billing_currency. `differences` has
    one row per difference: x_class, x_explained, x_difference (above 0 is invoiced too much),
    x_evidence; those that no class explains, above tolerance, are not explained. `findings` is what
    each over- and under-billing rule found in the bill itself.
    """

    billing_period: str
    billing_account_id: str
    currency: str
    invoices: Invoices
    items: pd.DataFrame
    differences: pd.DataFrame
    findings: list[Finding]

    @property
    def unexplained(self) -> pd.DataFrame:
        """The differences that nothing explains."""
        return self.differences[~self.differences["x_explained"]]

    @property
    def agrees(self) -> bool:
        """Whether every invoice is what the bill says, but for what is explained."""
        return self.unexplained.empty

    @property
    def over_billed(self) -> Decimal:
        """What the unexplained differences sum to, in the bill's currency."""
        return sum(self._unexplained_amounts(), Decimal(0))

    @property
    def unexplained_cost(self) -> Decimal:
        """The same, too much and too little added up."""
        return sum((abs(one) for one in self._unexplained_amounts()), Decimal(0))

    def _unexplained_amounts(self) -> list[Decimal]:
        rows = self.unexplained[self.unexplained["billing_currency"] == self.currency]
        return list(rows["x_difference"])


def check_invoices(
    warehouse: Warehouse, paths: Iterable[str | Path], billing_period: str | None = None
) -> InvoiceCheck:
    """Return how invoices (API JSON, console CSV) agree with the bill that is built.

    Every invoice of the bill's month must be among the files. Raises BadInput for a file that can't
    be read, an invoice of another payer, a month or a currency that is not loaded, and a wrong line
    of business/contracts.csv; SourceNotFound without file or build.
    """
    invoices = read_invoices([Path(one) for one in paths], billing_period)
    contracts = read_contracts(warehouse.settings.project)
    _check_loaded(warehouse, invoices)
    issued = issued_on(warehouse.settings, invoices)
    with _opened(warehouse, invoices, contracts, issued) as con:
        positions, bill = _rows(con, "positions"), _rows(con, "bill")
        found = findings(con, contracts)
    return InvoiceCheck(
        billing_period=invoices.billing_period,
        billing_account_id=invoices.billing_account_id,
        currency=invoices.currency,
        invoices=invoices,
        items=invoice_items(invoices, positions),
        differences=classified(invoices, positions, bill, contracts, delivered_again(issued)),
        findings=found,
    )


def _check_loaded(warehouse: Warehouse, invoices: Invoices) -> None:
    """Raise BadInput unless the bill has the invoices' month, payer and currency."""
    known = warehouse.sql(
        "select distinct billing_period, billing_account_id, billing_currency from "
        "facts.daily_cost order by all"
    )
    months = sorted(set(known["billing_period"]))
    if invoices.billing_period not in months:
        raise BadInput(
            f"The invoices are of {invoices.billing_period}, and that month is not loaded: there "
            f"are {', '.join(months) or 'none'}. Run: finops load SOURCE, then finops build"
        )
    of_month = known[known["billing_period"] == invoices.billing_period]
    for word, column, value in (
        ("payer", "billing_account_id", invoices.billing_account_id),
        ("currency", "billing_currency", invoices.currency),
    ):
        loaded = sorted({str(one) for one in of_month[column]})
        if value not in loaded:
            raise BadInput(
                f"The invoices are of {word} {value}; the bill of {invoices.billing_period} has "
                f"{', '.join(loaded)}. Give the invoices of that {word}."
            )


@contextmanager
def _opened(
    warehouse: Warehouse, invoices: Invoices, contracts: list[Contract], issued: list[Issued]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a reader of the build with the tables that the queries of a check read beside it."""
    settings = warehouse.settings
    with open_database(settings.database, settings) as con:
        month = {
            "billing_period": invoices.billing_period,
            "billing_account_id": invoices.billing_account_id,
            "billing_currency": invoices.currency,
        }
        con.register("asked_month", pa.Table.from_pylist([month], _MONTH))
        con.execute(_query("month"))
        # A literal month, so that only its files are read.
        con.execute(_MONTH_CHARGES.format(*(literal(one) for one in month.values())))
        lines = [vars(one) for one in invoices.lines]
        con.register("read_lines", pa.Table.from_pylist(lines, _LINES))
        con.execute(_LINE_TABLE)
        create_issued(con, issued)
        create_contracts(con, contracts)
        create_support_tiers(con, read_tiers(settings.project))
        yield con


def _rows(con: duckdb.DuckDBPyConnection, name: str) -> pd.DataFrame:
    frame: pd.DataFrame = (
        con.sql(_query(name)).to_arrow_table().to_pandas(types_mapper=pd.ArrowDtype)
    )
    return frame


def _query(name: str) -> str:
    return read_query("finops.invoice", name)


_TEXT = pa.string()
_MONEY = pa.decimal128(28, 10)
_MONTH = pa.schema(
    [(name, _TEXT) for name in ("billing_period", "billing_account_id", "billing_currency")]
)
_MONTH_CHARGES = """
create temp view month_charges as
select * from staging.charges
where billing_period = {} and billing_account_id = {} and billing_currency = {}"""
_LINES = pa.schema(
    [
        ("invoice_id", _TEXT),
        ("sub_account_id", _TEXT),
        ("service_code", _TEXT),
        ("usage_type", _TEXT),
        ("operation", _TEXT),
        ("description", _TEXT),
        ("quantity", _MONEY),
        ("charge", _MONEY),
        ("credit", _MONEY),
        ("tax", _MONEY),
    ]
)
_LINE_TABLE = """
create temp table invoice_lines as
select
    invoice_id,
    sub_account_id,
    service_code as x_service_code,
    usage_type as x_usage_type,
    operation as x_operation,
    description as charge_description,
    quantity as pricing_quantity,
    charge as x_charge,
    credit as x_credit,
    tax as x_tax
from read_lines"""
