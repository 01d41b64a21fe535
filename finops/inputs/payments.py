"""Read at what exchange rate invoices were booked and paid, from business/payments.csv."""

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

from finops.csv_input import Date, Name, Rate, Row, check_unique, columns, optional, read_rows
from finops.errors import BadInput

__all__ = ["COLUMNS", "Payment", "read_payments"]

_OptionalRate = Annotated[Rate | None, BeforeValidator(optional)]


class Payment(Row):
    """An invoice: the rate it was booked at, and when and at what rate it was paid."""

    invoice_id: Name
    invoice_rate: _OptionalRate = None
    payment_date: Annotated[Date | None, BeforeValidator(optional)] = None
    payment_rate: _OptionalRate = None

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
