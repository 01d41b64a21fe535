"""Run the models over all months, or over the changed ones beside the last build."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import duckdb

from finops.ingest.charge_files import charge_scan
from finops.ingest.kept_columns import KEPT
from finops.sql import identifier, literal
from finops.warehouse.models import Model, checks
from finops.warehouse.promises import keep_promises

Progress = Callable[[str, int, int], None]


# Columns that charges loaded by an older version lack.
_ADDED = {
    "x_commitment_start": "timestamp",
    "x_commitment_end": "timestamp",
    "x_billing_entity": "varchar",
    **{one.name: one.type for one in KEPT},
}

# All that an owner can be told from, as one number that joins fast. Here and in no model: each
# engine hashes in its own way, and most no map at all.
OWNER_KEY = (
    "hash(sub_account_id, x_service_code, x_usage_type, x_operation, region_id, resource_id, "
    "x_line_item_type, x_parent_resource_id, tags, x_cost_categories)"
)


def build_all(con: duckdb.DuckDBPyConnection, models: list[Model], progress: Progress) -> None:
    """Build every model from nothing and check every promise. Raises CheckFailed."""
    for number, model in enumerate(models, start=1):
        progress(model.name, number, len(models))
        create_model(con, model)
    keep_promises(con, checks())


def build_changed(
    con: duckdb.DuckDBPyConnection,
    models: list[Model],
    stale: frozenset[str],
    periods: list[str],
    records: list[dict[str, Any]],
    progress: Progress,
) -> None:
    """Build the `stale` models for some months beside the last build in `con`, then put them in it.

    Promises about months are checked on the changed months before, those about all months after:
    the other months are the rows that were checked when they were built. Raises CheckFailed.
    """
    summed = {model.name for model in models if model.is_whole}
    monthly = [model for model in models if not model.is_whole]
    loaded = {one["billing_period"] for one in records}
    # No table is made of some business files, such as plans.
    if there := [period for period in periods if period in loaded]:
        with changed_months(con, there, records) as build:
            create_changed(con, build, monthly, stale, there, progress)
            keep_promises(con, [check for check in checks() if not check.reads & summed])
        _replace_months(con, [model for model in monthly if model.name in stale], there)
    _remove_months(con, monthly, [period for period in periods if period not in loaded])
    for model in models:
        if model.name in stale & summed:
            create_model(con, model)
    keep_promises(con, [check for check in checks() if check.reads & summed])


def create_charges(con: duckdb.DuckDBPyConnection, records: Iterable[dict[str, Any]]) -> None:
    """Create the view `raw.charges` over the Parquet of the current deliveries of `records`.

    x_elapsed_until says until when an open month had elapsed, and is NULL in one that is over;
    x_owner_key is all that an owner can be told from.
    """
    current = [one for one in records if one["status"] == "current"]
    scan = charge_scan(current)
    found = {row[0] for row in con.execute(f"describe select * from {scan}").fetchall()}
    lacking = [
        f", cast(null as {kind}) as {name}" for name, kind in _ADDED.items() if name not in found
    ]
    con.execute("create schema if not exists raw")
    con.execute(
        f"create or replace view raw.charges as select *{''.join(lacking)}, "
        f"{_elapsed_until(current)} as x_elapsed_until, {OWNER_KEY} as x_owner_key from {scan}"
    )


def _elapsed_until(records: list[dict[str, Any]]) -> str:
    """Return in SQL until when the month of a charge's delivery had elapsed."""
    whens = "".join(
        f" when {literal(one['delivery_id'])} then timestamp {literal(one['elapsed_until'])}"
        for one in records
        if one.get("elapsed_until")
    )
    return f"case delivery{whens} end" if whens else "cast(null as timestamp)"


