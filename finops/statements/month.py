"""What all statements of a month and a currency share, and how it is read."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd

from finops.business.bridge import bridge
from finops.close.closable import is_final
from finops.close.expense import ACCOUNTS, Expense, read_entries
from finops.close.frozen import closed_months
from finops.close.month import read_expenses
from finops.close.recognition import read_recognition
from finops.coins import whole
from finops.errors import BadInput
from finops.statements import queries
from finops.statements.lines import read_lines
from finops.text import cents, is_missing
from finops.warehouse.connect import Warehouse

__all__ = ["STATES", "Asked", "Expenses", "Month", "asked_month", "months", "read_month"]

# Whether the bill of a month may change still, and whether the month is in the books.
STATES = ("draft", "final", "closed")

Names = dict[str, dict[str, str]]
# The expense of months by billing currency.
Expenses = dict[str, dict[str, Expense]]


@dataclass(frozen=True)
class Month:
    """What all statements of a month and a currency share.

    `total` is what they are held against, in the smallest coin of `currency`: effective cost before
    recoverable tax, or for chargeback the `expense` of the month's close. `lines` are those of
    every team, and `rest` what of the expense is in none of them, by account, in coins. `state` is
    one of STATES: a draft may change with the next delivery, final is a bill whose invoices have
    come, and a closed month is in the books. `upfront_cost` was paid in the month for months to
    come. `trust` is the row of marts.trust_header; `rate` gives `reporting_currency`, None if there
    is none. `team_names` and `service_names` give what each is called in a language, by key.
    `bridge` is what `business.bridge` returns: empty without a month before and for chargeback.
    """

    company: str
    billing_period: str
    previous_period: str | None
    mode: str
    currency: str
    state: str
    total: int
    rate: Decimal | None
    reporting_currency: str
    trust: dict[str, Any]
    team_names: Names
    service_names: Names
    lines: pd.DataFrame
    bridge: pd.DataFrame
    upfront_cost: Decimal
    expense: Expense | None

    @cached_property
    def rest(self) -> dict[str, int]:
        """What the close books as expense and no charge of the month says: timing, corrections."""
        if self.expense is None:
            return {}
        charged = self.lines.groupby("x_entry")["x_cents"].sum()
        left = {one: self.expense.coins[one] - int(charged.get(one, 0)) for one in ACCOUNTS}
        return {account: coins for account, coins in left.items() if coins}


class Asked:
    """The month of the statements and the one before, and what their closes book as expense."""

    def __init__(
        self,
        warehouse: Warehouse,
        mode: str,
        period: str,
        previous: str | None,
        is_closing: bool,
        expenses: Expenses,
    ) -> None:
        self.warehouse, self.mode, self.period, self.previous = warehouse, mode, period, previous
        self.is_closed = is_closing or period in closed_months(warehouse.settings)
        self._expenses = expenses
        self._entries = read_entries(warehouse, period)

    def expense(self, currency: str) -> Expense | None:
        """Return the expense of the month; None for showback."""
        return self._expense(self.period, currency)

    def upfront_cost(self, currency: str) -> Decimal:
        """Return what was paid upfront in the month, before it is used."""
        rows = self._entries[self._entries["x_entry"] == "prepaid_current"]
        return sum(rows.loc[rows["billing_currency"] == currency, "billed_cost"], Decimal(0))

    def lines(self, currency: str) -> pd.DataFrame:
        """Return the lines of the month."""
        return read_lines(self.warehouse, self.period, currency, self.expense(currency))

    def previous_lines(self, currency: str) -> pd.DataFrame | None:
        """Return the lines of the month before, if there is one."""
        if self.previous is None:
            return None
        expense = self._expense(self.previous, currency)
        return read_lines(self.warehouse, self.previous, currency, expense)

    @cached_property
    def _recognised(self) -> pd.DataFrame:
        return read_recognition(self.warehouse, self.period)

    def _expense(self, month: str, currency: str) -> Expense | None:
        if self.mode != "chargeback":
            return None
        if month not in self._expenses:
            self._expenses[month] = read_expenses(self.warehouse, month, self._recognised)
        return self._expenses[month].get(currency)


def months(warehouse: Warehouse, billing_period: str, *, mode: str = "showback") -> list[Month]:
    """Return what the statements of a month share, by currency. Raises what `statements` does."""
    asked, currencies = asked_month(warehouse, billing_period, mode, False, {})
    return [read_month(asked, currency) for currency in currencies]


def asked_month(
    warehouse: Warehouse, billing_period: str, mode: str, is_closing: bool, expenses: Expenses
) -> tuple[Asked, list[str]]:
    """Return the month that is asked for and its billing currencies.

    `expenses` are those of months that are worked out already, and keep what is.
    """
    known = warehouse.sql(queries.MONTHS)
    loaded = sorted(set(known["billing_period"]))
    if billing_period not in loaded:
        span = f"there are {loaded[0]} to {loaded[-1]}" if loaded else "run finops load SOURCE"
        raise BadInput(f"No bill of {billing_period} is loaded: {span}.")
    currencies = known.loc[known["billing_period"] == billing_period, "billing_currency"]
    earlier = [month for month in loaded if month < billing_period]
    previous = earlier[-1] if earlier else None
    asked = Asked(warehouse, mode, billing_period, previous, is_closing, expenses)
    return asked, [str(currency) for currency in currencies]


def read_month(asked: Asked, currency: str) -> Month:
    """Return what the statements share of the month that is asked for, in a billing currency."""
    warehouse, period, previous = asked.warehouse, asked.period, asked.previous
    trust = warehouse.sql(queries.TRUST, period=period, currency=currency).to_dict("records")[0]
    rates = warehouse.sql(queries.BUDGETS, period=period, currency=currency)["x_exchange_rate"]
    rate = None if rates.isna().all() else Decimal(rates.iloc[0])
    expense = asked.expense(currency)
    total = trust["effective_cost"] if expense is None else expense.total
    return Month(
        company=warehouse.settings.company,
        billing_period=period,
        previous_period=previous,
        mode=asked.mode,
        currency=currency,
        state="closed" if asked.is_closed else "final" if is_final([trust]) else "draft",
        total=whole(Decimal(total).scaleb(cents(currency))),
        rate=rate,
        reporting_currency=warehouse.settings.reporting_currency,
        team_names=_names(warehouse.sql(queries.TEAMS)),
        service_names=_names(warehouse.sql(queries.SERVICES)),
        trust={str(name): None if is_missing(value) else value for name, value in trust.items()},
        lines=asked.lines(currency),
        bridge=_bridge(warehouse, period, previous, currency, asked.mode),
        upfront_cost=asked.upfront_cost(currency),
        expense=expense,
    )


def _names(rows: pd.DataFrame) -> Names:
    """Return what each key is called, by language: its name, beside the key if two share it."""
    found: Names = {row["key"]: {} for row in rows.to_dict("records")}
    for language, column in (("en", "name"), ("ko", "name_ko")):
        texts = rows[column].fillna("")
        texts = texts.where(texts != "", rows["key"])
        for key, text, is_shared in zip(rows["key"], texts, texts.duplicated(False), strict=True):
            found[key][language] = f"{text} ({key})" if is_shared else text
    return found


def _bridge(
    warehouse: Warehouse, period: str, previous: str | None, currency: str, mode: str
) -> pd.DataFrame:
    """Return what moved the effective cost of all teams; nothing without a month before."""
    if mode != "showback" or previous is None:
        return pd.DataFrame(columns=["x_team"])
    return bridge(warehouse, period=period, base=previous, currency=currency)
