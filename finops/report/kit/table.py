"""Tables of values for a page and a workbook: columns, rows, totals, and how a reader sees them."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from finops.report.kit.page import environment
from finops.report.kit.waterfall_svg import Drawing
from finops.text import cents, is_missing, number, percent, plain

__all__ = ["Column", "Say", "Section", "Table", "Tile", "section", "text_of"]

Say = Callable[..., str]
# So much of a commitment's id is shown on a page.
_ID = 24
_TEXTS = ("text", "code", "id")
# A hyphen at which a line never breaks.
_NO_BREAK = "\u2011"


@dataclass(frozen=True)
class Tile:
    """One number to see at a glance: what it is, its value, and what it compares with."""

    name: str
    value: str
    detail: str


@dataclass(frozen=True)
class Section:
    """A table of text; columns named in `numbers` are right-aligned, `empty` says why no rows.

    `lead` are sentences above it, and `drawing` a picture below them.
    """

    title: str
    columns: tuple[str, ...]
    numbers: frozenset[str]
    rows: list[tuple[str, ...]]
    empty: str = ""
    note: str = ""
    lead: tuple[str, ...] = ()
    drawing: Drawing | None = None

    def _repr_html_(self) -> str:
        """Return the table for a notebook; every text in it is escaped."""
        return environment().get_template("notebook.html.j2").render(tables=[self])


@dataclass(frozen=True)
class Column:
    """A column: its title and the kind of its values.

    Kinds are `text`, `code` (kept in one line), `id` (a page shows its ends), `count`, `hours`,
    `rate`, `share`, or a currency: then values are exact money. Text stands for a number that is
    not known.
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
    """Rows of values, what stands below them, and why there are none."""

    key: str
    title: str
    columns: list[Column]
    rows: list[tuple[Any, ...]]
    empty: str
    note: str = ""

    def sums(self) -> list[Any]:
        """Return the total of each column that has one, else None."""
        return [
            sum((row[place] for row in self.rows if not is_missing(row[place])), Decimal(0))
            if column.total
            else None
            for place, column in enumerate(self.columns)
        ]


def text_of(value: Any, kind: str) -> str:
    """Return a value of a column as a reader expects it."""
    if kind == "code":
        return plain(value).replace("-", _NO_BREAK)
    if kind in _TEXTS or isinstance(value, str):
        return plain(value, _ID if kind == "id" else None)
    if kind == "share":
        return percent(value, 2)
    places = {"count": 0, "hours": 2, "rate": 4}.get(kind)
    return number(value, cents(kind) if places is None else places)


def section(table: Table, total_word: str) -> Section:
    """Return a table as text, with its totals as the last row, which begins with `total_word`."""
    kinds = [column.kind for column in table.columns]
    rows = [
        tuple(text_of(value, kind) for value, kind in zip(row, kinds, strict=True))
        for row in table.rows
    ]
    if rows and any(column.total for column in table.columns):
        sums = table.sums()
        total = [
            "" if one is None else text_of(one, kind) for one, kind in zip(sums, kinds, strict=True)
        ]
        rows.append((total_word, *total[1:]))
    names = tuple(column.title for column in table.columns)
    numbers = frozenset(column.title for column in table.columns if column.is_number)
    return Section(table.title, names, numbers, rows, table.empty, table.note)
