"""Write an invoice check as an Excel workbook: differences and sums are formulas."""

import io
from datetime import datetime

from finops.invoice.check import InvoiceCheck
from finops.report.invoice.tables import tables
from finops.report.invoice.text import say
from finops.report.kit.workbook import Book, new_workbook

__all__ = ["invoice_workbook"]


def invoice_workbook(check: InvoiceCheck, language: str) -> bytes:
    """Return the workbook of a check: a sheet per table.

    Text of invoices and bill never is a formula. The date of creation is the month's first day, so
    the same check gives the same bytes.
    """
    stream = io.BytesIO()
    title = f"{say('title', language)} {check.billing_period}"
    created = datetime.fromisoformat(f"{check.billing_period}-01")
    with new_workbook(stream, title, created) as made:
        book = Book(made, title, page=say("page", language))
        for table in tables(check, language):
            book.table(table)
    return stream.getvalue()
