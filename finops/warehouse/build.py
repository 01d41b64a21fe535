"""Build the warehouse in a file of its own and swap it in whole."""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from finops.errors import BadSource, CheckFailed, SourceNotFound
from finops.ingest.amounts import WIDE
from finops.ingest.deliveries import read_records
from finops.ingest.file_accounts import Account, file_parts, file_rows, read_accounts
from finops.ingest.integrity import charge_damage, gone
from finops.inputs.business import load_business
from finops.inputs.inventory import load_inventory
from finops.inputs.mappings import load_mappings
from finops.inputs.shared_costs import load_pools
from finops.memory import limit_memory
from finops.settings import Settings
from finops.sql import literal, read_query
from finops.warehouse import dictionary
from finops.warehouse.database import address, open_database, set_up
from finops.warehouse.held import held_text, uncombined_months, usable
from finops.warehouse.models import Model, models_in_order, seeds
from finops.warehouse.months import (
    Progress,
    build_all,
    build_changed,
    create_charges,
    create_model,
)
from finops.warehouse.promises import ALL_MONTHS
from finops.warehouse.signatures import Plan, plan_build, record_build

LEDGER = pa.schema(
    [
        ("delivery_id", pa.string()),
        ("billing_period", pa.string()),
        ("status", pa.string()),
        ("superseded_by", pa.string()),
        ("previous_delivery_id", pa.string()),
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
        ("tag_keys", pa.list_(pa.string())),
        ("service_names", pa.list_(pa.string())),
        ("sub_account_ids", pa.list_(pa.string())),
        ("assumptions", pa.list_(pa.string())),
    ]
)


CURRENCIES = pa.schema(
    [
        ("delivery_id", pa.string()),
        ("billing_period", pa.string()),
        ("billing_currency", pa.string()),
        ("source_rows", pa.int64()),
        ("final_rows", pa.int64()),
        ("source_unblended_cost", pa.string()),
    ]
)


# What DuckDB raises on a file whose bytes are wrong.
_DAMAGED = (
    *(duckdb.IOException, duckdb.FatalException, duckdb.InternalException),
    duckdb.SerializationException,
)
# A build of any size stays in this much memory.
BUILD_BYTES = 3_000_000_000


def build_warehouse(settings: Settings, progress: Progress) -> None:
    """Build what changed of ledger, mappings, facts and marts, check it, and swap the file in.

    A month whose deliveries may bill the same usage, or that breaks a promise, is held back: it
    stays as it was built last, or is left out, and when the others are built BadSource or
    CheckFailed says so. Raises SourceNotFound without charges, BadInput for a wrong mapping or
    business file, CheckFailed for a broken promise about all months; the warehouse then stays as
    it was.
    """
    records = read_records(settings.warehouse, as_of=settings.as_of)
    if not records and settings.as_of:
        raise SourceNotFound(f"No delivery of {settings.project} had come by {settings.as_of} UTC.")
    if not records:
        raise SourceNotFound(
            f"{settings.project} has no charges yet. Load some: finops load SOURCE"
        )
    if damaged := charge_damage(settings.warehouse, records):
        raise BadSource(" ".join(damaged))
    lost = [] if settings.as_of else gone(records, _built_deliveries(settings))
    uncombined = uncombined_months(records)
    broken: dict[str, str] = {}
    while True:
        try:
            built = _build(settings, records, uncombined.keys() | broken.keys(), progress)
            break
        except CheckFailed as error:
            if not error.periods.keys() - broken.keys() or ALL_MONTHS in error.periods:
                raise
            # Built again without these months: a build is of what is right, or not at all.
            broken |= {period: str(error) for period in error.periods}
    if uncombined or broken:
        refuse = CheckFailed if broken else BadSource
        raise refuse(" ".join([held_text(uncombined | broken, built), *lost]))
    if lost:
        raise BadSource(f"Built without what is gone. {' '.join(lost)}")


def _build(
    settings: Settings, records: list[dict[str, Any]], held: Collection[str], progress: Progress
) -> list[str]:
    """Build all months but those `held` back, and return the months that the tables then have."""
    models = models_in_order()
    with _last_build(settings) as last:
        records = usable(records, held, last)
        plan = plan_build(last, settings, records, models, held)
    months = sorted({one["billing_period"] for one in records})
    if not plan.stale or not records:
        return months
    try:
        _make(settings, records, plan, progress)
    except _DAMAGED as error:
        if plan.is_full or "No space left" in str(error):
            raise
        # The last build can't be read: all of it is made again.
        _make(settings, records, plan_build(None, settings, records, models, held), progress)
    return months


