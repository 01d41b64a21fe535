"""Read the bill as CSV that the billing console gives: one line per payer, account and price."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from finops.csv_text import cells_of
from finops.errors import BadInput
from finops.invoice.rows import Invoice, InvoiceLine

__all__ = ["COLUMNS", "read_bills_csv"]

# fmt: off
COLUMNS = [
    "InvoiceID", "PayerAccountId", "LinkedAccountId", "RecordType",
    "RecordID", "BillingPeriodStartDate", "BillingPeriodEndDate", "InvoiceDate",
    "PayerAccountName", "LinkedAccountName", "TaxationAddress", "PayerPONumber",
    "ProductCode", "ProductName", "SellerOfRecord", "UsageType",
    "Operation", "RateId", "ItemDescription", "UsageStartDate",
    "UsageEndDate", "UsageQuantity", "BlendedRate", "CurrencyCode",
    "CostBeforeTax", "Credits", "TaxAmount", "TaxType",
    "TotalCost",
]
# fmt: on
# The variant with cost allocation tags has these too.
_MORE = ("AvailabilityZone", "user:", "aws:")
# What the cents of lines are more or less than those of the invoice: no line of any account.
_ROUNDING = {"Rounding", "CBRounding"}
_PAYER = {"PayerLineItem", *_ROUNDING}
_LINKED = {"LinkedLineItem"}
_TOTALS = {"InvoiceTotal", "StatementTotal", "AccountTotal"}
_PERIOD = re.compile(r"(\d{4})[/-](\d{2})[/-]\d{2}")
_CENT = Decimal("0.01")
_MOST_DIGITS = 18
_Cells = dict[str, str]


@dataclass(frozen=True)
class _Record:
    """One row of the file, parsed."""

    payer: str
    record_type: str
    billing_period: str
    currency: str
    issued: date | None
    line: InvoiceLine

    @property
    def total(self) -> Decimal:
        return self.line.charge + self.line.credit + self.line.tax


def read_bills_csv(path: Path, text: str) -> tuple[list[Invoice], list[InvoiceLine]]:
    """Return the invoices of the file and their lines by account.

    Rows of the payer and of linked accounts repeat the same money: an invoice is what the payer's
    rows sum to, and its lines are those of the accounts, with what no account has under the payer.
    Total rows are never summed, but the file is cut off if its rows don't add up to them. Raises
    BadInput, with file and line.
    """
    records = [_record(path, line, cells) for line, cells in _rows(path, text)]
    by_invoice: dict[str, list[_Record]] = defaultdict(list)
    for one in records:
        if one.line.invoice_id:
            by_invoice[one.line.invoice_id].append(one)
    heads = [_invoice(path, of_invoice) for of_invoice in by_invoice.values()]
    lines = [line for of_invoice in by_invoice.values() for line in _lines(of_invoice)]
    return heads, lines


def _rows(path: Path, text: str) -> Iterable[tuple[int, _Cells]]:
    lines = cells_of(path, text)
    _, header = next(lines, (1, []))
    missing = [name for name in COLUMNS if name not in header]
    unknown = [name for name in header if name not in COLUMNS and not name.startswith(_MORE)]
    if missing or unknown:
        found = f"missing {', '.join(missing)}" if missing else f"unknown {', '.join(unknown)}"
        raise BadInput(f"{path} line 1: {found}. It is no bill of the billing console.")
    for line, cells in lines:
        yield line, dict(zip(header, cells, strict=True))


def _record(path: Path, line: int, cells: _Cells) -> _Record:
    kind = cells["RecordType"]
    if kind not in _PAYER | _LINKED | _TOTALS:
        known = ", ".join(sorted(_PAYER | _LINKED | _TOTALS))
        raise BadInput(f"{path} line {line}: unknown RecordType {kind!r}. Known: {known}.")
    period = _PERIOD.match(cells["BillingPeriodStartDate"])
    if not period:
        value = cells["BillingPeriodStartDate"]
        raise BadInput(f"{path} line {line}: BillingPeriodStartDate {value!r} is no date.")
    return _Record(
        payer=cells["PayerAccountId"],
        record_type=kind,
        billing_period="-".join(period.groups()),
        currency=cells["CurrencyCode"].strip().upper(),
        issued=_issued(path, line, cells["InvoiceDate"]),
        line=_line(path, line, cells),
    )


def _issued(path: Path, line: int, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10].replace("/", "-"))
    except ValueError:
        raise BadInput(f"{path} line {line}: InvoiceDate {text!r} is no date.") from None


def _line(path: Path, line: int, cells: _Cells) -> InvoiceLine:
    def amount(name: str) -> Decimal:
        return _decimal(path, line, name, cells[name] or "0")

    charge, tax = amount("CostBeforeTax"), amount("TaxAmount")
    quantity = cells["UsageQuantity"]
    return InvoiceLine(
        line=line,
        invoice_id=cells["InvoiceID"],
        seller=cells["SellerOfRecord"],
        sub_account_id=cells["LinkedAccountId"] or cells["PayerAccountId"],
        service_code=cells["ProductCode"],
        service_name=cells["ProductName"],
        usage_type=cells["UsageType"],
        operation=cells["Operation"],
        description=cells["ItemDescription"],
        quantity=_decimal(path, line, "UsageQuantity", quantity) if quantity else None,
        charge=charge,
        # Credits come with either sign: the one with which the row adds up counts.
        credit=amount("TotalCost") - charge - tax,
        tax=tax,
    )


def _decimal(path: Path, line: int, name: str, text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise BadInput(f"{path} line {line}: {name} {text!r} is no number.") from error
    if not value.is_finite() or value.adjusted() > _MOST_DIGITS:
        raise BadInput(f"{path} line {line}: {name} {text!r} is no number.")
    return value


def _invoice(path: Path, records: list[_Record]) -> Invoice:
    items = _items(records)
    if not items:
        raise BadInput(
            f"{path} invoice {records[0].line.invoice_id}: totals without lines. Is it cut off?"
        )
    _check_totals(path, records, items)
    first = items[0]
    for word, values in (
        ("currency", {one.currency for one in items}),
        ("payer", {one.payer for one in items}),
        ("month", {one.billing_period for one in items}),
    ):
        if len(values) > 1:
            found = ", ".join(sorted(values))
            raise BadInput(
                f"{path} invoice {first.line.invoice_id}: more than one {word}: {found}."
            )
    before_tax = sum((one.line.charge + one.line.credit for one in items), Decimal(0))
    total = sum((one.total for one in items), Decimal(0))
    return Invoice(
        path=path,
        from_csv=True,
        payer=first.payer,
        invoice_id=first.line.invoice_id,
        billing_period=first.billing_period,
        seller=next((one.line.seller for one in items if one.line.seller), ""),
        is_marketplace=all(
            one.line.usage_type.startswith("MP:") for one in items if one.line.charge
        ),
        kind="INVOICE" if total >= 0 else "CREDIT_MEMO",
        currency=first.currency,
        before_tax=round(before_tax, 2),
        total=round(total, 2),
        credit=round(sum((one.line.credit for one in items), Decimal(0)), 2),
        issued=max((one.issued for one in items if one.issued), default=None),
    )


def _is_marketplace(items: list[_Record]) -> bool:
    return all(one.line.usage_type.startswith("MP:") for one in items if one.line.charge)


def _items(records: list[_Record]) -> list[_Record]:
    """Return the rows that are the invoice: the payer's, or all where there are no payer's."""
    payer = [one for one in records if one.record_type in _PAYER]
    return payer or [one for one in records if one.record_type in _LINKED]


def _check_totals(path: Path, records: list[_Record], items: list[_Record]) -> None:
    """Raise BadInput if the rows are not what the invoice's own total row says."""
    found = sum((one.total for one in items), Decimal(0))
    for one in records:
        if one.record_type == "InvoiceTotal" and abs(one.total - found) > _CENT:
            raise BadInput(
                f"{path} line {one.line.line}: invoice {one.line.invoice_id} is {one.total}, but "
                f"its lines sum to {found}. Is the file cut off? Download it anew."
            )


