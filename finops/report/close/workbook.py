"""Write a closing pack as an Excel workbook whose formulas add up and hold their values."""

import io
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from finops.close.month import Close
from finops.close.prepaid import month_end
from finops.report.close.opening import OPENING
from finops.report.close.tables import tables
from finops.report.close.text import say
from finops.report.kit.table import Column, Table
from finops.report.kit.workbook import Book, new_workbook, width
from finops.text import month_text

__all__ = ["close_workbook"]


def close_workbook(close: Close, language: str) -> bytes:
    """Return the workbook of a close: its opening on one sheet, then a sheet per table.

    Totals and what follows from other cells are formulas, with their values. Text of the bill never
    is a formula. The date of creation is the month's end, so the same close gives the same bytes.
    """
    stream = io.BytesIO()
    title = f"{say('title', language)} {close.period}"
    with new_workbook(stream, title, month_end(close.period)) as book:
        _Pack(book, close, language).write()
    return stream.getvalue()


class _Pack(Book):
    """The sheets of a closing pack."""

    def __init__(self, book: Workbook, close: Close, language: str) -> None:
        self.close, self.language = close, language
        name = f"{close.company[:80]}: {self.say('title')} {close.period}"
        super().__init__(book, name, page=self.say("page"))

    def say(self, key: str, **values: str) -> str:
        return say(key, self.language, **values)

    def write(self) -> None:
        found = tables(self.close, self.language)
        first = [table for table in found if table.key in OPENING]
        found = [table for table in found if table.key not in OPENING]
        widths = [max(width(one, 0) for one in first), *[24] * 3]
        summary = self.sheet(self.say("summary"), widths)
        names = [self.table(table) for table in found]
        self.summary(summary, first, found, names)

    def summary(
        self, sheet: Worksheet, first: list[Table], found: list[Table], names: list[str]
    ) -> None:
        """Write the opening on one page, with what proves that the pack is whole."""
        close = self.close
        period = month_text(close.period, self.language)
        sheet.write_string(0, 0, f"{close.company}: {self.say('title')}, {period}", self.title)
        state = self.say("final" if close.is_final else "not_final")
        sheet.write_string(1, 0, state, self.quiet)
        sheet.set_portrait()
        sheet.fit_to_pages(1, 1)
        row = 3
        for table in first:
            if table.key == "sign_off":
                row = self.proofs(sheet, row, found, names) + 1
            sheet.write_string(row, 0, table.title, self.strong)
            row = self.rows(sheet, table, row + 1)
        sheet.write_string(row + 1, 0, self.say("footer"), self.quiet)

    def proofs(self, sheet: Worksheet, row: int, found: list[Table], names: list[str]) -> int:
        """Write what the bill and the debits add up to, and that nothing is left over: formulas."""
        bills = iter(self.close.rates)
        for table, name in zip(found, names, strict=True):
            last, sums = len(table.rows) + 2, table.sums()
            if table.rows and table.key == "recognition":
                column = Column(self.say("recognition"), next(bills))
                self.proof(sheet, row, f"'{name}'!F{last}", column, sums[5], "")
            elif table.rows and table.key == "journal":
                column = Column(
                    f"{self.say('journal')}: {self.say('difference')}", self.close.currency
                )
                cells = f"'{name}'!H{last}-'{name}'!I{last}"
                self.proof(sheet, row, cells, column, sums[7] - sums[8], self.say("balanced"))
            else:
                continue
            row += 1
        return row

    def proof(
        self, sheet: Worksheet, row: int, cells: str, column: Column, value: Any, text: str
    ) -> None:
        sheet.write_string(row, 0, f"{column.title}, {column.kind}")
        self.formula(sheet, row, 1, cells, column, float(value))
        sheet.write_string(row, 2, text, self.quiet)
