"""Write a statement as an Excel workbook whose formulas add up and hold their values."""

import io
from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from finops.report.kit.table import Section
from finops.report.statements.amounts import name, own_service
from finops.report.statements.sections import sections
from finops.report.statements.text import say, term
from finops.report.statements.why import why
from finops.statements.lines import command
from finops.statements.statement import Statement
from finops.text import cents, is_missing, money_format, month_text, plain

__all__ = ["workbook"]

# Tables that the sheets of numbers don't show already.
_TEXT_SECTIONS = (
    "effects", "units", "anomalies", "expected", "resources", "questions", "trust",
)  # fmt: skip
# A date that Excel knows, where the bill names none.
_NO_DATE = datetime(2000, 1, 1)


def workbook(statement: Statement, language: str) -> bytes:
    """Return the workbook of one team: summary, AWS services, pools, lines with why, questions.

    Sums are formulas over the lines, with their values. Text of the bill never is a formula. The
    date of creation is that of the bill's delivery, so the same statement gives the same bytes.
    """
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        created = statement.month.trust["x_delivered_at"] or _NO_DATE
        title = (
            f"{name(statement.month, statement.team, language)} {statement.month.billing_period}"
        )
        book.set_properties({"title": title, "created": created.replace(tzinfo=None)})
        _Book(book, statement, language).write()
    return stream.getvalue()


