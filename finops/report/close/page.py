"""Write a closing pack as an HTML page that opens anywhere, without a network."""

from finops.close.month import Close
from finops.close.recognition import exact
from finops.report.close.opening import expense
from finops.report.close.tables import tables
from finops.report.close.text import say
from finops.report.kit.page import page
from finops.report.kit.table import Table, Tile
from finops.text import cents, money, month_text, number

__all__ = ["close_page", "sections", "tiles"]


def close_page(close: Close, language: str) -> str:
    """Return the page of a close; every text in it is escaped."""
    period = month_text(close.period, language)
    state = say("final" if close.is_final else "not_final", language)
    return page(
        language=language,
        title=f"{close.company}: {say('title', language)}, {period}",
        lines=[f"{state} · {_rates(close, language)}"],
        tiles=tiles(close, language),
        tables=tables(close, language),
        footer=say("footer", language),
    )


def tiles(close: Close, language: str) -> list[Tile]:
    """Return the bill, the expense of the month in the books, what is prepaid and accrued."""
    left = exact(int(close.prepaid_books["x_close"].sum()), close.currency)
    later = exact(int(close.prepaid_books["x_non_current"].sum()), close.currency)
    owed = exact(int(close.accrued["x_book_coins"].sum()), close.currency)
    return [
        *(_bill(close, currency, language) for currency in close.rates),
        Tile(say("expense", language), money(expense(close), close.currency), ""),
        Tile(
            say("prepaid_left", language),
            money(left, close.currency),
            say("of_which_later", language, value=number(later)),
        ),
        Tile(say("accrued", language), money(owed, close.currency), ""),
    ]


def sections(close: Close, language: str) -> dict[str, Table]:
    """Return the tables of a close by their key, for a notebook; of the first billing currency."""
    found: dict[str, Table] = {}
    for table in tables(close, language):
        found.setdefault(table.key, table)
    return found


def _bill(close: Close, currency: str, language: str) -> Tile:
    rows = close.rows[close.rows["billing_currency"] == currency]
    is_credit = rows["x_line_item_type"] == "Credit"
    total, credited = (
        exact(int(part["x_coins"].sum()), currency) for part in (rows, rows[is_credit])
    )
    before = say("before_credits", language, value=number(total - credited, cents(currency)))
    return Tile(say("bill", language), money(total, currency), before)


def _rates(close: Close, language: str) -> str:
    return " · ".join(
        say("rate_of", language, currency=currency, rate=number(rate, 2), books=close.currency)
        for currency, rate in close.rates.items()
    )
