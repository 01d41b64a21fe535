"""Collect what the document of an estimate says, and write it as a page and a workbook."""

import io
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd

from finops.forecast.budget_and_anomalies import beside
from finops.forecast.estimate import Estimate
from finops.forecast.moved import kept_before
from finops.forecast.record import kept_errors, replayed, track_record
from finops.languages import known_language
from finops.report.estimates.bounds import interval_text
from finops.report.estimates.sheets import Report, company, tables
from finops.report.estimates.text import head, limits
from finops.report.estimates.words import say
from finops.report.kit.page import page
from finops.report.kit.table import Column, Table, Tile
from finops.report.kit.workbook import Book, new_workbook, width
from finops.text import money, month_text
from finops.warehouse.connect import Warehouse
from finops.whole_files import write_whole

__all__ = ["estimate_page", "estimate_workbook", "report_of", "write_estimate"]

# No month is shorter: a replay of day 29 would leave February out.
_LAST_DAY = 28
_SUMMARY = ("cost", "cost_in")


def write_estimate(
    warehouse: Warehouse, estimate: Estimate, folder: str | Path, *, language: str = "en"
) -> list[Path]:
    """Write page and workbook of an estimate into `folder` and return their paths.

    Raises BadInput for an unknown language, before anything is written.
    """
    known_language(language)
    report = report_of(warehouse, estimate)
    name = f"{report.period}-estimate-{estimate.as_of}-{language}"
    files: dict[Path, str | bytes] = {
        Path(folder) / f"{name}.html": estimate_page(report, language),
        Path(folder) / f"{name}.xlsx": estimate_workbook(report, language),
    }
    for path, content in files.items():
        write_whole(path, content)
    return list(files)


def report_of(warehouse: Warehouse, estimate: Estimate) -> Report:
    """Return all that the document of an estimate says.

    The record is of estimates that were kept, else of those of the same day of earlier months.
    """
    kept = kept_errors(warehouse)
    day = pd.Timestamp(estimate.as_of)
    days = () if day.is_month_end else (min(day.day, _LAST_DAY),)
    found = replayed(warehouse, days) if kept.empty else kept
    return Report(
        company=warehouse.settings.company,
        estimate=estimate,
        against=beside(warehouse, estimate),
        before=kept_before(warehouse.settings.project, estimate),
        record=track_record(found),
        is_replay=kept.empty,
    )


def estimate_page(report: Report, language: str) -> str:
    """Return the page of an estimate; every text in it is escaped."""
    return page(
        language=language,
        title=_title(report, language),
        lines=_sentences(report, language),
        tiles=_tiles(report, language),
        tables=tables(report, language),
        footer=_kept_as(report, language),
    )


def estimate_workbook(report: Report, language: str) -> bytes:
    """Return the workbook of an estimate: a summary, then a sheet per table.

    Totals and what follows from other cells are formulas, with their values. Text of the bill never
    is a formula. The date of creation is that of the estimate.
    """
    stream = io.BytesIO()
    title = _title(report, language)
    created = datetime.fromisoformat(report.estimate.as_of)
    with new_workbook(stream, title, created) as made:
        book = Book(made, title, page=say("page", language))
        found = tables(report, language)
        first = [_said(report, language), *(one for one in found if one.key in _SUMMARY)]
        widths = [max(width(one, 0) for one in first), *[20] * 6]
        sheet = book.sheet(say("summary", language), widths)
        sheet.write_string(0, 0, title, book.title)
        row = 2
        for table in first:
            sheet.write_string(row, 0, table.title, book.strong)
            row = book.rows(sheet, table, row + 1)
        for table in found:
            if table.key not in _SUMMARY:
                book.table(table)
    return stream.getvalue()


def _title(report: Report, language: str) -> str:
    month = month_text(report.period, language)
    return f"{report.company[:80]}: {say('title', language)}, {month}"


def _sentences(report: Report, language: str) -> list[str]:
    return [
        *head(report.estimate, report.against, language),
        *limits(report.estimate, report.against, language),
    ]


def _said(report: Report, language: str) -> Table:
    rows = [(one,) for one in [*_sentences(report, language), _kept_as(report, language)]]
    return Table("said", say("said", language), [Column("")], rows, "")


def _kept_as(report: Report, language: str) -> str:
    name = f"{report.estimate.as_of}-{report.estimate.vintage}"
    return say("kept_as", language, name=name)


def _tiles(report: Report, language: str) -> list[Tile]:
    """Return the month by measure with its interval, the budget, and what moved."""
    as_of, found = report.estimate.as_of, []
    for one in company(report.estimate, report.period):
        currency = one["billing_currency"]
        interval = f"80 %: {interval_text(one, as_of, language)}"
        name = say(one["x_measure"], language)
        found.append(Tile(name, money(one["x_estimate"], currency, 0), interval))
    effective = [
        one
        for one in company(report.estimate, report.period)
        if one["x_measure"] == "effective_cost"
    ]
    if len(effective) != 1:
        return found
    currency, end = effective[0]["billing_currency"], effective[0]["x_estimate"]
    if (left := report.against.left(end)) is not None:
        detail = f"{say('left', language)}: {money(left, currency, 0)}"
        budget = money(report.against.budget, currency, 0)
        found.append(Tile(say("budget", language), budget, detail))
    return [*found, *_moved(report, end, currency, language)]


def _moved(report: Report, end: Decimal, currency: str, language: str) -> list[Tile]:
    if report.before is None:
        return []
    rows = company(report.before, report.period)
    then = [one["x_estimate"] for one in rows if one["x_measure"] == "effective_cost"]
    moved = end - sum(then, Decimal(0))
    name = say("moved_since", language, day=report.before.as_of)
    return [Tile(name, money(moved, currency, 0, signed=True), "")]
