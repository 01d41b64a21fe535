"""Read queries, give them what they ask for, and quote what is put into SQL text."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files

import duckdb
import pyarrow as pa


def literal(text: str) -> str:
    """Return `text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return `name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def read_query(package: str, name: str) -> str:
    """Return the text of `name`.sql in a package."""
    return (files(package) / f"{name}.sql").read_text(encoding="utf-8")


def answer(con: duckdb.DuckDBPyConnection, query: str, params: Mapping[str, object]) -> pa.Table:
    """Return the rows of a query; each of `params` is its `$name` or getvariable('name').

    Raises duckdb.Error for a query that fails and for a parameter that it does not ask for.
    """
    asked = {name: params[name] for name in params if f"getvariable('{name}')" in query}
    others = {name: params[name] for name in params if name not in asked}
    with _variables(con, asked):
        return con.sql(query, params=others or None).to_arrow_table()


@contextmanager
def _variables(con: duckdb.DuckDBPyConnection, values: Mapping[str, object]) -> Iterator[None]:
    """Set variables of a connection until the block ends."""
    try:
        for name, value in values.items():
            con.execute(f"set variable {identifier(name)} = ?", [value])
        yield
    finally:
        for name in values:
            con.execute(f"reset variable {identifier(name)}")
