"""Read queries, refuse those that write, give them what they ask for, and quote names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from finops.errors import BadInput

if TYPE_CHECKING:
    import pyarrow as pa


def literal(text: str) -> str:
    """Return `text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def path_literal(path: Path) -> str:
    """Return the path of one file as an SQL string literal: its `*`, `?` and `[` are its name."""
    return literal(re.sub(r"[*?[]", r"[\g<0>]", str(path)))


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


def printable(con: duckdb.DuckDBPyConnection, query: str, params: Mapping[str, object]) -> pa.Table:
    """Return the rows of a query like `answer`, in types whose values Python and JSON have.

    An interval, a time or a union is its text.
    """
    rows = con.sql(query, params=params or None)
    columns = [
        f"#{place}" if _is_common(kind) else f"cast(#{place} as varchar) as {identifier(name)}"
        for place, (name, kind) in enumerate(zip(rows.columns, rows.types, strict=True), start=1)
    ]
    is_odd = not all(map(_is_common, rows.types))
    return (rows.project(", ".join(columns)) if is_odd else rows).to_arrow_table()


_COMMON = {"varchar", "enum", "boolean", "decimal", "float", "double", "hugeint", "null"}
_COMMON |= {f"{sign}{size}int" for sign in ("", "u") for size in ("tiny", "small", "", "big")}
_COMMON |= {"integer", "uinteger"}


def _is_common(kind: Any) -> bool:
    if kind.id in ("list", "struct", "map"):
        children = dict(kind.children)
        is_named = kind.id != "map" or children["key"].id == "varchar"
        return is_named and all(map(_is_common, children.values()))
    return kind.id in _COMMON


def check_reading(con: duckdb.DuckDBPyConnection, query: str) -> None:
    """Raise BadInput for anything but one select, or the `explain` of one.

    A `with` may hold a `copy`, which writes wherever its connection may read.
    """
    select = _EXPLAIN.sub("", query)
    statements = con.extract_statements(select)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise BadInput("Only one select at a time can be run; the warehouse is read-only.")
    if "copy" in select.lower() and _has_copy(json.loads(_tree(con, select))):
        raise BadInput("A query can't copy to a file; the warehouse is read-only.")


# Without comments: whatever is left has to be a select of its own.
_EXPLAIN = re.compile(r"\A[ \t\r\n]*explain(?:[ \t\r\n]+analyze)?(?=[ \t\r\n(])", re.IGNORECASE)


def _tree(con: duckdb.DuckDBPyConnection, select: str) -> str:
    """Return a select as DuckDB parsed it."""
    return str(con.execute("select json_serialize_sql(?)", [select]).fetchall()[0][0])


def _has_copy(tree: Any) -> bool:
    if isinstance(tree, list):
        return any(map(_has_copy, tree))
    if not isinstance(tree, dict):
        return False
    return tree.get("type") == "COPY_QUERY_NODE" or any(map(_has_copy, tree.values()))


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
