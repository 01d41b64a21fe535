"""Correct in the open month what teams were charged of closed ones, where a rule changed since."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from finops.close import frozen
from finops.report.kit.table import Table, written
from finops.report.statements.text import say
from finops.settings import Settings
from finops.statements.chargeback import Posting, month_postings, safe_centre
from finops.statements.month import Month, months
from finops.text import cents, month_text, number
from finops.warehouse.connect import Warehouse

__all__ = ["JOURNAL", "corrections", "corrections_section"]

# The journal of a chargeback that is kept with a closed month.
JOURNAL = "statements/journal-{period}.csv"
# Of a month: cost centre, account and billing currency.
_Key = tuple[str, str, str]
_Coins = dict[_Key, tuple[int, int]]


def corrections(warehouse: Warehouse, month: Month, paying: str) -> list[Posting]:
    """Return what the chargeback of a month posts of the closed months before it.

    That is what they would be charged by the rules and the bill of today, less what the journals of
    closed months have posted; per month it adds up to nothing, because its expense stays as it was
    signed. Months that were closed without a chargeback have no corrections.
    """
    settings = warehouse.settings
    earlier = [one for one in frozen.closed_months(settings) if one < month.billing_period]
    charged = [one for one in earlier if _journal(settings, one).is_file()]
    posted = _posted(settings, charged)
    return [
        posting
        for period in charged
        for then in months(warehouse, period, mode="chargeback")
        if then.currency == month.currency
        for posting in _corrected(month, then, posted.get(period, {}), paying)
    ]


def corrections_section(month: Month, rows: list[Posting], language: str) -> Table:
    """Return the corrections as a table, one row per closed month, cost centre and account."""
    column = f"{say('amount', language)}, {month.currency}"
    places = cents(month.currency)
    names = [say(key, language) for key in ("month", "cost_centre", "account_of")]
    return Table(
        "corrections",
        f"{say('corrections', language)}, {month.currency}",
        written((*names, column), (column,)),
        [
            (
                month_text(row.period, language),
                row.cost_centre,
                row.entry,
                number(Decimal(row.coins).scaleb(-places), places, signed=True),
            )
            for row in rows
        ],
        say("no_corrections", language),
        say("corrections_note", language),
    )


def _corrected(month: Month, then: Month, posted: _Coins, paying: str) -> Iterator[Posting]:
    """Yield what a closed month `then` should have been charged, less what was posted of it."""
    due = {
        (safe_centre(row.cost_centre), row.entry, then.currency): row
        for row in month_postings(then, {}, paying)
    }
    mine = {key for key in posted if key[2] == then.currency}
    for key in sorted(mine | set(due)):
        row, (coins, book_coins) = due.get(key), posted.get(key, (0, 0))
        now = (row.coins, row.book_coins) if row else (0, 0)
        change = now[0] - coins, now[1] - book_coins
        if any(change):
            yield Posting(month, then.billing_period, key[0], key[1], *change, ())


def _posted(settings: Settings, charged: list[str]) -> dict[str, _Coins]:
    """Return what the journals of closed months posted, by the month whose cost it is."""
    found: dict[str, _Coins] = {}
    for period in charged:
        text = _journal(settings, period).read_text(encoding="utf-8-sig")
        for row in csv.DictReader(io.StringIO(text, newline="")):
            key = row["x_cost_centre"], row["entry"], row["billing_currency"]
            sums = found.setdefault(row["billing_period"], {})
            before = sums.get(key, (0, 0))
            sums[key] = (
                before[0] + _coins(row, "billing_"),
                before[1] + _coins(row, ""),
            )
    return found


def _coins(row: dict[str, str], prefix: str) -> int:
    """Return the debit less the credit of a line, in coins."""
    places = cents(row[f"{prefix}currency"])
    debit, credit = (Decimal(row[f"{prefix}{side}"] or 0) for side in ("debit", "credit"))
    return int((debit - credit).scaleb(places))


def _journal(settings: Settings, period: str) -> Path:
    return frozen.folder_of(settings, period) / JOURNAL.format(period=period)