def create_model(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Create the table of a model, or its view, from the tables that `con` has."""
    schema = model.name.partition(".")[0]
    # Staging is a view over the Parquet: the charges are on disk once.
    kind = "view" if schema == "staging" else "table"
    con.execute(f"create schema if not exists {schema}")
    if model.transform:
        con.register("model_rows", model.transform(con.sql(model.sql).to_arrow_table()))
        con.execute(f"create or replace table {model.name} as from model_rows")
        con.unregister("model_rows")
    else:
        con.execute(f"create or replace {kind} {model.name} as {model.sql}")


def create_changed(
    con: duckdb.DuckDBPyConnection,
    build: str,
    monthly: list[Model],
    stale: frozenset[str],
    periods: list[str],
    progress: Progress,
) -> None:
    """Create the `monthly` models in `changed_months`: the `stale` ones anew, else of the build."""
    for number, model in enumerate(monthly, start=1):
        progress(f"{model.name}, {len(periods)} month(s)", number, len(monthly))
        if model.name in stale:
            create_model(con, model)
        else:
            show(con, build, model.name, periods)


@contextmanager
def changed_months(
    con: duckdb.DuckDBPyConnection, periods: list[str], records: list[dict[str, Any]]
) -> Iterator[str]:
    """Work in a database of its own with only some months; yield the name of the last build's.

    The months are of the Parquet in `records`; mappings, inventory and business data are as built.
    """
    build = _database(con)
    con.execute("attach ':memory:' as changed; use changed")
    try:
        months = [one for one in records if one["billing_period"] in periods]
        if any(one["status"] == "current" for one in months):
            create_charges(con, months)
        else:
            # Their deliveries are gone; so are their rows.
            show(con, build, "raw.charges", [])
        for schema, table in _inputs(con, build):
            show(con, build, f"{schema}.{table}", periods if schema == "ledger" else None)
        yield build
    finally:
        con.execute(f"use {identifier(build)}")


def _inputs(con: duckdb.DuckDBPyConnection, build: str) -> list[tuple[str, str]]:
    query = (
        "select schema_name, table_name from duckdb_tables() where database_name = ? and "
        "(schema_name in ('seeds', 'mappings', 'inventory', 'business') or "
        "table_name in ('deliveries', 'delivery_currencies'))"
    )
    return con.execute(query, [build]).fetchall()


def show(
    con: duckdb.DuckDBPyConnection,
    build: str,
    name: str,
    periods: list[str] | None,
    *,
    schema: str = "",
) -> None:
    """Create a view of the last build's table, of some months only where `periods` are given.

    It is in the table's own schema, or in `schema`.
    """
    own, _, table = name.partition(".")
    place = schema or own
    where = f" where {_in(periods)}" if periods is not None else ""
    con.execute(f"create schema if not exists {place}")
    con.execute(
        f"create or replace view {place}.{table} as select * from {identifier(build)}.{name}{where}"
    )


def _remove_months(con: duckdb.DuckDBPyConnection, models: list[Model], gone: list[str]) -> None:
    """Remove the rows of months of which no delivery is left."""
    tables = [model.name for model in models if not model.name.startswith("staging.")]
    for table in tables if gone else []:
        con.execute(f"delete from {table} where {_in(gone)}")


def _replace_months(
    con: duckdb.DuckDBPyConnection, models: list[Model], periods: list[str]
) -> None:
    for view in (model for model in models if model.name.startswith("staging.")):
        create_model(con, view)
    names = [model.name for model in models if not model.name.startswith("staging.")]
    build = _database(con)
    # DuckDB writes few rows on one core: tables side by side use them all.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda name: _replace_rows(con.cursor(), build, name, periods), names))


def _replace_rows(
    con: duckdb.DuckDBPyConnection, build: str, table: str, periods: list[str]
) -> None:
    con.execute(f"use {identifier(build)}")
    # The last build may be of a version that did not have the table.
    con.execute(f"create table if not exists {table} as from changed.{table} limit 0")
    if not con.execute(f"select 1 from {table} where not {_in(periods)} limit 1").fetchall():
        con.execute(f"create or replace table {table} as from changed.{table}")
        return
    built, changed = (_columns(con, name) for name in (table, f"changed.{table}"))
    casts = []
    # DuckDB rounds amounts of two types to the decimals of one.
    for column in built.keys() & changed.keys():
        if _decimals(built[column]) < _decimals(changed[column]):
            con.execute(f"alter table {table} alter {identifier(column)} type {changed[column]}")
        elif _decimals(built[column]) > _decimals(changed[column]):
            name = identifier(column)
            casts.append(f"cast({name} as {built[column]}) as {name}")
    replaced = f" replace ({', '.join(casts)})" if casts else ""
    rows = f"select *{replaced} from changed.{table}"
    if _rough(built) == _rough(changed):
        con.execute(f"delete from {table} where {_in(periods)}")
        con.execute(f"insert into {table} by name {rows}")
    else:
        # Months held back are still as another version built them.
        con.execute(
            f"create or replace table {table} as {rows} "
            f"union all by name (from {table} where not {_in(periods)})"
        )


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    rows = con.execute(f"select column_name, column_type from (describe {table})")
    return dict(rows.fetchall())


def _rough(columns: dict[str, str]) -> dict[str, str]:
    """Return the columns of a table with all decimals as one type."""
    return {
        name: kind.partition("(")[0] if _decimals(kind) else kind for name, kind in columns.items()
    }


def _decimals(kind: str) -> int:
    found = re.fullmatch(r"DECIMAL\(\d+,(\d+)\)", kind)
    return int(found[1]) if found else 0


def _in(periods: list[str]) -> str:
    return f"billing_period in ({', '.join(map(literal, periods)) or 'null'})"


def _database(con: duckdb.DuckDBPyConnection) -> str:
    return str(con.execute("select current_database()").fetchall()[0][0])
