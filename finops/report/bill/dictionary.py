"""Show what tables and columns mean: in a terminal, and as docs/tables.md."""

import re
import sys
from collections.abc import Iterator

import pandas as pd
from rich.console import Group, RenderableType
from rich.markup import escape

from finops.report.kit.terminal import new_table
from finops.warehouse.connect import Warehouse, connect
from finops.warehouse.dictionary import EVERYWHERE, SCHEMAS, described, meanings

__all__ = ["columns", "page", "tables"]

# What a schema holds, and where a page puts it.
_TITLES = {
    "marts": "answers that people ask for",
    "facts": "what marts are made of",
    "owners": "how cost gets its owner",
    "pools": "how shared cost is split",
    "staging": "the bill's lines",
    "business": "the company's own numbers",
    "ledger": "what was loaded and built",
}
_INTRODUCTION = """\
# Tables

What each table and column of a build means. `finops describe marts.team_month` says it of one
table with the types of its columns, and so do the comments in the database, wherever it is read:
`select column_name, comment from duckdb_columns()`.

A name means one thing. Where a column is something else in a table than elsewhere, the table says
so. Names without `x_` are those of [FOCUS](https://focus.finops.org) in snake_case, or of the
company's own files. What billed and effective cost are, the README says under Words.

| unit | is |
|---|---|
| billing currency | money in the currency of the bill, `billing_currency` beside it |
| reporting currency | money in the currency of the reports, `x_reporting_currency` beside it |
| share | 0 to 1: 0.05 is 5 %. Credits and budgets can lead outside |
| UTC day, month, time | of the bill, which is in UTC |
| day of x_day_zone | of the time zone that `x_day_zone` names: UTC, or the project's `timezone` |
| day, month | as the company's own file gives it |
"""


def tables(found: pd.DataFrame) -> RenderableType:
    """Return the tables of a build with what one row of each is."""
    shown = new_table("table", "grain")
    for one in found.to_dict("records"):
        shown.add_row(one["table"], escape(one["grain"]))
    return Group(shown, "The columns of one: finops describe marts.team_month")


def columns(table: str, found: pd.DataFrame) -> RenderableType:
    """Return what a table is, and each of its columns with type, unit and text."""
    shown = new_table("column", "meaning")
    for one in found.to_dict("records"):
        # How many digits a decimal has is for who computes with it.
        kind = re.sub(r"^decimal\(.*\)$", "decimal", one["type"])
        under = f"{kind}, {one['unit']}" if one["unit"] else kind
        shown.add_row(f"{one['column']}\n  [dim]{escape(under)}[/]", escape(one["text"]))
    return Group(escape(" ".join(described()[table]).strip()), shown)


def page(warehouse: Warehouse) -> str:
    """Return docs/tables.md: the tables with their columns, then what each column means."""
    return "\n".join([_INTRODUCTION, *_tables(warehouse), *_columns()])


def _tables(warehouse: Warehouse) -> Iterator[str]:
    found = warehouse.describe()
    for schema in SCHEMAS:
        yield f"## {schema}: {_TITLES[schema]}\n"
        for one in found[found["table"].str.startswith(f"{schema}.")].to_dict("records"):
            yield f"### {one['table']}\n"
            yield f"{one['grain']} {one['notes']}".strip() + "\n"
            names = list(warehouse.describe(one["table"])["column"])
            yield f"Columns: {', '.join(f'`{name}`' for name in names)}.\n"
            yield from _own_meanings(one["table"], names)


def _own_meanings(table: str, names: list[str]) -> Iterator[str]:
    own = [name for name in names if (table, name) in meanings()]
    if own:
        yield from _rows((f"`{name}`", *meanings()[table, name]) for name in own)


def _columns() -> Iterator[str]:
    yield "## Columns\n"
    yield "What a column is in every table that doesn't say it itself.\n"
    known = sorted((name, one) for (table, name), one in meanings().items() if table == EVERYWHERE)
    yield from _rows((f"`{name}`", *one) for name, one in known)


def _rows(rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield "| column | unit | meaning |"
    yield "|---|---|---|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(page(connect(sys.argv[1])))
