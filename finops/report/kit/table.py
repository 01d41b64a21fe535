"""Tables for page, notebook, terminal and workbook: columns, rows, totals, and how they read."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from finops.text import cents, is_missing, number, percent, plain

if TYPE_CHECKING:
    from finops.report.kit.waterfall_svg import Drawing

__all__ = ["Column", "Say", "Table", "Tile", "text_of", "written"]

Say = Callable[..., str]
# So much of a commitment's id is shown on a page.
_ID = 24
_TEXTS = ("text", "code", "id")
# The digits of a share.
_SHARES = {"share": 2, "weight": 4}
# A hyphen at which a line never breaks.
_NO_BREAK = "\u2011"


@dataclass(frozen=True)
class Tile:
    """One number to see at a glance: what it is, its value, and what it compares with."""

    name: str
    value: str
    detail: str


@dataclass(frozen=True)
class Column:
    """A column: its title and the kind of its values.

    Kinds are `text`, `code` (kept in one line), `id` (a page shows its ends), `figure` (a number
    that is text already), `count`, `hours`, `rate`, `share`, `weight` (a share with more digits),
    or a currency: then values are exact money. Text stands for a number that is not known.
    `formula` says how a workbook computes it from the row's other columns, such as `{4}+{5}`.
    `currency_at` is the place of the column that names each row's currency, where rows differ.
    """

    title: str
    kind: str = "text"
    total: bool = False
    formula: str = ""
    currency_at: int | None = None

    @property
    def is_number(self) -> bool:
        """Whether it is right-aligned."""
        return self.currency_at is not None or self.kind not in _TEXTS

    def kind_in(self, row: Sequence[Any]) -> str:
        """Return the kind of its value in a row: a currency, where rows have their own."""
        return self.kind if self.currency_at is None else row[self.currency_at]


@dataclass(frozen=True)
class Table:
    """Rows of values, what stands around them, and why there are none.

    `lead` are sentences above the rows, and `drawing` a picture between. `total_word` begins the
    row of totals.
    """

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[tuple[Any, ...]]
    empty: str = ""
    note: str = ""
    lead: tuple[str, ...] = ()
    drawing: "Drawing | None" = None
    total_word: str = ""

    def sums(self) -> list[Any]:
        """Return the total of each column that has one, else None."""
        return [
            sum((row[place] for row in self.rows if not is_missing(row[place])), Decimal(0))
            if column.total
            else None
            for place, column in enumerate(self.columns)
        ]

    def texts(self) -> list[tuple[str, ...]]:
        """Return the rows as a reader expects them, with the totals as the last one."""
        rows = [
            tuple(
                text_of(value, column.kind_in(row))
                for value, column in zip(row, self.columns, strict=True)
            )
            for row in self.rows
        ]
        if rows and any(column.total for column in self.columns):
            sums = zip(self.sums(), self.columns, strict=True)
            texts = ["" if value is None else text_of(value, one.kind) for value, one in sums]
            rows.append((self.total_word, *texts[1:]))
        return rows

    def _repr_html_(self) -> str:
        """Return the table for a notebook; every text in it is escaped."""
        from finops.report.kit.page import environment

        return environment().get_template("notebook.html.j2").render(tables=[self])


def written(titles: Iterable[str], figures: Container[str] = ()) -> list[Column]:
    """Return columns whose cells are text already; those in `figures` are numbers."""
    return [Column(title, "figure" if title in figures else "text") for title in titles]


def text_of(value: Any, kind: str) -> str:
    """Return a value of a column as a reader expects it."""
    if kind == "code":
        return plain(value).replace("-", _NO_BREAK)
    if kind in _TEXTS or isinstance(value, str):
        return plain(value, _ID if kind == "id" else None)
    if kind in _SHARES:
        return percent(value, _SHARES[kind])
    places = {"count": 0, "hours": 2, "rate": 4}.get(kind)
    return number(value, cents(kind) if places is None else places)
