"""Say what each line of the bill is for the books, in coins that add up to the bill."""

from collections.abc import Callable
from decimal import Decimal

import pandas as pd

from finops.coins import add_cents, whole
from finops.sql import read_query
from finops.text import cents
from finops.warehouse.connect import Warehouse

__all__ = ["RateOf", "read_recognition", "valued"]

# The exchange rate into the currency of the books, by month, invoice and billing currency.
RateOf = Callable[[str, str, str], Decimal]
# What is paid is an invoice, so each is rounded once, and its coins are given to entries, of
# these to line item types, and so on.
_INVOICE = ["billing_period", "billing_currency", "invoice_issuer_name", "invoice_id"]
_LEVELS = ["x_entry", "x_line_item_type"]


def read_recognition(warehouse: Warehouse, period: str) -> pd.DataFrame:
    """Return what the lines of each month up to `period` (YYYY-MM) are for the books.

    One row per month, seller, invoice, line item type, AWS service and entry of accounts.ENTRIES:
    x_entry, x_charges, x_unblended_cost, billed_cost, and x_unused_cost, what commitments left
    unused, all exact and in billing_currency; x_coins is billed_cost in the currency's coins. Of a
    month and currency, billed_cost adds up to the bill; of an invoice, x_coins to its total.
    """
    query = read_query("finops.close", "recognition")
    rows = warehouse.sql(query, period=period).astype(object)
    parts = [
        _coins(invoice, str(invoice["billing_currency"].iloc[0]))
        for _, invoice in rows.groupby(_INVOICE, sort=False)
    ]
    return pd.concat(parts, ignore_index=True)


def valued(rows: pd.DataFrame, rate_of: RateOf, places: int) -> pd.DataFrame:
    """Return `rows` with x_rate and x_book_coins, the coins (10^-`places`) of the books."""
    rates = [
        rate_of(row["billing_period"], row["invoice_id"], row["billing_currency"])
        for row in rows.to_dict("records")
    ]
    frame = rows.assign(x_rate=pd.Series(rates, index=rows.index, dtype=object))
    values = [
        exact(coins, currency) * rate
        for coins, currency, rate in zip(
            rows["x_coins"], rows["billing_currency"], rates, strict=True
        )
    ]
    frame = frame.assign(x_book=pd.Series(values, index=rows.index, dtype=object))
    parts = [_book(invoice, places) for _, invoice in frame.groupby(_INVOICE, sort=False)]
    empty = frame.assign(x_book_coins=pd.Series(dtype="int64"))
    return (pd.concat(parts) if parts else empty).drop(columns="x_book")


def exact(coins: int, currency: str) -> Decimal:
    """Return coins as money of their currency."""
    return Decimal(int(coins)).scaleb(-cents(currency))


def converted(coins: int, currency: str, rate: Decimal, places: int) -> int:
    """Return coins of `currency` in coins of the books."""
    return whole((exact(coins, currency) * rate).scaleb(places))


def _coins(rows: pd.DataFrame, currency: str) -> pd.DataFrame:
    found = add_cents(rows, "billed_cost", _LEVELS, cents(currency))
    return found.rename(columns={"x_cents": "x_coins"})


def _book(rows: pd.DataFrame, places: int) -> pd.DataFrame:
    found = add_cents(rows, "x_book", _LEVELS, places)
    return found.rename(columns={"x_cents": "x_book_coins"})
