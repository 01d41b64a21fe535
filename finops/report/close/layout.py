"""The tables of a close: columns, rows of values and totals, and how a reader sees a value."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from finops.close.recognition import exact
from finops.report.text import cents, number, percent, plain

__all__ = ["Column", "Say", "Table", "moneys", "short_id", "text_of"]

Say = Callable[..., str]
# So much of a commitment's id is shown on a page.
_ID = 24
_TEXTS = ("text", "code", "id")
# A hyphen at which a line never breaks.
_NO_BREAK = "\u2011"


@dataclass(frozen=True)
class Column:
    """A column: its title and the kind of its values.

    Kinds are `text`, `code` (kept in one line), `id` (a page shows its ends), `count`, `hours`,
    `rate`, `share`, or a currency: then values are exact money.
    `formula` says how a workbook computes it from the row's other columns, such as `{4}+{5}`.
    """

    title: str
    kind: str = "text"
    total: bool = False
    formula: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it is right-aligned."""
        return self.kind not in _TEXTS


@dataclass(frozen=True)
class Table:
    """A table of a pack: rows of values, what stands below it, and why it has no rows."""

    key: str
    title: str
    columns: list[Column]
    rows: list[tuple[Any, ...]]
    empty: str
    note: str = ""

    def sums(self) -> list[Any]:
        """Return the total of each column that has one, else None."""
        return [
            sum((row[place] for row in self.rows), Decimal(0)) if column.total else None
            for place, column in enumerate(self.columns)
        ]


def text_of(value: Any, kind: str) -> str:
    """Return a value of a column as a reader expects it."""
    if kind == "code":
        return plain(value).replace("-", _NO_BREAK)
    if kind in _TEXTS:
        return plain(value, _ID if kind == "id" else None)
    if kind == "share":
        return percent(value, 2)
    places = {"count": 0, "hours": 2, "rate": 4}.get(kind)
    return number(value, cents(kind) if places is None else places)


def moneys(rows: pd.DataFrame, column: str, currency: str) -> list[Decimal]:
    """Return a column of coins as exact money of `currency`."""
    return [exact(coins, currency) for coins in rows[column]]


def short_id(commitment: str) -> str:
    """Return the end of an ARN, which is what tells commitments apart."""
    return commitment.split(":")[-1]
