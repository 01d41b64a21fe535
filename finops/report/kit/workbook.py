"""Write tables into an Excel workbook whose formulas add up and hold their values."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from finops.report.kit.table import Column, Table, text_of
from finops.text import cents, is_missing, money_format, plain

__all__ = ["Book", "new_workbook", "width"]

_FORMATS = {
    "count": "#,##0",
    "hours": "#,##0.00",
    "rate": "#,##0.00####",
    "share": "0.00%",
    "weight": "0.0000%",
}
_WIDE, _HEAD_HEIGHT, _LINE_HEIGHT = 60, 32, 15


@contextmanager
def new_workbook(stream: io.BytesIO, title: str, created: datetime) -> Iterator[Workbook]:
    """Open a workbook in which text never is a formula; the same content gives the same bytes."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": title, "created": created})
        yield book


class Book:
    """The sheets of one workbook and their formats.

    `name` stands on every printed page, beside the name of its sheet; `page` is the
    word of its language.
    """

    def __init__(self, book: Workbook, name: str, *, page: str, foot: str = "") -> None:
        """Make the formats of the sheets to come."""
        self.book, self.name, self.foot, self.page_word = book, name, foot or name, page
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.right = book.add_format(
            {"bold": True, "bottom": 1, "align": "right", "text_wrap": True, "valign": "top"}
        )
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.quiet = book.add_format({"font_color": "#5a5a5a"})
        self.strong = book.add_format({"bold": True, "top": 1})
        self.figure = book.add_format({"align": "right", "valign": "top"})
        self.unknown = book.add_format({"font_color": "#5a5a5a", "align": "right", "valign": "top"})
        self.formats: dict[tuple[str, bool], Format] = {}

    def format(self, kind: str, *, total: bool = False) -> Format:
        """Return the number format of a kind of column: Korean won have no decimals."""
        if (kind, total) not in self.formats:
            more = {"bold": True, "top": 1} if total else {"valign": "top"}
            shown = _FORMATS.get(kind) or money_format(kind)
            self.formats[kind, total] = self.book.add_format({"num_format": shown, **more})
        return self.formats[kind, total]

    def sheet(self, name: str, widths: list[int]) -> Worksheet:
        """Return a new sheet, ready to print: A4, one page wide, with page numbers."""
        sheet = self.book.add_worksheet(name[:31])
        for column, wide in enumerate(widths):
            sheet.set_column(column, column, wide)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_header(f"&L{_literal(self.name)}&R{_literal(name)}")
        sheet.set_footer(f"&L{_literal(self.foot)}&R{self.page_word} &P / &N")
        return sheet

    def table(self, table: Table) -> str:
        """Write a table on a sheet of its own; return the name of the sheet."""
        name = _free_name(table.title, [one.name for one in self.book.worksheets()])
        sheet = self.sheet(name, [width(table, place) for place in range(len(table.columns))])
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        self.rows(sheet, table, 0)
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
        return name

    def rows(self, sheet: Worksheet, table: Table, top: int, *, widest: int = _WIDE) -> int:
        """Write a table from the row `top` on; return the next free row.

        No column of the sheet may be narrower than the table's, or than `widest`.
        """
        for place, column in enumerate(table.columns):
            sheet.write_string(
                top, place, column.title, self.right if column.is_number else self.head
            )
        sheet.set_row(top, _HEAD_HEIGHT)
        widths = [min(width(table, place), widest) for place in range(len(table.columns))]
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
                self.cell(sheet, row, place, value, replace(column, kind=column.kind_in(values)))
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
        """Write a value of a column; one that is computed is a formula, a missing one is empty."""
        if is_missing(value):
            return
        if column.is_number and isinstance(value, str):
            style = self.figure if column.kind == "figure" else self.unknown
            sheet.write_string(row, place, plain(value), style)
        elif not column.is_number:
            sheet.write_string(row, place, plain(value) if value else "", self.wrap)
        elif column.formula:
            cells = re.sub(
                r"{(\d+)}", lambda one: f"{xl_col_to_name(int(one[1]))}{row + 1}", column.formula
            )
            self.formula(sheet, row, place, cells, column, float(value))
        else:
            sheet.write_number(row, place, float(value), self.format(column.kind))

    def totals(self, sheet: Worksheet, table: Table, top: int, last: int) -> None:
        """Write the sums of a table below its rows."""
        sums = table.sums()
        if not any(column.total for column in table.columns):
            return
        sheet.write_string(last, 0, table.total_word, self.strong)
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


def _literal(text: str) -> str:
    """Return text for the head or foot of a page, where & begins a code."""
    return text.replace("&", "&&")


def width(table: Table, place: int) -> int:
    """Return the width of a column that shows all its values; Korean letters are two wide."""
    column, total = table.columns[place], table.sums()[place]
    texts = [
        text_of(row[place], column.kind_in(row) if column.is_number else "text")
        for row in table.rows
    ]
    if column.total:
        texts.append(text_of(total, column.kind))
    # Titles wrap, but never within a word.
    words = [_letters(one) for one in re.split(r"[ ,]+", column.title)]
    lengths = [*map(_letters, texts), *words, _letters(column.title) // 2 + 1]
    return min(max(lengths, default=0) + 3, _WIDE)


def _letters(text: str) -> int:
    return sum(1 + (east_asian_width(letter) in "WF") for letter in text)


def _free_name(title: str, taken: list[str]) -> str:
    """Return a sheet's name: at most 31 characters, and no other sheet's."""
    name = " ".join(re.sub(r"[\[\]:*?/\\]", " ", title).split())[:31].rstrip(" ,")
    number = 2
    while name in taken:
        name = f"{name[:28]} {number}"
        number += 1
    return name
