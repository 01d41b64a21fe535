"""Book what teams are charged: a journal whose debits are its credits, to the cent."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from finops.close.accounts import Accounts
from finops.errors import BadInput
from finops.report.statements.statement import Month, Statement
from finops.report.text import cents, plain, safe_cell

__all__ = ["COLUMNS", "Posting", "journal_csv", "postings"]

COLUMNS = (
    "billing_period",
    "x_posting_date",
    "x_cost_centre",
    "entry",
    "account_code",
    "account_name",
    "account_name_ko",
    "debit",
    "credit",
    "billing_currency",
    "x_references",
)


@dataclass(frozen=True)
class Posting:
    """One line of the journal: whole coins of `month.currency`, a debit above zero, else a credit.

    `references` are those of the statements that it sums up.
    """

    month: Month
    cost_centre: str
    entry: str
    coins: int
    references: tuple[str, ...]


def postings(found: Iterable[Statement], paying_cost_centre: str) -> list[Posting]:
    """Return a debit of cloud expense per cost centre, and a credit of cloud clearing.

    One row per currency, cost centre and account; the rows of a currency sum to zero. The credit is
    all statements, at the cost centre that pays AWS. What nobody owns stays with that one. Raises
    BadInput if there is none, and for a team whose cost has no cost centre.
    """
    if not paying_cost_centre:
        raise BadInput(
            "A chargeback needs the cost centre that pays AWS: add paying_cost_centre = "
            '"…" to finops.toml.'
        )
    by_currency: dict[str, list[Statement]] = defaultdict(list)
    for one in found:
        by_currency[one.month.currency].append(one)
    return [
        posting
        for statements in by_currency.values()
        for posting in _of_currency(statements, paying_cost_centre)
    ]


def journal_csv(rows: Iterable[Posting], accounts: Accounts) -> bytes:
    """Return the journal as CSV that Excel opens, in UTF-8; no cell of it is a formula.

    Raises BadInput, which names the file, if `accounts` lack an entry.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(safe_cell(plain(cell)) for cell in _cells(row, accounts))
    return stream.getvalue().encode("utf-8-sig")


def _of_currency(found: list[Statement], paying: str) -> Iterable[Posting]:
    """Yield the debits by cost centre and the credit that they are held against."""
    sums: dict[str, int] = defaultdict(int)
    references: dict[str, list[str]] = defaultdict(list)
    for one in found:
        for centre, coins in one.lines.groupby("x_cost_centre")["x_cents"].sum().items():
            place = _cost_centre(one, str(centre), paying)
            sums[place] += int(coins)
            references[place].append(one.reference)
    month = found[0].month
    for centre in sorted(centre for centre, coins in sums.items() if coins):
        named = tuple(dict.fromkeys(references[centre]))
        yield Posting(month, centre, "cloud_expense", sums[centre], named)
    if total := sum(sums.values()):
        yield Posting(
            month, paying, "cloud_clearing", -total, tuple(one.reference for one in found)
        )


def _cost_centre(statement: Statement, centre: str, paying: str) -> str:
    if centre != "unowned":
        return centre
    if statement.team == "unowned":
        return paying
    raise BadInput(
        f"{statement.team} has cost and no cost centre to charge: give it one in "
        "mappings/teams.csv."
    )


def _cells(row: Posting, accounts: Accounts) -> list[str]:
    account, month = accounts[row.entry], row.month
    places = cents(month.currency)
    side = f"{Decimal(abs(row.coins)).scaleb(-places):.{places}f}"
    return [
        month.billing_period,
        str(pd.Period(month.billing_period, freq="M").end_time.date()),
        row.cost_centre,
        row.entry,
        account.account_code,
        account.name("en"),
        account.name("ko"),
        side if row.coins > 0 else "",
        side if row.coins < 0 else "",
        month.currency,
        " ".join(row.references),
    ]
