"""Lead from the bill to the expense of a month, for the pack and the index of statements."""

from finops.close.expense import ACCOUNTS, STEPS, Expense
from finops.close.recognition import exact
from finops.report.close.layout import Column, Say, Table

__all__ = ["accounts", "bill_to_expense"]


def bill_to_expense(expense: Expense, words: Say) -> Table:
    """Return the steps from the bill to the expense, in the billing currency; nothing for a 0."""
    currency = expense.currency
    columns = [Column(words("step")), Column(words("amount", currency=currency), currency, True)]
    rows = [
        (words(f"step_{step}"), expense.steps[step])
        for step in STEPS
        if expense.steps[step] or step == "bill"
    ]
    return Table("bill_to_expense", words("bill_to_expense"), columns, rows, "", words("step_note"))


def accounts(expense: Expense, words: Say) -> Table:
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
