"""Show what is odd in the bill itself, for a terminal, a page and a notebook."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from finops.findings import words
from finops.languages import say
from finops.report.kit.table import Table, written
from finops.text import money, number, plain

__all__ = ["counted", "listing", "section"]

# So many rows and causes of one kind are listed; the table has all.
_LISTED = 5
_CAUSES = 3
_COLUMNS = ("month", "amount", "what", "likely_cause", "what_to_do")


def counted(found: pd.DataFrame) -> str:
    """Return how many findings there are, in words."""
    return "1 finding" if len(found) == 1 else f"{number(len(found))} findings"


def listing(found: pd.DataFrame) -> RenderableType:
    """Return the rows of `Warehouse.findings` by kind, with likely causes, for a terminal."""
    if found.empty:
        return "No findings: nothing is odd in the bill itself."
    return Group(
        Text(f"What is odd in the bill itself: {counted(found)}. None stops a build.", "bold"),
        *(part for kind, rows in found.groupby("x_kind", sort=False) for part in _kind(kind, rows)),
    )


def _kind(kind: Any, rows: pd.DataFrame) -> Iterable[RenderableType]:
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, justify="right")
    grid.add_column(overflow="fold")
    for month in _sums(rows):
        grid.add_row(*month)
    for row in rows.head(_LISTED).to_dict("records"):
        grid.add_row(row["billing_period"], _amount(row), Text(plain(row["x_what"], 200)))
    yield Text(words.title(kind), "yellow")
    yield Padding(grid, (0, 0, 0, 2))
    if len(rows) > _LISTED:
        yield Text(f"  {number(len(rows) - _LISTED)} more are in ledger.findings.")
    reasons = rows.drop_duplicates(["x_likely_cause", "x_what_to_do"]).head(_CAUSES)
    for one in reasons.to_dict("records"):
        cause, to_do = plain(one["x_likely_cause"], 300), plain(one["x_what_to_do"], 300)
        yield Padding(Text(f"Likely cause: {cause}. What to do: {to_do}."), (0, 0, 0, 2))


def _sums(rows: pd.DataFrame) -> Iterable[tuple[str, str, str]]:
    """Return a line for each month and currency that has several rows of one kind."""
    for place, part in rows.groupby(["billing_period", "billing_currency"]):
        if len(part) > 1:
            period, currency = map(str, place)
            yield period, money(part["x_found_cost"].sum(), currency), f"all {number(len(part))}:"


def section(found: pd.DataFrame, language: str = "en") -> Table:
    """Return the rows of `Warehouse.findings` as a table."""
    names = {key: say("finding", key, language) for key in _COLUMNS}
    return Table(
        "findings",
        say("finding", "title", language),
        written(names.values(), (names["amount"],)),
        [
            (
                row["billing_period"],
                _amount(row),
                plain(words.what(row, language), 200),
                plain(words.likely_cause(row, language), 300),
                plain(words.what_to_do(row, language), 300),
            )
            for row in found.astype(object).where(found.notna(), None).to_dict("records")
        ],
        say("finding", "none", language),
        say("finding", "note", language),
    )


def _amount(row: dict[Any, Any]) -> str:
    return money(row["x_found_cost"], row["billing_currency"])
