"""The first page of a pack: from the bill to the expense, what it compares with, and who signs."""

from decimal import Decimal
from typing import Any

from finops.close import registers
from finops.close.expense import ACCOUNTS, STEPS, Expense
from finops.close.month import Close
from finops.close.recognition import exact
from finops.report.kit.table import Column, Say, Table
from finops.text import cents, month_text, number

__all__ = ["OPENING", "expense", "opening"]

OPENING = ("bill_to_expense", "expense_accounts", "in_books", "sign_off")

_SIGNERS = ("prepared", "reviewed", "approved")


def opening(close: Close, words: Say, language: str) -> list[Table]:
    """Return the tables of the first page: by billing currency, then in the books, then signed."""
    months = [
        month_text(month, language) if month else "" for month in (close.period, close.previous)
    ]
    found = []
    for currency, one in close.expenses.items():
        before = close.expenses_before.get(currency)
        found += [_bill_to_expense(one, before, months, words), _accounts(one, words)]
    return [*found, _in_books(close, words), _sign_off(words)]


def expense(close: Close) -> Decimal:
    """Return what this close books as expense, in the currency of the books."""
    return _in_all(close.expenses, close.currency)


def _bill_to_expense(now: Expense, before: Expense | None, months: list[str], words: Say) -> Table:
    """Return the steps from the bill to the expense, in the billing currency; nothing for a 0."""
    currency = now.currency
    columns = [
        Column(words("step")),
        Column(words("before", month=months[0], currency=currency), currency, total=True),
    ]
    if before:
        columns += [
            Column(words("before", month=months[1], currency=currency), currency, total=True),
            Column(words("change"), currency, total=True, formula="{1}-{2}"),
        ]
    rows: list[tuple[Any, ...]] = []
    for step in STEPS:
        amounts = [one.steps[step] for one in (now, before) if one]
        if any(amounts) or step == "bill":
            change = [amounts[0] - amounts[1]] if before else []
            rows.append((words(f"step_{step}"), *amounts, *change))
    return Table("bill_to_expense", words("bill_to_expense"), columns, rows, "", words("step_note"))


def _accounts(expense: Expense, words: Say) -> Table:
    """Return the expense of each account, in the billing currency and in that of the books."""
    currency, books = expense.currency, expense.books
    columns = [
        Column(words("entry")),
        Column(words("amount", currency=currency), currency, total=True),
        Column(words("books", currency=books), books, total=True),
    ]
    rows = [
        (
            words(account),
            exact(expense.coins[account], currency),
            exact(expense.book_coins[account], books),
        )
        for account in ACCOUNTS
        if expense.coins[account] or expense.book_coins[account]
    ]
    empty, note = words("no_expense"), words("accounts_note")
    return Table("expense_accounts", words("expense_accounts"), columns, rows, empty, note)


def _in_books(close: Close, words: Say) -> Table:
    """Return the expense in the books beside the month before, the budget and exchange rates."""
    books, total = close.currency, expense(close)
    columns = [Column(words("step")), Column(words("amount", currency=books), books)]
    rows: list[tuple[str, Decimal]] = []
    foreign = {name: one for name, one in close.expenses.items() if name != books}
    if foreign:
        at_month = sum(
            (one.total * close.rates[name] for name, one in close.expenses.items()), Decimal(0)
        )
        at_month = round(at_month, cents(books))
        rates = ", ".join(f"{name} {number(close.rates[name], 2)}" for name in foreign)
        rows += [(words("at_month_rate", rates=rates), at_month)]
        rows += [(words("own_rates"), total - at_month)]
    rows.append((words("expense"), total))
    if close.expenses_before:
        before = _in_all(close.expenses_before, books)
        rows += [(words("expense_before"), before), (words("change"), total - before)]
    if close.budget is not None:
        rows += [(words("budget"), close.budget), (words("budget_left"), close.budget - total)]
    moved = registers.exchange(close.moved)
    for key, column in (("realised", "x_book_exchange"), ("unrealised", "x_book_revaluation")):
        if gained := exact(int(moved[column].sum()), books):
            rows.append((words(key), gained))
    return Table("in_books", words("in_books"), columns, rows, "", words("in_books_note"))


def _sign_off(words: Say) -> Table:
    names = ("signer", "signer_name", "signature", "signed_on")
    rows = [(words(one), "", "", "") for one in _SIGNERS]
    return Table("sign_off", words("sign_off"), [Column(words(one)) for one in names], rows, "")


def _in_all(expenses: dict[str, Expense], books: str) -> Decimal:
    coins = (sum(one.book_coins.values()) for one in expenses.values())
    return exact(sum(coins), books)
