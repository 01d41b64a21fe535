"""Write a closing pack as an Excel workbook whose formulas add up and hold their values."""

import io
import re
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from finops.close.month import Close
from finops.close.prepaid import month_end
from finops.report.close.layout import Column, Table, text_of
from finops.report.close.opening import OPENING
from finops.report.close.tables import tables
from finops.report.close.text import say
from finops.report.text import cents, is_missing, money_format, month_text, plain

__all__ = ["close_workbook"]

_FORMATS = {"count": "#,##0", "hours": "#,##0.00", "rate": "#,##0.00####", "share": "0.00%"}
_WIDE, _HEAD_HEIGHT, _LINE_HEIGHT = 60, 32, 15


def close_workbook(close: Close, language: str) -> bytes:
    """Return the workbook of a close: its opening on one sheet, then a sheet per table.

    Totals and what follows from other cells are formulas, with their values. Text of the bill never
    is a formula. The date of creation is the month's end, so the same close gives the same bytes.
    """
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        title = f"{say('title', language)} {close.period}"
        book.set_properties({"title": title, "created": month_end(close.period)})
        _Book(book, close, language).write()
    return stream.getvalue()


class _Book:
    """The sheets of one workbook and their formats."""

    def __init__(self, book: Workbook, close: Close, language: str) -> None:
        self.book, self.close, self.language = book, close, language
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.right = book.add_format(
            {"bold": True, "bottom": 1, "align": "right", "text_wrap": True, "valign": "top"}
        )
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.quiet = book.add_format({"font_color": "#5a5a5a"})
        self.strong = book.add_format({"bold": True, "top": 1})
        self.formats: dict[tuple[str, bool], Format] = {}

    def say(self, key: str, **values: str) -> str:
        return say(key, self.language, **values)

    def format(self, kind: str, *, total: bool = False) -> Format:
        """Return the number format of a kind of column: Korean won have no decimals."""
        if (kind, total) not in self.formats:
            more = {"bold": True, "top": 1} if total else {"valign": "top"}
            shown = _FORMATS.get(kind) or money_format(kind)
            self.formats[kind, total] = self.book.add_format({"num_format": shown, **more})
        return self.formats[kind, total]

    def write(self) -> None:
        found = tables(self.close, self.language)
        first = [table for table in found if table.key in OPENING]
        found = [table for table in found if table.key not in OPENING]
        widths = [max(_width(one, 0) for one in first), *[24] * 3]
        summary = self.sheet(self.say("summary"), widths)
        names: list[str] = []
        for table in found:
            name = _free_name(table.title, names)
            names.append(name)
            widths = [_width(table, place) for place in range(len(table.columns))]
            self.table(self.sheet(name, widths), table)
        self.summary(summary, first, found, names)

    def sheet(self, name: str, widths: list[int]) -> Worksheet:
        """Return a new sheet, ready to print: A4, one page wide, with page numbers."""
        sheet = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        title = f"{self.close.company[:80]}: {self.say('title')} {self.close.period}"
        sheet.set_header(f"&L{_literal(title)}&R{_literal(name)}")
        sheet.set_footer(f"&L{_literal(title)}&R{self.say('page')} &P / &N")
        return sheet

    def table(self, sheet: Worksheet, table: Table) -> None:
        """Write a table that has a sheet of its own."""
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        self.rows(sheet, table, 0)
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)

    def rows(self, sheet: Worksheet, table: Table, top: int) -> int:
        """Write a table from the row `top` on; return the next free row."""
        for place, column in enumerate(table.columns):
            sheet.write_string(
                top, place, column.title, self.right if column.is_number else self.head
            )
        sheet.set_row(top, _HEAD_HEIGHT)
        widths = [_width(table, place) for place in range(len(table.columns))]
        for row, values in enumerate(table.rows, top + 1):
            # A spreadsheet that opens the file doesn't make rows higher for text that wraps.
            lines = [
                -(-_letters(str(values[place])) // widths[place])
                for place, column in enumerate(table.columns)
                if not column.is_number
            ]
            if max(lines, default=1) > 1:
                sheet.set_row(row, _LINE_HEIGHT * max(lines))
            for place, (value, column) in enumerate(zip(values, table.columns, strict=True)):
                self.cell(sheet, row, place, value, column)
        last = top + len(table.rows) + 1
        if not table.rows:
            sheet.write_string(top + 1, 0, table.empty, self.quiet)
        else:
            self.totals(sheet, table, top, last)
        # A line of its own per sentence, because a long one would shrink the printed page.
        sentences = re.split(r"(?<=\.) ", table.note) if table.note else []
        for place, sentence in enumerate(sentences, last + 2):
            sheet.write_string(place, 0, sentence, self.quiet)
        return last + 3 + len(sentences)

    def cell(self, sheet: Worksheet, row: int, place: int, value: Any, column: Column) -> None:
        if is_missing(value):
            return
        if not column.is_number:
            sheet.write_string(row, place, plain(value) if value else "", self.wrap)
        elif column.formula:
            cells = re.sub(
                r"{(\d+)}", lambda one: f"{xl_col_to_name(int(one[1]))}{row + 1}", column.formula
            )
            self.formula(sheet, row, place, cells, column, float(value))
        else:
            sheet.write_number(row, place, float(value), self.format(column.kind))

    def totals(self, sheet: Worksheet, table: Table, top: int, last: int) -> None:
        sums = table.sums()
        if not any(column.total for column in table.columns):
            return
        sheet.write_string(last, 0, self.say("total"), self.strong)
        for place, (column, value) in enumerate(zip(table.columns, sums, strict=True)):
            if column.total:
                letter = xl_col_to_name(place)
                cells = f"SUM({letter}{top + 2}:{letter}{last})"
                self.formula(sheet, last, place, cells, column, float(value), total=True)

    def formula(
        self,
        sheet: Worksheet,
        row: int,
        place: int,
        cells: str,
        column: Column,
        value: float,
        *,
        total: bool = False,
    ) -> None:
        """Write a formula, of money rounded to the coin, and the value that it has."""
        is_money = column.kind not in _FORMATS
        shown = round(value, cents(column.kind)) if is_money else value
        text = f"=ROUND({cells},{cents(column.kind)})" if is_money else f"={cells}"
        sheet.write_formula(row, place, text, self.format(column.kind, total=total), shown)

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


def _literal(text: str) -> str:
    """Return text for the head or foot of a page, where & begins a code."""
    return text.replace("&", "&&")


def _width(table: Table, place: int) -> int:
    """Return the width of a column that shows all its values; Korean letters are two wide."""
    column, total = table.columns[place], table.sums()[place]
    values = [row[place] for row in table.rows] + ([total] if column.total else [])
    kind = column.kind if column.is_number else "text"
    texts = [text_of(value, kind) for value in values]
    # Titles wrap, but never within a word.
    words = [_letters(one) for one in re.split(r"[ ,]+", column.title)]
    lengths = [*map(_letters, texts), *words, _letters(column.title) // 2 + 1]
    return min(max(lengths, default=0) + 3, _WIDE)


def _letters(text: str) -> int:
    return sum(1 + (east_asian_width(letter) in "WF") for letter in text)


def _free_name(title: str, taken: list[str]) -> str:
    """Return a sheet's name: at most 31 characters, and no other sheet's."""
    name = re.sub(r"[\[\]:*?/\\]", " ", title)[:31]
    number = 2
    while name in taken:
        name = f"{name[:28]} {number}"
        number += 1
    return name
