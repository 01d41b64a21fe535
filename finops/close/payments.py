"""Read at what exchange rate invoices were booked and paid, from business/payments.csv."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from finops.allocation.owners import Day, Name
from finops.csv_input import Row, check_unique, columns, read_rows
from finops.errors import BadInput

__all__ = ["COLUMNS", "Payment", "read_payments"]

Rate = Annotated[Annotated[Decimal, Field(gt=0)] | None, BeforeValidator(lambda v: v or None)]


class Payment(Row):
    """An invoice: the rate it was booked at, and when and at what rate it was paid."""

    invoice_id: Name
    invoice_rate: Rate = None
    payment_date: Day = None
    payment_rate: Rate = None

    def is_paid(self, end: date) -> bool:
        """Whether it was paid before `end`."""
        return self.payment_date is not None and self.payment_date < end


COLUMNS = columns(Payment)


def read_payments(path: Path) -> dict[str, Payment]:
    """Return the invoices of the file at `path`, by id; none if it is absent.

    Rates are units of the reporting currency per unit of the bill's. Raises BadInput, with file and
    line, for a repeated invoice and for a payment with a date and no rate, or a rate and no date.
    """
    rows = read_rows(path, Payment)
    check_unique(path, rows, lambda row: row.invoice_id)
    for row in rows:
        if (row.payment_date is None) != (row.payment_rate is None):
            raise BadInput(
                f"{path} line {row.line}: invoice {row.invoice_id} has only one of payment_date "
                "and payment_rate; give both, or none while it isn't paid."
            )
    return {row.invoice_id: row for row in rows}