class _Book:
    """The sheets of one workbook and their formats."""

    def __init__(self, book: Workbook, statement: Statement, language: str) -> None:
        self.book, self.statement, self.language = book, statement, language
        self.month, self.places = statement.month, cents(statement.month.currency)
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.right = book.add_format({"bold": True, "bottom": 1, "align": "right", "valign": "top"})
        self.top = book.add_format({"valign": "top"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.quiet = book.add_format({"font_color": "#5a5a5a"})
        self.money = self.amounts(statement.month.currency)
        self.sum = self.amounts(statement.month.currency, bold=True, top=1)
        self.strong = book.add_format({"bold": True, "top": 1})
        self.share = book.add_format({"num_format": "0.0%"})
        self.weight = book.add_format({"num_format": "0.0000%", "valign": "top"})
        self.rate = book.add_format({"num_format": "#,##0.00####"})

    def amounts(self, currency: str, **more: object) -> Format:
        """Return the number format of a currency: Korean won have no decimals."""
        shape = money_format(currency)
        return self.book.add_format({"num_format": shape, "valign": "top", **more})

    def say(self, key: str, **values: str) -> str:
        return say(key, self.language, **values)

    def write(self) -> None:
        summary = self.sheet("title", (42, 20, 14))
        services = self.sheet("services", (44, 18, 18, 18, 18, 18))
        pools = self.sheet("pools", (24, 24, 18, 12, 18))
        lines = self.sheet("lines", (18, 18, 18, 36, 12, 12, 15, 50, 15, 10, 60))
        notes = self.sheet("questions", (44, 30, 18, 18, 18, 18, 18))
        found = sections(self.statement, self.language)
        last = self.lines(lines)
        total = self.services(services, last)
        self.pools(pools, last)
        self.notes(notes, [found[key] for key in _TEXT_SECTIONS if key in found])
        self.summary(summary, last, total)

    def sheet(self, key: str, widths: Sequence[int]) -> Worksheet:
        """Return a new sheet, ready to print: A4, one page wide, with page numbers."""
        key_title = self.say(key)[:31]
        sheet = self.book.add_worksheet(key_title)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        team = name(self.month, self.statement.team, self.language).replace("&", "&&")
        sheet.set_header(
            f"&L{team[:80]}: {self.say('title')} {self.month.billing_period}&R{key_title}"
        )
        sheet.set_footer(f"&L{self.statement.reference}&R{self.say('page')} &P / &N")
        return sheet

    def header(self, sheet: Worksheet, names: Sequence[str], numbers: Container[int]) -> None:
        for column, text in enumerate(names):
            sheet.write_string(0, column, text, self.right if column in numbers else self.head)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)

    def value(self, coins: int) -> float:
        """Return coins as the number that Excel keeps."""
        return float(Decimal(int(coins)).scaleb(-self.places))

    def lines(self, sheet: Worksheet) -> int:
        """Write each line with why it is the team's; return the last row, as Excel counts."""
        keys = ("part", "driver", "own_service", "service", "category", "centre", "amount")
        more = ("reason", "pool_total", "weight", "command")
        self.header(sheet, [self.say(key) for key in (*keys, *more)], (6, 8, 9))
        rows = self.statement.lines.to_dict("records")
        for place, row in enumerate(rows, 1):
            for column, text in enumerate(self.line_texts(row)):
                sheet.write_string(place, column, text, self.top)
            sheet.write_number(place, 6, self.value(row["x_cents"]), self.money)
            sheet.write_string(place, 7, why(self.month, row, self.language), self.wrap)
            if row["x_weight"] is not None:
                sheet.write_number(place, 8, float(row["x_to_split"]), self.money)
                sheet.write_number(place, 9, row["x_weight"], self.weight)
            sheet.write_string(place, 10, plain(command(row, self.month.billing_period)), self.wrap)
        sheet.autofilter(0, 0, len(rows), 10)
        return len(rows) + 1

    def line_texts(self, row: dict[Any, Any]) -> Iterable[str]:
        """Return what a line is: part, driver, own service, AWS service, category, cost centre."""
        month, language = self.month, self.language
        yield name(month, row["x_pool"], language) if row["x_pool"] else self.say("own")
        yield term(row["x_driver"], language) if row["x_pool"] else ""
        yield own_service(month, row["x_service"], language)
        yield plain(row["service_name"] or self.say("no_service"))
        yield term(row["charge_category"], language)
        is_unowned = row["x_cost_centre"] == "unowned"
        yield self.say("no_centre") if is_unowned else plain(row["x_cost_centre"])

    def services(self, sheet: Worksheet, last: int) -> int:
        """Write own, shared, total by AWS service, as sums over the lines; return the sum's row."""
        keys = ("own", "shared", "total", "before", "change")
        self.header(sheet, [self.say("service"), *(self.say(key) for key in keys)], range(1, 6))
        rows = self.statement.services.to_dict("records")
        # Only what came of a pool has a driver. EXACT, because SUMIFS reads * and < in a name.
        own = f'EXACT({self.span("B", last)},"")'
        for place, row in enumerate(rows, 1):
            sheet.write_string(place, 0, plain(row["service_name"] or self.say("no_service")))
            at = place + 1
            for column, key, test in ((1, "own", own), (2, "shared", f"(1-{own})")):
                same = f"EXACT({self.span('D', last)},$A{at})"
                sums = f"SUMPRODUCT({test}*{same}*{self.span('G', last)})"
                self.formula(sheet, place, column, sums, row[key])
            self.formula(sheet, place, 3, f"B{at}+C{at}", row["total"])
            if "previous" in row:
                sheet.write_number(place, 4, self.value(row["previous"]), self.money)
                self.formula(sheet, place, 5, f"D{at}-E{at}", row["total"] - row["previous"])
        self.total(sheet, len(rows) + 1, self.service_sums(rows))
        return len(rows) + 2

    def service_sums(self, rows: Sequence[dict[Any, Any]]) -> dict[int, int]:
        keys = [
            key for key in ("own", "shared", "total", "previous") if all(key in r for r in rows)
        ]
        sums = [sum(row[key] for row in rows) for key in keys]
        return dict(enumerate([*sums, sums[2] - sums[3]] if len(sums) > 3 else sums, 1))

    def pools(self, sheet: Worksheet, last: int) -> None:
        """Write what came of each pool as a sum over the lines, and the team's share of it."""
        keys = ("pool", "driver", "pool_total", "share", "amount")
        self.header(sheet, [self.say(key) for key in keys], range(2, 5))
        rows = self.statement.pools.to_dict("records")
        for place, row in enumerate(rows, 1):
            sheet.write_string(place, 0, name(self.month, row["x_pool"], self.language))
            sheet.write_string(place, 1, term(row["x_driver"], self.language))
            if not is_missing(row["x_pool_total"]):
                sheet.write_number(place, 2, float(row["x_pool_total"]), self.money)
            if not is_missing(row["x_share"]):
                sheet.write_number(place, 3, row["x_share"], self.share)
            at = place + 1
            same = f"EXACT({self.span('A', last)},$A{at})*EXACT({self.span('B', last)},$B{at})"
            sums = f"SUMPRODUCT({same}*{self.span('G', last)})"
            self.formula(sheet, place, 4, sums, row["x_cents"])
        self.total(sheet, len(rows) + 1, {4: sum(row["x_cents"] for row in rows)})

    def notes(self, sheet: Worksheet, found: Iterable[Section]) -> None:
        """Write the tables that hold no money of the statement, one below the other, as text."""
        place = 0
        for section in found:
            sheet.write_string(place, 0, section.title, self.title)
            for sentence in section.lead:
                place += 1
                sheet.write_string(place, 0, sentence)
            sheet.write_row(place + 1, 0, section.columns, self.head)
            for row in section.rows or [(section.empty,)]:
                for column, text in enumerate(row):
                    sheet.write_string(place + 2, column, text)
                place += 1
            place += 3

    def summary(self, sheet: Worksheet, last: int, total: int) -> None:
        """Write the totals, each a formula over the other sheets."""
        statement, month = self.statement, self.statement.month
        title = f"{name(month, statement.team, self.language)}: {self.say('title')}"
        period = month_text(month.billing_period, self.language)
        sheet.write_string(0, 0, f"{title}, {period}", self.title)
        sheet.write_string(1, 0, f"{month.company} · {self.say(month.mode)}", self.quiet)
        sheet.write_string(3, 0, self.say(month.state), self.quiet)
        sheet.write_string(2, 0, self.say("reference"))
        sheet.write_string(2, 1, statement.reference)
        sheet.write_row(4, 0, ["", f"{self.say('amount')}, {month.currency}", ""], self.head)
        place = self.totals(sheet, total)
        sheet.write_string(place, 0, self.say("difference"))
        formula = f"=ROUND(SUM({self.span('G', last)})-B8,{self.places})"
        sheet.write_formula(place, 1, formula, self.money, 0.0)
        sheet.write_string(place, 2, self.say("lines"), self.quiet)
        self.budget(sheet, place + 2)
        sheet.write_string(place + 7, 0, self.say("footer"), self.quiet)

    def totals(self, sheet: Worksheet, total: int) -> int:
        """Write the sums, the month before and the reporting currency; return the next row."""
        statement, month = self.statement, self.statement.month
        sheet_name = f"'{self.say('services')}'"
        services = statement.services
        for place, key in ((5, "own"), (6, "shared")):
            sheet.write_string(place, 0, self.say(key))
            cell = f"{sheet_name}!{'B' if key == 'own' else 'C'}{total}"
            self.formula(sheet, place, 1, cell, int(services[key].sum()))
        sheet.write_string(7, 0, self.say("total_before_tax"), self.strong)
        self.formula(sheet, 7, 1, "B6+B7", statement.total, self.sum)
        place = 8
        if statement.previous is not None and month.previous_period:
            before = month_text(month.previous_period, self.language)
            sheet.write_string(8, 0, f"{self.say('before')}, {before}")
            self.formula(sheet, 8, 1, f"{sheet_name}!E{total}", statement.previous)
            sheet.write_string(9, 0, self.say("change"))
            self.formula(sheet, 9, 1, "B8-B9", statement.total - statement.previous)
            place = 10
        if month.rate is not None and month.reporting_currency != month.currency:
            self.reporting(sheet, place, month.rate)
            place += 1
        if statement.tax:
            sheet.write_string(place, 0, self.say("tax_beside"))
            sheet.write_number(place, 1, float(statement.tax), self.money)
            sheet.write_string(place, 2, self.say("tax_note"), self.quiet)
            place += 1
        return place

    def reporting(self, sheet: Worksheet, place: int, rate: Decimal) -> None:
        currency = self.statement.month.reporting_currency
        sheet.write_string(place, 0, self.say("in_reporting", currency=currency))
        # Rounded so that all teams add up, which no formula of one team can.
        value = float(self.statement.reporting_cost or 0)
        sheet.write_number(place, 1, value, self.amounts(currency))
        sheet.write_number(place, 2, float(rate), self.rate)

    def budget(self, sheet: Worksheet, place: int) -> None:
        """Write budget, own effective cost and what is left, or that there is no budget."""
        statement = self.statement
        sheet.write_string(place, 0, self.say("budget"), self.head)
        if statement.budget is None:
            sheet.write_string(place + 1, 0, self.say("no_budget"))
            return
        scaled = [round(one.scaleb(self.places)) for one in (statement.budget, statement.own_cost)]
        names = (self.say("budget"), f"{self.say('own')}, {self.say('effective')}")
        for row, (text, coins) in enumerate(zip(names, scaled, strict=True), place + 1):
            sheet.write_string(row, 0, text)
            sheet.write_number(row, 1, self.value(coins), self.money)
        sheet.write_string(place + 3, 0, self.say("difference"), self.strong)
        cells = f"B{place + 2}-B{place + 3}"
        self.formula(sheet, place + 3, 1, cells, scaled[0] - scaled[1], self.sum)

    def span(self, column: str, last: int) -> str:
        """Return a column of the sheet of lines."""
        return f"'{self.say('lines')}'!${column}$2:${column}${last}"

    def formula(
        self,
        sheet: Worksheet,
        row: int,
        column: int,
        text: str,
        coins: int,
        style: Format | None = None,
    ) -> None:
        """Write a formula rounded to the coin, and the value that it has."""
        rounded = f"=ROUND({text},{self.places})"
        sheet.write_formula(row, column, rounded, style or self.money, self.value(coins))

    def total(self, sheet: Worksheet, row: int, sums: dict[int, int]) -> None:
        """Write the sums of columns below their rows."""
        sheet.write_string(row, 0, self.say("total"), self.strong)
        for column, coins in sums.items():
            letter = "ABCDEFGH"[column]
            self.formula(sheet, row, column, f"SUM({letter}2:{letter}{row})", coins, self.sum)
