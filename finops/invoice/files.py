"""Read the invoices that AWS sends: JSON of the invoicing API, CSV of the billing console."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from finops.csv_text import read_text
from finops.errors import BadInput, SourceNotFound
from finops.invoice.console_csv import read_bills_csv
from finops.invoice.invoicing_api import read_summaries
from finops.invoice.rows import Invoice, InvoiceLine

__all__ = ["Invoices", "invoice_months", "read_invoices"]

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Invoices:
    """The invoices of one month and payer, each once, and their lines where a CSV has them.

    `receipts` names payment receipts that were left out, which repeat the money of invoices.
    """

    billing_period: str
    billing_account_id: str
    currency: str
    heads: list[Invoice]
    lines: list[InvoiceLine]
    receipts: list[str]


def read_invoices(paths: Iterable[Path], billing_period: str | None = None) -> Invoices:
    """Return the invoices of a month from files of either kind; of any order and number.

    A JSON file may hold several months if `billing_period` (YYYY-MM) says which. Where both kinds
    have an invoice, the API's amounts count and the CSV gives the lines. Raises SourceNotFound for
    a file that is not there, and BadInput for one that can't be read, is cut off, of several
    payers, months or currencies, or holds an invoice twice.
    """
    heads: list[Invoice] = []
    lines: list[InvoiceLine] = []
    for path in paths:
        found, of_file = _read(path)
        heads += found
        lines += of_file
    wanted = [one for one in heads if billing_period in (None, one.billing_period)]
    if not wanted:
        raise BadInput(_nothing(heads, billing_period))
    receipts = sorted({one.invoice_id for one in wanted if one.kind == "PAYMENT_RECEIPT"})
    billed = [one for one in wanted if one.kind != "PAYMENT_RECEIPT"]
    ids = {one.invoice_id for one in billed}
    return Invoices(
        _only("month", (one.billing_period for one in wanted), "Name it: finops close YYYY-MM."),
        _only("payer", (one.payer for one in wanted), "Give the files of one payer."),
        _only("currency", (one.currency for one in wanted), "Give the files of one currency."),
        _unique(billed),
        [one for one in lines if one.invoice_id in ids],
        receipts,
    )


def invoice_months(path: Path) -> set[str]:
    """Return the months (YYYY-MM) that a file has invoices of. Raises as `read_invoices` does."""
    heads, _ = _read(path)
    return {one.billing_period for one in heads}


def _read(path: Path) -> tuple[list[Invoice], list[InvoiceLine]]:
    if not path.is_file():
        raise SourceNotFound(f"{path} is no file. Give invoices as .json or .csv.")
    text = read_text(path)
    if path.suffix.lower() == ".json":
        return read_summaries(path, text), []
    if path.suffix.lower() == ".csv":
        return read_bills_csv(path, text)
    raise BadInput(
        f"{path} is no invoice that can be read. Take the JSON of `aws invoicing "
        "list-invoice-summaries`, or the CSV of the billing console."
    )


def _unique(heads: list[Invoice]) -> list[Invoice]:
    """Return each invoice once: as the API has it, where it has it."""
    found: dict[str, Invoice] = {}
    for one in sorted(heads, key=lambda head: head.from_csv):
        known = found.setdefault(one.invoice_id, one)
        if known is one:
            continue
        if known.from_csv == one.from_csv:
            raise BadInput(f"{one.path}: invoice {one.invoice_id} is in {known.path} already.")
        _check_same(known, one)
    return list(found.values())


def _check_same(api: Invoice, console: Invoice) -> None:
    """Raise BadInput where the two files of an invoice are not of one state of it."""
    if abs(api.total - console.total) > _CENT:
        raise BadInput(
            f"Invoice {api.invoice_id} is {api.total} {api.currency} in {api.path} and "
            f"{console.total} in {console.path}. One of them is older: fetch both anew."
        )


def _only(word: str, values: Iterable[str], hint: str) -> str:
    found = sorted(set(values))
    if len(found) > 1:
        raise BadInput(f"The invoices are of more than one {word}: {', '.join(found)}. {hint}")
    return found[0]


def _nothing(heads: list[Invoice], billing_period: str | None) -> str:
    months = sorted({one.billing_period for one in heads})
    if not months:
        return "The files hold no invoice. Does the list begin with the payer account's?"
    return f"The files hold no invoice of {billing_period}; they are of {', '.join(months)}."
