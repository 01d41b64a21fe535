"""Write transfers as a journal: numbered documents whose debits are their credits."""

from typing import Any

import pandas as pd

from finops.close.recognition import exact
from finops.errors import CheckFailed
from finops.inputs.accounts import Accounts

__all__ = ["COLUMNS", "check_balanced", "journal", "kinds", "unbalanced"]

COLUMNS = [
    "x_document",
    "x_posting_date",
    "account_code",
    "account_name",
    "account_name_ko",
    "entry",
    "x_kind",
    "billing_period",
    "invoice_issuer_name",
    "invoice_id",
    "debit",
    "credit",
    "currency",
    "billing_debit",
    "billing_credit",
    "billing_currency",
]
_DOCUMENT = ["billing_period", "x_kind", "invoice_issuer_name", "invoice_id", "billing_currency"]
_ORDER = [
    "charges",
    "unused",
    "amortisation",
    "non_current",
    "reversal",
    "invoiced",
    "correction",
    "payment",
    "exchange",
    "revaluation",
]


def kinds(moved: pd.DataFrame, booked: pd.DataFrame, period: str) -> pd.DataFrame:
    """Return transfers of the close of `period` with the x_kind that a reader looks for.

    What is posted for charges of an earlier month takes back an accrual (`reversal`), books what
    was accrued as it was invoiced (`invoiced`), or is a `correction`.
    """
    accrued = set(booked.loc[booked["x_credit"] == "accrued_liability", "billing_period"])
    names = [_kind(row, accrued, period) for row in moved.to_dict("records")]
    return moved.assign(x_kind=names)


def journal(moved: pd.DataFrame, accounts: Accounts, period: str, currency: str) -> pd.DataFrame:
    """Return transfers as journal lines, one per document, side and account.

    Documents are numbered within the close. debit and credit are exact in the `currency` of the
    books, billing_debit and billing_credit in that of the bill; a transfer of less than nothing
    changes sides. Raises BadInput for an entry without account, CheckFailed if a document isn't
    balanced.
    """
    accounts.need(sorted({*moved["x_debit"], *moved["x_credit"]}))
    ordered = moved.assign(x_place=[_ORDER.index(kind) for kind in moved["x_kind"]])
    groups = ordered.groupby(["x_place", *_DOCUMENT], sort=True)
    lines = []
    for number, (_, part) in enumerate(groups, 1):
        head = {
            "x_document": f"{period}-{number:03}",
            "x_posting_date": str(pd.Period(period, freq="M").end_time.date()),
            "currency": currency,
        } | {name: part[name].iloc[0] for name in _DOCUMENT}
        for entry, sides in _sides(part).items():
            account = accounts[entry]
            names = {
                "account_code": account.account_code,
                "account_name": account.name("en"),
                "account_name_ko": account.name("ko"),
            }
            lines += [head | names | {"entry": entry} | one for one in _lines(sides, head)]
    found = pd.DataFrame(lines, columns=COLUMNS)
    check_balanced(found)
    return found


def unbalanced(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the documents whose debits are not their credits, in one of the two currencies."""
    sides = ["debit", "credit", "billing_debit", "billing_credit"]
    sums = lines.groupby("x_document")[sides].sum()
    books = sums["debit"] != sums["credit"]
    return sums[books | (sums["billing_debit"] != sums["billing_credit"])]


def check_balanced(lines: pd.DataFrame) -> None:
    """Raise CheckFailed if debits are not credits, to the last digit."""
    wrong = unbalanced(lines)
    if len(wrong):
        first = wrong.iloc[0]
        raise CheckFailed(
            f"Document {wrong.index[0]} has debits of {first['debit']} and credits of "
            f"{first['credit']}; nothing was closed."
        )


def _kind(row: dict[Any, Any], accrued: set[str], period: str) -> str:
    month, kind = row["billing_period"], row["x_kind"]
    if month == period or kind in ("payment", "exchange", "revaluation"):
        return str(kind)
    if row["x_credit"] == "accrued_liability":
        return "reversal"
    return "invoiced" if kind == "charges" and month in accrued else "correction"


def _sides(part: pd.DataFrame) -> dict[str, list[tuple[str, int, int]]]:
    """Return what each entry gets of a document: side, coins of the books and of the bill."""
    sums: dict[tuple[str, str], list[int]] = {}
    for row in part.to_dict("records"):
        book, coins = row["x_book_coins"], row["x_coins"]
        turned = book < 0 or (book == 0 and coins < 0)
        sign = -1 if turned else 1
        sides = ("credit", "debit") if turned else ("debit", "credit")
        for entry, side in zip((row["x_debit"], row["x_credit"]), sides, strict=True):
            found = sums.setdefault((entry, side), [0, 0])
            found[0] += sign * book
            found[1] += sign * coins
    entries: dict[str, list[tuple[str, int, int]]] = {}
    for (entry, side), (book, coins) in sorted(sums.items(), key=lambda one: one[0][1] != "debit"):
        entries.setdefault(entry, []).append((side, book, coins))
    return entries


def _lines(sides: list[tuple[str, int, int]], head: dict[str, Any]) -> list[dict[str, Any]]:
    zero = exact(0, head["currency"]), exact(0, head["billing_currency"])
    empty = {
        "debit": zero[0],
        "credit": zero[0],
        "billing_debit": zero[1],
        "billing_credit": zero[1],
    }
    return [
        empty
        | {
            side: exact(book, head["currency"]),
            f"billing_{side}": exact(coins, head["billing_currency"]),
        }
        for side, book, coins in sides
    ]