def _make(
    settings: Settings, records: list[dict[str, Any]], plan: Plan, progress: Progress
) -> None:
    models = models_in_order()
    with _new_database(settings, copy=not plan.is_full) as con:
        # What lay where is known of today only.
        create_ledger(con, records, [] if settings.as_of else read_accounts(settings.warehouse))
        create_charges(con, records)
        load_inputs(con, settings, plan.stale)
        for seed in seeds():
            create_model(con, seed)
        if plan.is_full:
            build_all(con, models, progress)
        else:
            build_changed(con, models, plan.stale, plan.periods, records, progress)
        record_build(con, plan)
        dictionary.comment(con)


def load_inputs(con: duckdb.DuckDBPyConnection, settings: Settings, stale: frozenset[str]) -> None:
    """Read the mappings, inventory and business data that differ from what the last build read.

    Raises BadInput, with file and line, for what can't be used.
    """
    if "mappings" in stale:
        load_mappings(con, settings.project / "mappings")
    if "inventory" in stale:
        load_inventory(con, settings.project / "inventory")
    if any(name == "mappings" or name.startswith("business.") for name in stale):
        load_business(con, settings.project / "business", settings.timezone, settings.fetched)
    load_pools(con, settings.project / "mappings", settings.shared_cost)
    _check_others(con, settings.project)
    _create_settings(con, settings)


def _check_others(con: duckdb.DuckDBPyConnection, project: Path) -> None:
    """Read the files that no table is made of: a wrong line is known before it is needed."""
    # These packages ask a warehouse that is built.
    from finops.inputs import accounts, contracts, payments, told_prepaid
    from finops.inputs import planned_changes as planned
    from finops.inputs import support_tiers as support

    teams = [team for (team,) in con.execute("select team from mappings.teams").fetchall()]
    planned.read_planned_changes(project / planned.FILE, teams)
    accounts.read_accounts(project / "mappings" / "accounts.csv")
    payments.read_payments(project / "business" / "payments.csv")
    contracts.read_contracts(project)
    told_prepaid.read_told_prepaid(project)
    support.read_tiers(project)


def plan_of(settings: Settings, records: list[dict[str, Any]], models: list[Model]) -> Plan:
    """Return what a build of the project's files would make again."""
    with _last_build(settings) as last:
        return plan_build(last, settings, records, models)


