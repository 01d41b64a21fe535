"""Lead from the bill of a month to its expense, the same for the close and for chargeback."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from finops.close.recognition import exact
from finops.sql import read_query
from finops.warehouse.connect import Warehouse

__all__ = ["ACCOUNTS", "STEPS", "Expense", "expenses", "read_entries"]

# The accounts of the books that are expense, in the order of a page.
ACCOUNTS = (
    "cloud_expense",
    "unused_commitment_expense",
    "support_expense",
    "marketplace_expense",
)
# What leads from the bill to the expense of its month; the steps add up.
STEPS = ("bill", "vat", "upfront", "amortised", "accrued", "earlier", "since", "rounding")


@dataclass(frozen=True)
class Expense:
    """What a month costs by the books, in one billing currency.

    `coins` and `book_coins` are those of each of ACCOUNTS, of the bill and of the books; with them
    goes what this close corrects of earlier months. `steps` are money of the billing currency by
    STEPS: they add up to `total`. What the books' rounding can't explain is `since`: the bill was
    changed after the month was closed. `rounded` counts the amounts that the books rounded.
    """

    currency: str
    books: str
    coins: Mapping[str, int]
    book_coins: Mapping[str, int]
    steps: Mapping[str, Decimal]
    rounded: int

    @property
    def total(self) -> Decimal:
        """The expense in the billing currency."""
        return exact(sum(self.coins.values()), self.currency)


def expenses(warehouse: Warehouse, moved: pd.DataFrame, period: str) -> dict[str, Expense]:
    """Return the expense of a month (YYYY-MM) by billing currency.

    `moved` are the transfers that its close posts.
    """
    bills = read_entries(warehouse, period)
    books = warehouse.settings.reporting_currency
    return {
        str(currency): _expense(moved[moved["billing_currency"] == currency], bill, period, books)
        for currency, bill in bills.groupby("billing_currency")
    }


def read_entries(warehouse: Warehouse, period: str) -> pd.DataFrame:
    """Return what the bill of a month is for the books, one row per billing_currency and x_entry.

    billed_cost is in the billing currency, and x_open_cost what of it has no invoice yet.
    """
    return warehouse.sql(read_query("finops.close", "bill_entries"), period=period)


def _expense(moved: pd.DataFrame, bill: pd.DataFrame, period: str, books: str) -> Expense:
    currency = str(bill["billing_currency"].iloc[0])
    of_month = moved["billing_period"] == period
    now, earlier = moved[of_month], moved[~of_month]
    coins = {account: _balance(moved, account, "x_coins") for account in ACCOUNTS}
    billed = {str(row["x_entry"]): row["billed_cost"] for row in bill.to_dict("records")}
    open_support = sum(bill.loc[bill["x_entry"] == "support_expense", "x_open_cost"], Decimal(0))
    is_accrued = (now["x_debit"] == "support_expense") & (now["x_credit"] == "accrued_liability")
    is_used = (now["x_kind"] == "amortisation") & (now["x_debit"] == "cloud_expense")
    paid = now[now["x_kind"] == "charges"]
    steps = {
        "bill": sum(billed.values(), Decimal(0)),
        "vat": -billed.get("vat_receivable", Decimal(0)),
        "upfront": -exact(_balance(paid, "prepaid_current", "x_coins"), currency),
        "amortised": exact(int(now.loc[is_used, "x_coins"].sum()), currency),
        "accrued": exact(int(now.loc[is_accrued, "x_coins"].sum()), currency) - open_support,
        "earlier": exact(sum(_balance(earlier, one, "x_coins") for one in ACCOUNTS), currency),
    }
    total = exact(sum(coins.values()), currency)
    rest = total - sum(steps.values(), Decimal(0))
    # A coin for each amount that the books round is all that rounding can leave.
    is_rounding = abs(rest) <= exact(len(now), currency)
    return Expense(
        currency,
        books,
        coins,
        {account: _balance(moved, account, "x_book_coins") for account in ACCOUNTS},
        steps
        | {"since": Decimal(0) if is_rounding else rest}
        | {"rounding": rest if is_rounding else Decimal(0)},
        len(now),
    )


def _balance(moved: pd.DataFrame, account: str, coins: str) -> int:
    """Return what arrived at an account less what left it."""
    came = moved.loc[moved["x_debit"] == account, coins].sum()
    return int(came - moved.loc[moved["x_credit"] == account, coins].sum())
