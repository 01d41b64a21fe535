"""Write an invoice check as an Excel workbook: differences and sums are formulas."""

import io
from datetime import datetime
from decimal import Decimal

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook

from finops.invoice.check import InvoiceCheck
from finops.report.invoice.tables import Cell, Table, tables
from finops.report.invoice.text import say
from finops.text import cents

__all__ = ["invoice_workbook"]

_MONEY, _COINS = "#,##0.00;[Red]-#,##0.00", "#,##0;[Red]-#,##0"
_WIDE = {"evidence": 70, "where": 60, "rule": 40, "state": 60}


def invoice_workbook(check: InvoiceCheck, language: str) -> bytes:
    """Return the workbook of a check: a sheet per table.

    Text of invoices and bill never is a formula. The date of creation is the month's first day, so
    the same check gives the same bytes.
    """
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        created = datetime.fromisoformat(f"{check.billing_period}-01")
        title = f"{say('title', language)} {check.billing_period}"
        book.set_properties({"title": title, "created": created})
        for table in tables(check, language):
            _Sheet(book, table, check.currency, language).write()
    return stream.getvalue()


class _Sheet:
    """One table on a sheet of its own."""

    def __init__(self, book: Workbook, table: Table, currency: str, language: str) -> None:
        self.table, self.currency, self.language = table, currency, language
        # A sheet's name has no question mark and at most 31 letters.
        self.sheet = book.add_worksheet(say(table.key, language).replace("?", "")[:31])
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.right = book.add_format({"bold": True, "bottom": 1, "align": "right", "valign": "top"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.strong = book.add_format({"bold": True, "top": 1})
        self.sum = book.add_format({"num_format": _MONEY, "bold": True, "top": 1})
        self.formats = {
            places: book.add_format({"num_format": text, "valign": "top"})
            for places, text in ((2, _MONEY), (0, _COINS))
        }

    def write(self) -> None:
        self.header()
        values = [self.row(place) for place in range(len(self.table.rows))]
        if not values:
            self.sheet.write_string(1, 0, self.table.empty, self.wrap)
        elif self.table.totals:
            self.total(values)

    def header(self) -> None:
        """Write the names of the columns, ready to print on A4, one page wide."""
        wide = {say(key, self.language): width for key, width in _WIDE.items()}
        amounts = {
            column
            for row in self.table.rows
            for column, cell in enumerate(row)
            if isinstance(cell, Decimal)
        }
        for column, name in enumerate(self.table.columns):
            self.sheet.set_column(column, column, wide.get(name, 22))
            self.sheet.write_string(0, column, name, self.right if column in amounts else self.head)
        self.sheet.freeze_panes(1, 0)
        self.sheet.repeat_rows(0)
        self.sheet.set_paper(9)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)

    def row(self, place: int) -> list[Cell]:
        """Write a row, its difference as a formula; return what its cells show."""
        places = cents(self.table.currencies[place])
        row = [
            one if isinstance(one, str) else round(one, places) for one in self.table.rows[place]
        ]
        at, formula = -1, ""
        if self.table.difference:
            at, counts, against = self.table.difference
            row[at] = Decimal(row[counts]) - Decimal(row[against])
            cells = (f"{xl_col_to_name(one)}{place + 2}" for one in (counts, against))
            formula = f"=ROUND({'-'.join(cells)},{places})"
        style = self.formats[places]
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                self.sheet.write_string(place + 1, column, cell, self.wrap)
            elif column == at:
                self.sheet.write_formula(place + 1, column, formula, style, float(cell))
            else:
                self.sheet.write_number(place + 1, column, float(cell), style)
        return row

    def total(self, rows: list[list[Cell]]) -> None:
        """Write the sums of the columns of amounts below their rows."""
        last, places = len(rows) + 1, cents(self.currency)
        self.sheet.write_string(last, 0, say("total", self.language), self.strong)
        for column, first in enumerate(rows[0]):
            if not isinstance(first, str):
                letter = xl_col_to_name(column)
                formula = f"=ROUND(SUM({letter}2:{letter}{last}),{places})"
                value = sum(Decimal(row[column]) for row in rows)
                self.sheet.write_formula(last, column, formula, self.sum, float(value))