@contextmanager
def _last_build(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """Yield a reader of the last build; None where there is none that can be read."""
    last = None
    if settings.database.exists():
        with suppress(duckdb.IOException):
            last = open_database(settings.database, settings)
    try:
        yield last
    finally:
        if last:
            last.close()


def _built_deliveries(settings: Settings) -> list[dict[str, Any]]:
    names = ("delivery_id", "billing_period", "source", "delivered_at", "status")
    with _last_build(settings) as last:
        try:
            query = f"select {', '.join(names)} from ledger.deliveries"
            rows = last.execute(query).fetchall() if last else []
        except duckdb.Error:
            return []
    return [dict(zip(names, row, strict=True)) for row in rows]


def create_ledger(
    con: duckdb.DuckDBPyConnection, records: list[dict[str, Any]], accounts: list[Account]
) -> None:
    """Create `ledger.deliveries`, one row per delivery, and what it sums to and holds.

    These are `ledger.delivery_currencies` and `ledger.contents`; and `ledger.files`, one row per
    file found below a source, with `ledger.file_parts`, what it holds by month and currency.
    """
    con.execute("create schema if not exists ledger")
    rows = [{name: record.get(name) for name in LEDGER.names} for record in records]
    con.register("records", pa.Table.from_pylist(rows, LEDGER))
    con.execute(
        "create or replace table ledger.deliveries as select * replace ("
        "cast(delivered_at as timestamp) as delivered_at, "
        "cast(loaded_at as timestamp) as loaded_at, "
        f"cast(source_unblended_cost as {_amounts(records)}) as source_unblended_cost, "
        "try_cast(first_charge_date as date) as first_charge_date, "
        "try_cast(last_charge_date as date) as last_charge_date) "
        "from records order by billing_period, delivered_at"
    )
    con.unregister("records")
    _create_delivery_currencies(con, records)
    _create_files(con, accounts)
    contents = read_query("finops.warehouse", "contents")
    con.execute(f"create or replace table ledger.contents as {contents}")


def _create_delivery_currencies(
    con: duckdb.DuckDBPyConnection, records: list[dict[str, Any]]
) -> None:
    """Create the rows, final rows and unblended cost of each delivery and billing currency."""
    rows = [
        {name: (record | one)[name] for name in CURRENCIES.names}
        for record in records
        for one in record["currencies"]
    ]
    con.register("currencies", pa.Table.from_pylist(rows, CURRENCIES))
    con.execute(
        "create or replace table ledger.delivery_currencies as select * replace ("
        f"cast(source_unblended_cost as {_amounts(records)}) as source_unblended_cost) "
        "from currencies order by billing_period, delivery_id, billing_currency"
    )
    con.unregister("currencies")


def _create_files(con: duckdb.DuckDBPyConnection, accounts: list[Account]) -> None:
    con.register("files", file_rows(accounts))
    con.execute(
        "create or replace table ledger.files as select * replace ("
        "cast(first_charge_date as date) as first_charge_date, "
        "cast(last_charge_date as date) as last_charge_date, "
        "cast(looked_at as timestamp) as looked_at, "
        "cast(source_unblended_cost as decimal(38, 18)) as source_unblended_cost) "
        "from files order by source, file"
    )
    con.unregister("files")
    con.register("parts", file_parts(accounts))
    con.execute(
        "create or replace table ledger.file_parts as select * replace ("
        "cast(source_unblended_cost as decimal(38, 18)) as source_unblended_cost) "
        "from parts order by file, billing_period, billing_currency"
    )
    con.unregister("parts")


def _amounts(records: list[dict[str, Any]]) -> str:
    """Return the type that the sums of charges have: wide where the charges of a delivery are."""
    sums = [one["source_unblended_cost"] for record in records for one in record["currencies"]]
    is_wide = any(-int(Decimal(text).as_tuple().exponent) > 10 for text in sums)
    return WIDE if is_wide else "decimal(38, 10)"


def _create_settings(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    # By itself, because all charges follow it and none the other settings.
    con.execute(
        "create or replace table mappings.tax as select ? as is_cost", [settings.tax_is_cost]
    )
    con.execute(
        "create or replace table mappings.settings as "
        "select ? as company, ? as reporting_currency, ? as timezone, "
        "? as shared_cost, ? as commitment_benefit, cast(? as timestamp) as built_at",
        [
            settings.company,
            settings.reporting_currency,
            settings.timezone,
            settings.shared_cost,
            settings.commitment_benefit,
            datetime.now(tz=UTC).replace(tzinfo=None),
        ],
    )


@contextmanager
def _new_database(settings: Settings, *, copy: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to a new file, a `copy` of the last build or an empty one.

    It takes the place of the last build if all goes well.
    """
    part = settings.database.with_name(f".finops.{os.getpid()}.duckdb")
    settings.database.parent.mkdir(exist_ok=True)
    with _written_to(part) as file:
        _remove(part)
        con = duckdb.connect()
        try:
            if copy:
                shutil.copyfile(settings.database, file)
            _attach_new(con, file, settings)
            yield con
            con.execute("checkpoint")
            con.close()
            if file != part:
                shutil.copyfile(file, part)
            with part.open("rb") as stream:
                os.fsync(stream.fileno())
            part.replace(settings.database)
        finally:
            con.close()
            _remove(part)


@contextmanager
def _written_to(part: Path) -> Iterator[Path]:
    """Yield where DuckDB can write a file: below a folder with `?` in its name it can't."""
    if "?" not in str(part):
        yield part
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / part.name


def _attach_new(con: duckdb.DuckDBPyConnection, file: Path, settings: Settings) -> None:
    # Nobody recovers a build that broke off: it needs no log, and no wait for it at each table.
    build = literal(address(file))
    con.execute(f"attach {build} as build (recovery_mode no_wal_writes); use build")
    set_up(con, settings)
    limit_memory(con, f"{address(file)}.tmp", most=BUILD_BYTES)
    con.execute("set preserve_insertion_order = false")
    con.execute("set enable_progress_bar = false")
    # A replaced month leaves gaps in the months stored beside it. Closing them would write every
    # month again; the gaps are reused by themselves once a whole block is free.
    con.execute("set max_vacuum_tasks = 0")


def _remove(path: Path) -> None:
    for file in (path, path.with_name(f"{path.name}.wal")):
        file.unlink(missing_ok=True)
