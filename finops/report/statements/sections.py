"""Lay out a statement as tiles and tables of text, in English or Korean."""

from decimal import Decimal

from finops.report.kit.table import Table, Tile, written
from finops.report.statements import amounts, context
from finops.report.statements.amounts import amount
from finops.report.statements.text import Say, say, words_of
from finops.report.statements.why import lines
from finops.statements.statement import Statement
from finops.text import money, month_text, number, percent

__all__ = ["overview", "sections", "tiles"]


def tiles(statement: Statement, language: str) -> list[Tile]:
    """Return total, change, budget, the total in the reporting currency, and the tax beside it."""
    month, words = statement.month, words_of(language)
    own = int(statement.lines.loc[statement.lines["x_pool"] == "", "x_cents"].sum())
    detail = (
        f"{words('own')} {amount(month, own)}, {words('shared')} "
        f"{amount(month, statement.total - own)}"
    )
    found = [
        Tile(
            words("total_before_tax"), f"{amount(month, statement.total)} {month.currency}", detail
        ),
        _change_tile(statement, language),
        _budget_tile(statement, words),
    ]
    if month.reporting_currency != month.currency:
        found.append(_reporting_tile(statement, words))
    if statement.tax:
        found.append(
            Tile(words("tax_beside"), money(statement.tax, month.currency), words("tax_note"))
        )
    return found


def overview(statement: Statement, language: str) -> Table:
    """Return the tiles as a table."""
    month = month_text(statement.month.billing_period, language)
    column = say("amount", language)
    return Table(
        "overview",
        f"{amounts.name(statement.month, statement.team, language)}, {month}",
        written(("", column, ""), (column,)),
        [(tile.name, tile.value, tile.detail) for tile in tiles(statement, language)],
        note=f"{say('reference', language)}: {statement.reference}",
    )


def sections(statement: Statement, language: str) -> dict[str, Table]:
    """Return the tables of a statement in reading order, by name.

    A table without rows says why in its place; one that has no text for that is left out.
    """
    found = [
        amounts.effects(statement, language),
        amounts.changes(statement, language),
        amounts.services(statement, language),
        amounts.pools(statement, language),
        context.units(statement, language),
        context.anomalies(statement, language),
        context.expected(statement, language),
        context.resources(statement, language),
        context.questions(statement, language),
        context.trust(statement.month, language),
        lines(statement, language),
    ]
    return {table.key: table for table in found if table.rows or table.empty}


def _change_tile(statement: Statement, language: str) -> Tile:
    month, change = statement.month, statement.change
    if change is None or month.previous_period is None or statement.previous is None:
        return Tile(say("change", language), "–", say("first_month", language))
    share = Decimal(change) / statement.previous if statement.previous > 0 else None
    against = say("against", language, month=month_text(month.previous_period, language))
    return Tile(
        say("change", language),
        amount(month, change, signed=True),
        f"{percent(share, signed=True)} {against}",
    )


def _budget_tile(statement: Statement, words: Say) -> Tile:
    if statement.budget is None:
        return Tile(words("budget"), "–", words("no_budget"))
    left = statement.budget - statement.own_cost
    share = statement.own_cost / statement.budget if statement.budget else None
    note = words(
        "budget_note",
        own=number(statement.own_cost, 2),
        budget=number(statement.budget, 2),
        left=number(left, 2),
    )
    return Tile(words("budget"), percent(share, 0), note)


def _reporting_tile(statement: Statement, words: Say) -> Tile:
    month = statement.month
    title = words("in_reporting", currency=month.reporting_currency)
    if month.rate is None:
        return Tile(title, "–", words("no_rate"))
    note = words("rate_note", rate=number(month.rate, 2))
    return Tile(title, money(statement.reporting_cost, month.reporting_currency), note)
