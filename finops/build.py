"""Build the warehouse in a file of its own and swap it in whole."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from finops.allocation.mappings import load_mappings
from finops.business.data import load_business
from finops.errors import CheckFailed, SourceNotFound
from finops.ingest.deliveries import charge_files, read_records
from finops.models import Model, checks, models_in_order
from finops.settings import Settings
from finops.sql import literal

Progress = Callable[[str, int, int], None]

LEDGER = pa.schema(
    [
        ("delivery_id", pa.string()),
        ("billing_period", pa.string()),
        ("status", pa.string()),
        ("export_name", pa.string()),
        ("format", pa.string()),
        ("source", pa.string()),
        ("files", pa.int32()),
        ("source_bytes", pa.int64()),
        ("delivered_at", pa.string()),
        ("loaded_at", pa.string()),
        ("billing_account_ids", pa.string()),
        ("billing_currencies", pa.string()),
        ("source_rows", pa.int64()),
        ("final_rows", pa.int64()),
        ("source_unblended_cost", pa.string()),
        ("first_charge_date", pa.string()),
        ("last_charge_date", pa.string()),
        ("unknown_line_item_types", pa.list_(pa.string())),
        ("source_columns", pa.list_(pa.string())),
        ("assumptions", pa.list_(pa.string())),
    ]
)


def build_warehouse(settings: Settings, progress: Progress) -> None:
    """Build ledger, mappings, facts and marts of the project, check every promise, and swap it in.

    Raises SourceNotFound without charges, BadInput for a wrong mapping or business file,
    CheckFailed for a broken promise; the warehouse then stays as it was.
    """
    records = read_records(settings.warehouse)
    if not records:
        raise SourceNotFound(
            f"{settings.project} has no charges yet. Load some: finops load SOURCE"
        )
    with _new_database(settings) as con:
        create_ledger(con, records)
        load_mappings(con, settings.project / "mappings")
        load_business(con, settings.project / "business", settings.timezone)
        _create_settings(con, settings)
        _run_models(con, progress)
        broken = run_checks(con)
        if broken:
            raise CheckFailed("; ".join(f"{one['check']}: {one['rows']} row(s)" for one in broken))


def create_ledger(con: duckdb.DuckDBPyConnection, records: list[dict[str, Any]]) -> None:
    """Create `ledger.deliveries` and `raw.charges`, the Parquet of the current deliveries."""
    con.execute("create schema if not exists ledger; create schema if not exists raw")
    rows = [{name: record.get(name) for name in LEDGER.names} for record in records]
    con.register("records", pa.Table.from_pylist(rows, LEDGER))
    con.execute(
        "create or replace table ledger.deliveries as select * replace ("
        "cast(delivered_at as timestamp) as delivered_at, "
        "cast(loaded_at as timestamp) as loaded_at, "
        "cast(source_unblended_cost as decimal(38, 10)) as source_unblended_cost, "
        "try_cast(first_charge_date as date) as first_charge_date, "
        "try_cast(last_charge_date as date) as last_charge_date) "
        "from records order by billing_period, delivered_at"
    )
    con.unregister("records")
    paths = ", ".join(literal(path) for path in charge_files(records))
    con.execute(
        "create or replace view raw.charges as select * from "
        f"read_parquet([{paths}], hive_partitioning = true, hive_types_autocast = false)"
    )


def run_checks(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the broken promises: name, what it says, how many rows break it."""
    results = [_run_check(con, check) for check in checks()]
    return [result for result in results if result["rows"]]


def _run_check(con: duckdb.DuckDBPyConnection, check: Model) -> dict[str, Any]:
    row = con.execute(f"select count(*) from ({check.sql})").fetchone()
    return {"check": check.name, "promise": check.grain, "rows": row[0] if row else 0}


def _run_models(con: duckdb.DuckDBPyConnection, progress: Progress) -> None:
    models = models_in_order()
    for number, model in enumerate(models, start=1):
        progress(model.name, number, len(models))
        schema = model.name.partition(".")[0]
        # Staging is a view over the Parquet: the charges are on disk once.
        kind = "view" if schema == "staging" else "table"
        con.execute(f"create schema if not exists {schema}")
        con.execute(f"create or replace {kind} {model.name} as {model.sql}")


def _create_settings(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    con.execute(
        "create or replace table mappings.settings as "
        "select ? as company, ? as reporting_currency, ? as timezone, "
        "cast(? as timestamp) as built_at",
        [
            settings.company,
            settings.reporting_currency,
            settings.timezone,
            datetime.now(tz=UTC).replace(tzinfo=None),
        ],
    )


@contextmanager
def _new_database(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to a new file; put it in the place of the old one if all goes well."""
    part = settings.warehouse / f".finops.{os.getpid()}.duckdb"
    _remove(part)
    con = open_database(part, settings)
    try:
        yield con
        con.execute("checkpoint")
        con.close()
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        part.replace(settings.database)
    finally:
        con.close()
        _remove(part)


def open_database(
    path: Path, settings: Settings, *, read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """Return a connection in UTC that finds the project's Parquet wherever it is opened from."""
    con = duckdb.connect(str(path), read_only=read_only)
    con.execute("set TimeZone = 'UTC'")
    con.execute(f"set file_search_path = {literal(str(settings.project))}")
    return con


def _remove(path: Path) -> None:
    for file in (path, path.with_name(f"{path.name}.wal")):
        file.unlink(missing_ok=True)
