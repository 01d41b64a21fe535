"""Write an invoice check as an HTML page and for the terminal."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from rich.console import Group, RenderableType
from rich.markup import escape

from finops.invoice.check import InvoiceCheck
from finops.languages import known_language
from finops.report.invoice.tables import KEYS, SHOWN, tables
from finops.report.invoice.text import say
from finops.report.invoice.workbook import invoice_workbook
from finops.report.kit.page import page
from finops.report.kit.table import Column, Table, Tile
from finops.report.kit.terminal import new_table
from finops.text import money, month_text
from finops.whole_files import write_whole

# So many rows that rules found fit a terminal.
_ROWS = 10

__all__ = ["console", "invoice_page", "months", "sections", "verdict", "write_check"]


def write_check(check: InvoiceCheck, folder: str | Path, *, language: str = "en") -> list[Path]:
    """Write page and workbook of a check into `folder` and return their paths.

    Raises BadInput for an unknown language, before anything is written.
    """
    known_language(language)
    name = f"{check.billing_period}-invoices-{language}"
    files: dict[Path, str | bytes] = {
        Path(folder) / f"{name}.html": invoice_page(check, language),
        Path(folder) / f"{name}.xlsx": invoice_workbook(check, language),
    }
    for path, content in files.items():
        write_whole(path, content)
    return list(files)


def invoice_page(check: InvoiceCheck, language: str) -> str:
    """Return the page of a check; every text in it is escaped."""
    period = month_text(check.billing_period, language)
    return page(
        language=language,
        title=f"{say('title', language)} {period}",
        lines=[
            f"{say('payer', language)} {check.billing_account_id} · {check.currency}",
            verdict(check, language),
        ],
        tiles=_tiles(check, language),
        tables=list(sections(check, language).values()),
        footer=say("footer", language),
    )


def verdict(check: InvoiceCheck, language: str) -> str:
    """Return in one sentence whether the invoices agree."""
    if not check.agrees:
        return say("disagrees", language, number=str(len(check.unexplained)))
    only_rounding = set(check.differences["x_class"]) <= {"rounding"}
    return say("agrees" if only_rounding else "agrees_explained", language)


def months(checks: list[InvoiceCheck], language: str) -> Table:
    """Return one row per month that was checked, with what is invoiced and what is unexplained."""
    names = {key: say(key, language) for key in ("month", "number", "invoiced", "open", "verdict")}
    rows = [
        (
            one.billing_period,
            len(one.invoices.heads),
            sum((head.total for head in one.invoices.heads), Decimal(0)),
            one.unexplained_cost,
            one.currency,
            verdict(one, language),
        )
        for one in checks
    ]
    columns = [
        Column(names["month"]),
        Column(names["number"], "count"),
        Column(names["invoiced"], currency_at=4),
        Column(names["open"], currency_at=4),
        Column(""),
        Column(names["verdict"]),
    ]
    return Table("months", say("months", language), columns, rows, say("no_invoices", language))


def sections(check: InvoiceCheck | None, language: str) -> dict[str, Table]:
    """Return the tables of a check by name; each says so if there is no check."""
    if check is None:
        none = say("no_invoices", language)
        return {key: Table(key, say(key, language), (), (), none) for key in KEYS}
    return {one.key: _shown(one, language) for one in tables(check, language)}


def _shown(table: Table, language: str) -> Table:
    """Return a table that fits a page."""
    if table.key != "rows" or len(table.rows) <= SHOWN:
        return table
    note = say("rows_note", language, rows=str(SHOWN))
    return replace(table, rows=table.rows[:SHOWN], note=note)


def _tiles(check: InvoiceCheck, language: str) -> list[Tile]:
    total = sum((one.total for one in check.invoices.heads), Decimal(0))
    sellers = " · ".join(sorted({one.seller for one in check.invoices.heads}))
    found = sum(1 for one in check.findings if len(one.rows))
    unanswered = sum(1 for one in check.findings if one.lacks)
    net = money(check.over_billed, check.currency, signed=True)
    note = say("open_note", language, number=str(len(check.unexplained)), net=net)
    rules = say("rules_tile_note", language, found=str(found), unanswered=str(unanswered))
    return [
        Tile(say("invoiced", language), money(total, check.currency), sellers),
        Tile(say("open", language), money(check.unexplained_cost, check.currency), note),
        Tile(say("rules_tile", language), str(len(check.findings)), rules),
    ]


def console(check: InvoiceCheck) -> RenderableType:
    """Return invoices, what is not explained, and what rules found, for a terminal."""
    invoices, _, differences, _, rules, evidence = sections(check, "en").values()
    unclear = [row for row in differences.texts() if row[7] == say("no", "en")]
    parts: list[RenderableType] = [verdict(check, "en")]
    parts.append(_rich(invoices, invoices.texts(), 0, 1, 2, 3, 5))
    if unclear:
        parts.append(_rich(differences, unclear, 0, 5, 2, 8))
    if evidence.rows:
        parts.append(_rich(evidence, evidence.texts()[:_ROWS], 0, 1, 4, 5))
    silent = sum(1 for one in check.findings if not one.lacks and one.rows.empty)
    parts.append(f"{silent} of {len(rules.rows)} rules on the bill found nothing.")
    pairs = zip(check.findings, rules.texts(), strict=True)
    parts += [escape(f"{row[0]}: {row[1]}") for one, row in pairs if one.lacks]
    return Group(*parts)


def _rich(table: Table, rows: list[tuple[str, ...]], *places: int) -> RenderableType:
    columns = [table.columns[place] for place in places]
    grid = new_table(*(f"{one.title}:" if one.is_number else one.title for one in columns))
    for row in rows:
        grid.add_row(*(escape(row[place]) for place in places))
    return Group(escape(table.title), grid)
