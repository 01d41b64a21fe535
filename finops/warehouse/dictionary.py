"""What each table and column means: dictionary.csv, and the first lines of the models.

A line of dictionary.csv says what a column is in all tables, or only in its `tables`, where it is
something else than elsewhere. A line without a column is the text of a table that no model makes.
"""

import csv
import difflib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import duckdb
import pandas as pd
import pyarrow as pa

from finops.errors import BadInput
from finops.sql import identifier, literal
from finops.warehouse.models import all_models

__all__ = [
    *("SCHEMAS", "Meaning", "TableText", "columns", "comment", "described"),
    *("meaning", "meanings", "tables", "words"),
]

# In the order in which they are read.
SCHEMAS = ("marts", "facts", "owners", "pools", "staging", "business", "ledger")
# A meaning that holds in every table that has none of its own.
EVERYWHERE = ""


class Meaning(NamedTuple):
    """The unit of a column, if it has one, and what the column is."""

    unit: str = ""
    text: str = ""

    @property
    def comment(self) -> str:
        """Text and unit in one line."""
        return f"{self.text} Unit: {self.unit}." if self.unit else self.text


class TableText(NamedTuple):
    """What one row of a table is, and what else there is to know."""

    grain: str
    notes: str = ""


def words() -> str:
    """Return dictionary.csv as it is written."""
    return (files("finops.models") / "dictionary.csv").read_text(encoding="utf-8")


@cache
def meanings() -> dict[tuple[str, str], Meaning]:
    """Return each meaning by table, or EVERYWHERE, and column."""
    return {
        (table, row["column"]): Meaning(row["unit"], row["text"])
        for row in csv.DictReader(words().splitlines())
        for table in row["tables"].split("|")
    }


def meaning(table: str, column: str) -> Meaning:
    """Return what a column of a table is; an empty one where nothing says so."""
    known = meanings()
    return known.get((table, column)) or known.get((EVERYWHERE, column)) or Meaning()


@cache
def described() -> dict[str, TableText]:
    """Return the text of each table."""
    written = {table: one for (table, column), one in meanings().items() if not column}
    return {table: TableText(one.text) for table, one in written.items()} | {
        model.name: TableText(model.grain, model.notes) for model in all_models().values()
    }


def comment(con: duckdb.DuckDBPyConnection) -> None:
    """Give the tables and columns of a build their comments, where they have others or none."""
    wanted = [*_table_comments(con), *_column_comments(con)]
    if statements := [f"comment on {what} is {literal(text)}" for what, text in wanted]:
        con.execute(f"begin; {'; '.join(statements)}; commit")


def _table_comments(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    for kind, table, said in con.execute(_TABLES, [SCHEMAS]).fetchall():
        text = " ".join(described().get(table, TableText(""))).strip()
        if text != (said or ""):
            yield f"{kind} {table}", text


def _column_comments(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    for table, column, _, said in con.execute(_COLUMNS, [SCHEMAS]).fetchall():
        text = meaning(table, column).comment
        if text != (said or ""):
            yield f"column {table}.{identifier(column)}", text


def tables(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the tables of a build: table, grain, notes."""
    found = [table for _, table, _ in con.execute(_TABLES, [SCHEMAS]).fetchall()]
    rows = [{"table": one, **described().get(one, TableText(""))._asdict()} for one in found]
    return _frame(rows, ["table", "grain", "notes"])


def columns(con: duckdb.DuckDBPyConnection, table: str) -> pd.DataFrame:
    """Return the columns of a table: column, type, unit, text. Raises BadInput if there is none."""
    rows = [
        {"column": column, "type": kind, **meaning(table, column)._asdict()}
        for of_table, column, kind, _ in con.execute(_COLUMNS, [SCHEMAS]).fetchall()
        if of_table == table
    ]
    if not rows:
        known = [name for _, name, _ in con.execute(_TABLES, [SCHEMAS]).fetchall()]
        raise BadInput(f"There is no table {table!r}. {_advice(table, known)}")
    return _frame(rows, ["column", "type", "unit", "text"])


def _advice(asked: str, known: list[str]) -> str:
    """Return which tables may be meant, also of a name without its schema."""
    short = [name for name in known if name.partition(".")[2] == asked.rpartition(".")[2]]
    if close := short or difflib.get_close_matches(asked, known, cutoff=0.8):
        return f"Did you mean {' or '.join(close)}?"
    return "finops describe lists those that there are."


def _frame(rows: list[dict[str, str]], names: list[str]) -> pd.DataFrame:
    schema = pa.schema([(name, pa.string()) for name in names])
    frame: pd.DataFrame = pa.Table.from_pylist(rows, schema).to_pandas(types_mapper=pd.ArrowDtype)
    return frame


_TABLES = """
select kind, schema_name || '.' || name, comment
from (
    select 'table' as kind, database_name, schema_name, table_name as name, comment
    from duckdb_tables()
    union all
    select 'view', database_name, schema_name, view_name, comment
    from duckdb_views()
)
where database_name = current_database() and list_contains($1, schema_name)
order by list_position($1, schema_name), name
"""
_COLUMNS = """
select schema_name || '.' || table_name, column_name, lower(data_type), comment
from duckdb_columns()
where database_name = current_database() and list_contains($1, schema_name)
order by list_position($1, schema_name), table_name, column_index
"""
