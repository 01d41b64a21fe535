"""Book what teams are charged: a journal whose debits are the expense of the close, to the cent."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

import pandas as pd

from finops.close.expense import ACCOUNTS, Expense
from finops.coins import apportion
from finops.errors import BadInput
from finops.inputs.accounts import Accounts
from finops.statements.month import Month
from finops.statements.statement import Statement
from finops.text import cents, plain, safe_cell

__all__ = ["COLUMNS", "Posting", "journal_csv", "month_postings", "postings", "safe_centre"]

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
    "currency",
    "billing_debit",
    "billing_credit",
    "billing_currency",
    "x_references",
)


@dataclass(frozen=True)
class Posting:
    """One line of the journal of `month`, for the cost of `period`: that month, or a closed one.

    A debit is above zero, a credit below. `coins` are whole coins of `month.currency`, `book_coins`
    of the books. `references` are those of the statements that it sums up.
    """

    month: Month
    period: str
    cost_centre: str
    entry: str
    coins: int
    book_coins: int
    references: tuple[str, ...]


def postings(found: Iterable[Statement], paying_cost_centre: str) -> list[Posting]:
    """Return a debit per cost centre and account of expense, and a credit of cloud clearing.

    One row per currency, cost centre and account; the rows of a currency sum to zero, in its coins
    and in those of the books. The debits of an account are what the close of the month books as
    its expense. The credit is at the cost centre that pays AWS. What nobody owns stays with that
    one, and what of the expense is in no statement. Raises BadInput if there is none, and for a
    team whose cost has no cost centre.
    """
    if not paying_cost_centre:
        raise BadInput(
            "A chargeback needs the cost centre that pays AWS: add paying_cost_centre = "
            '"…" to finops.toml.'
        )
    references: dict[str, dict[str, str]] = defaultdict(dict)
    months: dict[str, Month] = {}
    for one in found:
        months.setdefault(one.month.currency, one.month)
        references[one.month.currency][one.team] = one.reference
    return [
        posting
        for currency, month in months.items()
        for posting in month_postings(month, references[currency], paying_cost_centre)
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


def month_postings(month: Month, references: Mapping[str, str], paying: str) -> Iterator[Posting]:
    """Yield the debits by cost centre and account, and the credit that they are held against.

    `references` are those of the statements of the month, by team.
    """
    expense = month.expense
    if expense is None:
        raise BadInput("Showback books nothing: ask for the statements with mode chargeback.")
    named: dict[str, list[str]] = defaultdict(list)
    sums: dict[str, dict[str, int]] = {account: defaultdict(int) for account in ACCOUNTS}
    keys = ["x_team", "x_entry", "x_cost_centre"]
    places = month.lines.groupby(keys, as_index=False)["x_cents"].sum()
    for team, account, centre, coins in places.itertuples(index=False):
        place = _cost_centre(team, centre, paying)
        sums[account][place] += int(coins)
        named[place].append(references.get(team, ""))
    period = month.billing_period
    for account in ACCOUNTS:
        sums[account][paying] += month.rest.get(account, 0)
        books = _in_books(sums[account], expense, account, paying)
        for centre in sorted(books):
            coins = sums[account][centre]
            if coins or books[centre]:
                quoted = tuple(dict.fromkeys(named[centre]))
                yield Posting(month, period, centre, account, coins, books[centre], quoted)
    total, booked = sum(expense.coins.values()), sum(expense.book_coins.values())
    if total or booked:
        every = tuple(references.values())
        yield Posting(month, period, paying, "cloud_clearing", -total, -booked, every)


def safe_centre(centre: str) -> str:
    """Return a cost centre as the cells of a journal have it."""
    return safe_cell(plain(centre))


def _in_books(
    by_centre: dict[str, int], expense: Expense, account: str, paying: str
) -> dict[str, int]:
    """Return coins of the bill in those of the books, which add up to what the close books.

    An account has one rate: what the books have of it by what the bill has. Where the bill's part
    is nothing, who pays AWS bears what the books have.
    """
    total, booked = expense.coins[account], expense.book_coins[account]
    if not total:
        return {paying: booked}
    with localcontext(prec=60):
        exact = [Decimal(coins) * booked / total for coins in by_centre.values()]
        return dict(zip(by_centre, apportion(exact, booked), strict=True))


def _cost_centre(team: str, centre: str, paying: str) -> str:
    if centre != "unowned":
        return centre
    if team == "unowned":
        return paying
    raise BadInput(
        f"{team} has cost and no cost centre to charge: give it one in mappings/teams.csv."
    )


def _cells(row: Posting, accounts: Accounts) -> list[str]:
    account, month = accounts[row.entry], row.month
    books = month.expense.books if month.expense else month.currency
    return [
        row.period,
        str(pd.Period(month.billing_period, freq="M").end_time.date()),
        row.cost_centre,
        row.entry,
        account.account_code,
        account.name("en"),
        account.name("ko"),
        *_sides(row.book_coins, books),
        books,
        *_sides(row.coins, month.currency),
        month.currency,
        " ".join(row.references),
    ]


def _sides(coins: int, currency: str) -> tuple[str, str]:
    """Return coins as debit and credit, one of them empty."""
    places = cents(currency)
    side = f"{Decimal(abs(coins)).scaleb(-places):.{places}f}"
    return side if coins > 0 else "", side if coins < 0 else ""