def _lines(records: list[_Record]) -> list[InvoiceLine]:
    """Return lines by account; what the payer has beyond them is the payer's own."""
    linked = [one.line for one in records if one.record_type in _LINKED]
    payer = [one.line for one in records if one.record_type in _PAYER - _ROUNDING]
    if not linked or not payer:
        return linked or payer
    rest = _sums(payer)
    for key, (charge, credit, tax, _) in _sums(linked).items():
        known = rest.get(key, (Decimal(0), Decimal(0), Decimal(0), linked[0]))
        rest[key] = (known[0] - charge, known[1] - credit, known[2] - tax, known[3])
    return linked + [
        InvoiceLine(**{**vars(line), "charge": charge, "credit": credit, "tax": tax})
        for charge, credit, tax, line in rest.values()
        # Rows are rounded one by one, so a sum over accounts may be off by their last digits.
        if max(abs(charge), abs(credit), abs(tax)) >= _CENT
    ]


_Sum = tuple[Decimal, Decimal, Decimal, InvoiceLine]


def _sums(lines: list[InvoiceLine]) -> dict[tuple[str, str], _Sum]:
    found: dict[tuple[str, str], _Sum] = {}
    for one in lines:
        key = (one.service_code, one.usage_type)
        charge, credit, tax, first = found.get(key, (Decimal(0), Decimal(0), Decimal(0), one))
        found[key] = (charge + one.charge, credit + one.credit, tax + one.tax, first)
    return found
