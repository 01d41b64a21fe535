"""Write a statement as an Excel workbook whose formulas add up and hold their values."""

import io
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from finops.close.recognition import exact
from finops.report.kit.table import Column, Table, written
from finops.report.kit.workbook import Book, new_workbook, width
from finops.report.statements.amounts import name, own_service
from finops.report.statements.sections import sections
from finops.report.statements.text import say, term
from finops.report.statements.why import why
from finops.statements.lines import command
from finops.statements.statement import Statement
from finops.text import cents, month_text

__all__ = ["workbook"]

# Tables that the sheets of numbers don't show already.
_TEXT_SECTIONS = (
    "effects", "units", "anomalies", "expected", "resources", "questions", "trust",
)  # fmt: skip
# A date that Excel knows, where the bill names none.
_NO_DATE = datetime(2000, 1, 1)
_TEXT_WIDE = 40


def workbook(statement: Statement, language: str, tables: dict[str, Table] | None = None) -> bytes:
    """Return the workbook of one team: summary, AWS services, pools, lines with why, questions.

    Sums are formulas over the lines, with their values. Text of the bill never is a formula. The
    date of creation is that of the bill's delivery, so the same statement gives the same bytes.
    `tables` are its `sections`, where they are laid out already.
    """
    stream, month = io.BytesIO(), statement.month
    created = month.trust["x_delivered_at"] or _NO_DATE
    title = f"{name(month, statement.team, language)} {month.billing_period}"
    with new_workbook(stream, title, created.replace(tzinfo=None)) as book:
        _Pages(book, statement, language).write(tables or sections(statement, language))
    return stream.getvalue()


