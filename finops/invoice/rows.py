"""What an invoice says, in the same words whatever file it comes from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

__all__ = ["Conversion", "Invoice", "InvoiceLine"]

# Traffic is a service of its own on invoices; in the bill it belongs to what caused it.
TRAFFIC_CODE = "AWSDataTransfer"


@dataclass(frozen=True)
class Conversion:
    """An invoice's amounts in another currency, at AWS's rate; `purpose` is payment or tax."""

    purpose: str
    currency: str
    rate: Decimal
    total: Decimal
    before_tax: Decimal


@dataclass(frozen=True)
class Invoice:
    """One invoice or credit memo; amounts in `currency`, credits negative as in the bill.

    `kind` is INVOICE, CREDIT_MEMO or PAYMENT_RECEIPT. `does_not_add_up` has the parts of an invoice
    whose own sums are wrong: subtotal, discounts, fees, taxes, total before tax, total. `credit` is
    None where the file does not tell it; so is `issued`, its date.
    """

    path: Path
    from_csv: bool
    payer: str
    invoice_id: str
    billing_period: str
    seller: str
    is_marketplace: bool
    kind: str
    currency: str
    before_tax: Decimal
    total: Decimal
    credit: Decimal | None
    issued: date | None = None
    conversions: tuple[Conversion, ...] = ()
    does_not_add_up: tuple[str, ...] = ()

    @property
    def tax(self) -> Decimal:
        """What is tax of the total."""
        return self.total - self.before_tax


@dataclass(frozen=True)
class InvoiceLine:
    """One line of an invoice as a CSV has it: `line` in the file, one account, amounts exact."""

    line: int
    invoice_id: str
    seller: str
    sub_account_id: str
    service_code: str
    service_name: str
    usage_type: str
    operation: str
    description: str
    quantity: Decimal | None
    charge: Decimal
    credit: Decimal
    tax: Decimal
