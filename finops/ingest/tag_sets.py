"""Melt each set of tags once: a bill has few of them, however many lines."""

from collections.abc import Callable
from dataclasses import replace

import duckdb

from finops.errors import BadSource
from finops.ingest.bill import Bill
from finops.ingest.layouts import MAP, Field, Layout

# So many texts of a column get a dictionary in Parquet; more would only make it longer.
_FEW = 2000
MapsOf = Callable[[Layout], dict[str, str]]


def read_sets(
    con: duckdb.DuckDBPyConnection, bill: Bill, inputs_of: Callable[[Layout], list[Field]]
) -> list[Layout]:
    """Return the different sets of tags of each layout, as a layout of the columns `inputs_of` it.

    Raises BadSource for a file that can't be read.
    """
    con.execute("create schema if not exists raw")
    try:
        return [
            _set_layout(con, f"raw.tag_sets_{number}", layout, inputs_of(layout))
            for number, layout in enumerate(bill.layouts)
        ]
    except (duckdb.DataError, duckdb.InvalidInputException) as error:
        raise bill.explain(con, error) from error


def melt(
    con: duckdb.DuckDBPyConnection,
    bill: Bill,
    sets: list[Layout],
    inputs_of: Callable[[Layout], list[Field]],
    maps_of: MapsOf,
) -> list[Layout]:
    """Return the layouts of a bill, each joined to its maps: `melted_maps` names them.

    `maps_of` returns SQL by name, `tags` among it, that reads only the columns of `sets`. Creates
    the view `raw.tag_maps`: one row per set of tags, in the column `tags`. Raises BadSource for a
    value that does not parse.
    """
    try:
        layouts = [
            _joined(con, f"raw.melted_{number}", layout, found, inputs_of(layout), maps_of)
            for number, (layout, found) in enumerate(zip(bill.layouts, sets, strict=True))
        ]
    except (duckdb.DataError, duckdb.InvalidInputException) as error:
        raise bill.explain(con, error) from error
    tables = [f"raw.melted_{number}" for number, one in enumerate(layouts) if one.join]
    _enumerate_texts(con, tables)
    queries = [f"select cast(melted_tags as {MAP}) as tags from {one}" for one in tables]
    con.execute(
        "create or replace view raw.tag_maps as "
        + (" union all ".join(queries) or f"select cast(null as {MAP}) as tags where false")
    )
    return layouts


def melted_maps(layout: Layout, maps_of: MapsOf) -> dict[str, str]:
    """Return SQL for the maps of a layout that `melt` returned, by name."""
    maps = maps_of(layout)
    return {name: f"melted_{name}" for name in maps} if layout.join else maps


def _set_layout(
    con: duckdb.DuckDBPyConnection, table: str, layout: Layout, inputs: list[Field]
) -> Layout:
    if not inputs:
        return replace(layout, fields=())
    named = [replace(one, sql=f"input_{number}") for number, one in enumerate(inputs)]
    columns = ", ".join(f"{one.sql} as {name.sql}" for one, name in zip(inputs, named, strict=True))
    con.execute(
        f"create or replace table {table} as "
        f"select distinct {_key(inputs)} as melted_key, {columns} from {layout.scan}"
    )
    return replace(layout, fields=tuple(named), table=table)


def _joined(
    con: duckdb.DuckDBPyConnection,
    table: str,
    layout: Layout,
    sets: Layout,
    inputs: list[Field],
    maps_of: MapsOf,
) -> Layout:
    if not inputs:
        return layout
    melted = ", ".join(f"{sql} as melted_{name}" for name, sql in maps_of(sets).items())
    con.execute(
        f"create or replace table {table} as select distinct melted_key, {melted} from {sets.scan}"
    )
    con.execute(f"drop table {sets.scan}")
    _check_keys(con, table, layout)
    return replace(layout, join=f"left join {table} on {_key(inputs)} = melted_key")


def _enumerate_texts(con: duckdb.DuckDBPyConnection, tables: list[str]) -> None:
    """Give the keys and values of maps a type of their own, where they are few.

    A number stands for each text until it is read again: to join and write numbers costs half.
    """
    maps = con.execute(f"describe {tables[0]}").fetchall()[1:] if tables else []
    for name, *_ in maps:
        parts = [_text_type(con, tables, name, part) for part in ("keys", "values")]
        for table in tables:
            con.execute(f"alter table {table} alter {name} type map({', '.join(parts)})")


def _text_type(con: duckdb.DuckDBPyConnection, tables: list[str], name: str, part: str) -> str:
    """Return the type of the keys or values of a map in all tables, which is created if need be."""
    texts = " union ".join(
        f"select unnest(map_{part}({name})) as text from {one}" for one in tables
    )
    found = con.execute(f"select count(*) from ({texts} limit {_FEW + 1})").fetchall()[0][0]
    if not 0 < found <= _FEW:
        return "varchar"
    con.execute(f"create type raw.{name}_{part} as enum (select text from ({texts}) order by text)")
    return f"raw.{name}_{part}"


def _key(inputs: list[Field]) -> str:
    """Return SQL for one number per set of tags: comparing maps would cost several times more."""
    return f"hash({', '.join(one.sql for one in inputs)})"


def _check_keys(con: duckdb.DuckDBPyConnection, table: str, layout: Layout) -> None:
    shared = con.execute(f"select count(*) - count(distinct melted_key) from {table}").fetchall()
    if shared[0][0]:
        raise BadSource(
            f"{layout.delivered(layout.files[0])}: two sets of tags have the same 64-bit hash, "
            "so their lines can't be told apart. Please report it."
        )
