"""Write statements as HTML pages that open anywhere, without a network."""

from collections.abc import Iterable

from finops.report.kit.page import page
from finops.report.kit.table import Table
from finops.report.statements.amounts import index, name
from finops.report.statements.reconciliation import reconciliation
from finops.report.statements.sections import sections, tiles
from finops.report.statements.text import say
from finops.statements.month import Month
from finops.statements.statement import Statement
from finops.text import month_text

__all__ = ["index_page", "statement_page"]


def statement_page(
    statement: Statement, language: str, tables: dict[str, Table] | None = None
) -> str:
    """Return the page of one team; every text in it is escaped.

    `tables` are its `sections`, where they are laid out already.
    """
    month = statement.month
    title = f"{name(month, statement.team, language)}: {say('title', language)}"
    return page(
        language=language,
        title=f"{title}, {month_text(month.billing_period, language)}",
        lines=[
            *_lines(month, language),
            f"{say('reference', language)}: {statement.reference}",
        ],
        tiles=tiles(statement, language),
        tables=(tables or sections(statement, language)).values(),
        footer=say("footer", language),
    )


def index_page(found: list[Statement], language: str, more: Iterable[Table] = ()) -> str:
    """Return the page that lists the statements of a month and holds them against the bill.

    `more` are tables to stand below.
    """
    first = found[0].month
    title = f"{first.company}: {say('index_title', language)}"
    currencies = dict.fromkeys(one.month.currency for one in found)
    return page(
        language=language,
        title=f"{title}, {month_text(first.billing_period, language)}",
        lines=[say(first.mode, language), say(first.state, language)],
        tiles=[],
        tables=[
            table(mine, language)
            for mine in (
                [one for one in found if one.month.currency == currency] for currency in currencies
            )
            for table in (index, reconciliation)
        ]
        + list(more),
        footer=say("footer", language),
    )


def _lines(month: Month, language: str) -> list[str]:
    return [
        f"{month.company} · {say(month.mode, language)} · {month.currency}",
        say(month.state, language),
    ]