class _Pages(Book):
    """The sheets of a statement."""

    def __init__(self, book: Workbook, statement: Statement, language: str) -> None:
        self.statement, self.language, self.month = statement, language, statement.month
        self.money = Column("", self.month.currency)
        # Formulas read the sheet of lines, where Excel counts from 1 and the first row has titles.
        self.last = max(len(statement.lines), 1) + 1
        team = name(self.month, statement.team, language)[:80]
        title = f"{team}: {self.say('title')} {self.month.billing_period}"
        super().__init__(book, title, page=self.say("page"), foot=statement.reference)

    def say(self, key: str, **values: str) -> str:
        return say(key, self.language, **values)

    def write(self, tables: dict[str, Table]) -> None:
        summary = self.sheet(self.say("title"), [42, 20, 14])
        for table in (self.services(), self.pools(), self.lines()):
            self.table(table)
        self.notes([tables[key] for key in _TEXT_SECTIONS if key in tables])
        self.summary(summary)

    def amount(self, key: str, *, total: bool = False, formula: str = "") -> Column:
        return Column(self.say(key), self.month.currency, total, formula)

    def value(self, coins: int) -> Decimal:
        return exact(int(coins), self.month.currency)

    def span(self, column: str) -> str:
        """Return a column of the sheet of lines."""
        return f"'{self.say('lines')}'!${column}$2:${column}${self.last}"

    def lines(self) -> Table:
        """Return each line with why it is the team's."""
        texts = ("part", "driver", "own_service", "service", "category", "centre")
        columns = [
            *written(self.say(key) for key in texts),
            self.amount("amount"),
            Column(self.say("reason")),
            self.amount("pool_total"),
            Column(self.say("weight"), "weight"),
            Column(self.say("command")),
        ]
        rows = [
            (
                *self.line_texts(row),
                self.value(row["x_cents"]),
                why(self.month, row, self.language),
                None if row["x_weight"] is None else row["x_to_split"],
                row["x_weight"],
                command(row, self.month.billing_period),
            )
            for row in self.statement.lines.to_dict("records")
        ]
        return Table("lines", self.say("lines"), columns, rows)

    def line_texts(self, row: dict[Any, Any]) -> Iterable[str]:
        """Return what a line is: part, driver, own service, AWS service, category, cost centre."""
        month, language = self.month, self.language
        yield name(month, row["x_pool"], language) if row["x_pool"] else self.say("own")
        yield term(row["x_driver"], language) if row["x_pool"] else ""
        yield own_service(month, row["x_service"], language)
        yield row["service_name"] or self.say("no_service")
        yield term(row["charge_category"], language)
        is_unowned = row["x_cost_centre"] == "unowned"
        yield self.say("no_centre") if is_unowned else row["x_cost_centre"]

    def services(self) -> Table:
        """Return own, shared and total cost by AWS service, as sums over the lines."""
        rows = self.statement.services.to_dict("records")
        # Only what came of a pool has a driver. EXACT, because SUMIFS reads * and < in a name.
        own, same = f'EXACT({self.span("B")},"")', f"EXACT({self.span('D')},{{0}})"
        own_sum, shared_sum = (
            f"SUMPRODUCT({test}*{same}*{self.span('G')})" for test in (own, f"(1-{own})")
        )
        columns = [
            Column(self.say("service")),
            self.amount("own", total=True, formula=own_sum),
            self.amount("shared", total=True, formula=shared_sum),
            self.amount("total", total=True, formula="{1}+{2}"),
        ]
        keys = ["own", "shared", "total"]
        if "previous" in self.statement.services:
            columns.append(self.amount("before", total=True))
            columns.append(self.amount("change", total=True, formula="{3}-{4}"))
            keys.append("previous")
        values = [[self.value(row[key]) for key in keys] for row in rows]
        table_rows = [
            (row["service_name"] or self.say("no_service"), *row_values, *_change(row_values))
            for row, row_values in zip(rows, values, strict=True)
        ]
        title = self.say("services")
        return Table("services", title, columns, table_rows, total_word=self.say("total"))

    def pools(self) -> Table:
        """Return what came of each pool as a sum over the lines, and the team's share of it."""
        same = f"EXACT({self.span('A')},{{0}})*EXACT({self.span('B')},{{1}})"
        columns = [
            *written((self.say("pool"), self.say("driver"))),
            self.amount("pool_total"),
            Column(self.say("share"), "share"),
            self.amount("amount", total=True, formula=f"SUMPRODUCT({same}*{self.span('G')})"),
        ]
        rows = [
            (
                name(self.month, row["x_pool"], self.language),
                term(row["x_driver"], self.language),
                row["x_pool_total"],
                row["x_share"],
                self.value(row["x_cents"]),
            )
            for row in self.statement.pools.to_dict("records")
        ]
        title, none = self.say("pools"), self.say("no_pools")
        return Table("pools", title, columns, rows, none, total_word=self.say("total"))

    def notes(self, found: list[Table]) -> None:
        """Write the tables that hold no money of the statement, one below the other, as text."""
        widest = max(len(table.columns) for table in found)
        widths = [
            max(width(table, place) for table in found if place < len(table.columns))
            for place in range(widest)
        ]
        sheet = self.sheet(self.say("questions"), [min(one, _TEXT_WIDE) for one in widths])
        row = 0
        for table in found:
            sheet.write_string(row, 0, table.title, self.title)
            for sentence in table.lead:
                row += 1
                sheet.write_string(row, 0, sentence)
            row = self.rows(sheet, table, row + 1, widest=_TEXT_WIDE)

    def summary(self, sheet: Worksheet) -> None:
        """Write the totals, each a formula over the other sheets."""
        statement, month = self.statement, self.month
        title = f"{name(month, statement.team, self.language)}: {self.say('title')}"
        period = month_text(month.billing_period, self.language)
        sheet.write_string(0, 0, f"{title}, {period}", self.title)
        sheet.write_string(1, 0, f"{month.company} · {self.say(month.mode)}", self.quiet)
        sheet.write_string(2, 0, self.say("reference"))
        sheet.write_string(2, 1, statement.reference)
        sheet.write_string(3, 0, self.say(month.state), self.quiet)
        sheet.write_row(4, 0, ["", f"{self.say('amount')}, {month.currency}", ""], self.head)
        row = self.totals_of_month(sheet)
        sheet.write_string(row, 0, self.say("difference"))
        self.formula(sheet, row, 1, f"SUM({self.span('G')})-B8", self.money, 0.0)
        sheet.write_string(row, 2, self.say("lines"), self.quiet)
        self.budget(sheet, row + 2)
        sheet.write_string(row + 7, 0, self.say("footer"), self.quiet)

    def totals_of_month(self, sheet: Worksheet) -> int:
        """Write the sums, the month before and the reporting currency; return the next row."""
        statement, month = self.statement, self.month
        services, last = f"'{self.say('services')}'", len(statement.services) + 2
        for row, key, letter in ((5, "own", "B"), (6, "shared", "C")):
            cell, coins = f"{services}!{letter}{last}", int(statement.services[key].sum())
            self.line(sheet, row, self.say(key), cell, coins)
        self.line(sheet, 7, self.say("total_before_tax"), "B6+B7", statement.total, total=True)
        row = 8
        if statement.previous is not None and month.previous_period:
            before = f"{self.say('before')}, {month_text(month.previous_period, self.language)}"
            change = statement.total - statement.previous
            self.line(sheet, 8, before, f"{services}!E{last}", statement.previous)
            self.line(sheet, 9, self.say("change"), "B8-B9", change)
            row = 10
        if month.rate is not None and month.reporting_currency != month.currency:
            self.reporting(sheet, row, month.rate)
            row += 1
        if statement.tax:
            sheet.write_string(row, 0, self.say("tax_beside"))
            self.cell(sheet, row, 1, statement.tax, self.money)
            sheet.write_string(row, 2, self.say("tax_note"), self.quiet)
            row += 1
        return row

    def line(
        self, sheet: Worksheet, row: int, text: str, cells: str, coins: int, *, total: bool = False
    ) -> None:
        """Write a text and, beside it, a formula of money with its value."""
        if total:
            sheet.write_string(row, 0, text, self.strong)
        else:
            sheet.write_string(row, 0, text)
        self.formula(sheet, row, 1, cells, self.money, float(self.value(coins)), total=total)

    def reporting(self, sheet: Worksheet, row: int, rate: Decimal) -> None:
        currency = self.month.reporting_currency
        sheet.write_string(row, 0, self.say("in_reporting", currency=currency))
        # Rounded so that all teams add up, which no formula of one team can.
        self.cell(sheet, row, 1, self.statement.reporting_cost or 0, Column("", currency))
        self.cell(sheet, row, 2, rate, Column("", "rate"))

    def budget(self, sheet: Worksheet, row: int) -> None:
        """Write budget, own effective cost and what is left, or that there is no budget."""
        statement = self.statement
        sheet.write_string(row, 0, self.say("budget"), self.head)
        if statement.budget is None:
            sheet.write_string(row + 1, 0, self.say("no_budget"))
            return
        places = cents(self.month.currency)
        budget, own = (round(one, places) for one in (statement.budget, statement.own_cost))
        names = (self.say("budget"), f"{self.say('own')}, {self.say('effective')}")
        for at, (text, value) in enumerate(zip(names, (budget, own), strict=True), row + 1):
            sheet.write_string(at, 0, text)
            self.cell(sheet, at, 1, value, self.money)
        coins = int((budget - own).scaleb(places))
        cells = f"B{row + 2}-B{row + 3}"
        self.line(sheet, row + 3, self.say("difference"), cells, coins, total=True)


def _change(values: list[Decimal]) -> list[Decimal]:
    """Return the change against the month before, where that is the last of the values."""
    return [values[2] - values[3]] if len(values) > 3 else []
