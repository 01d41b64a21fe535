"""Write each delivery of a bill once, whole, and keep the record of what it held."""

import hashlib
import json
import os
import re
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

import duckdb

from finops.csv_text import shown
from finops.errors import BadSource
from finops.ingest.account_ids import account_notes
from finops.ingest.amounts import NARROW, WIDE, TooNarrow
from finops.ingest.bill import Bill
from finops.ingest.contents import read_contents
from finops.ingest.current import mark_current
from finops.ingest.decisions import LEAVE, decisions, names_of
from finops.ingest.elapsed import create_fees_to_come, set_elapsed
from finops.ingest.file_profiles import parts_of_totals
from finops.ingest.formats import open_bill
from finops.ingest.integrity import damage, seal
from finops.ingest.left_out import leave_out
from finops.ingest.manifests import Delivery
from finops.ingest.net_payers import set_net_payers
from finops.ingest.normalising_rules import rules_signature
from finops.ingest.relations import relations
from finops.ingest.repeated import check_repeated
from finops.ingest.starts import check_month
from finops.ingest.totals import create_line_totals, read_totals, with_currencies
from finops.sql import literal, path_literal, read_query

RECORD = "delivery.json"
# Types that the amortisation rules know; any other counts as it is billed and is named.
KNOWN_LINE_ITEM_TYPES = frozenset(
    [
        "Usage",
        "DiscountedUsage",
        "SavingsPlanCoveredUsage",
        "SavingsPlanNegation",
        "SavingsPlanUpfrontFee",
        "SavingsPlanRecurringFee",
        "Fee",
        "RIFee",
        "Tax",
        "Credit",
        "Refund",
        "Discount",
        "BundledDiscount",
        "EdpDiscount",
        "PrivateRateDiscount",
        "DistributorDiscount",
        "FlatRateSubscription",
    ]
)


# What a month is taken from may be any text; its folder stays where folders of months are.
_FOLDER = re.compile(r"[\w:+ -][\w.:+ -]*", re.ASCII)


class NoLines(BadSource):
    """The files of a delivery hold no line."""


def delivery_id(delivery: Delivery) -> str:
    """Return the id of a delivery: the same files and rules give the same, a refresh another."""
    whole = f"{files_id(delivery)}|{rules_signature()}"
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


def files_id(delivery: Delivery) -> str:
    """Return the id of the files of a delivery: made of each one's name, size and content."""
    digest = hashlib.sha256(f"{delivery.format}|{delivery.billing_period}".encode())
    for file in delivery.files:
        state = file.stat()
        digest.update(f"|{file.name}|{state.st_size}|".encode())
        digest.update(_content_hash(file, state.st_size, state.st_mtime_ns))
    return digest.hexdigest()[:12]


@lru_cache(maxsize=1024)
def _content_hash(file: Path, _bytes: int, _changed: int) -> bytes:
    """Return the hash of a file as it is since it was last changed."""
    # A corrected cost may leave the size and the totals at the end of Parquet as they were.
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def write_delivery(
    delivery: Delivery,
    warehouse: Path,
    *,
    allow_bad_values: bool = False,
    loaded_at: str = "",
) -> dict[str, Any]:
    """Write the charges of `delivery` below `warehouse` and return its record.

    A delivery that is there already is left as it is; one that was `loaded_at` another time, and is
    written again by today's rules, keeps that time. The folder appears in one rename, so a crash
    leaves all of it or nothing. Values that don't parse are an error, or with `allow_bad_values`
    NULL and counted in the record. One whose files are gone or damaged is written again. Raises
    BadSource, MissingColumns.
    """
    if delivery.problem:
        raise BadSource(delivery.problem)
    if not _FOLDER.fullmatch(delivery.billing_period):
        raise BadSource(f"{delivery.source}: {shown(delivery.billing_period)} is no month.")
    folder = _folder(delivery, warehouse)
    if folder.is_dir() and (record := _whole_record(folder)):
        return _found_at(record, delivery, folder) | {"is_new": False}
    part = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        charges = part / "charges.parquet"
        record = _write_charges(delivery, charges, allow_bad_values)
        record |= _origin(delivery, allow_bad_values)
        record["loaded_at"] = loaded_at or record["loaded_at"]
        record["relations"] = relations(record, charges, _others(delivery, warehouse))
        record["sealed"] = seal(part)
        (part / RECORD).write_text(json.dumps(record, indent=1, default=str), encoding="utf-8")
        # Only a damaged one is in the way.
        if folder.is_dir():
            folder.rename(folder.with_name(f"{part.name}.damaged"))
        part.rename(folder)
    except duckdb.Error as error:
        # What can't be written, on a full disk, is no fault of the bill.
        if part.name in str(error):
            raise
        reason = str(error).splitlines()[0]
        raise BadSource(
            f"{delivery.source} can't be read: {reason} Is it damaged? Fetch it again."
        ) from error
    finally:
        shutil.rmtree(folder.with_name(f"{part.name}.damaged"), ignore_errors=True)
        shutil.rmtree(part, ignore_errors=True)
    return record | {"is_new": True}


def read_records(warehouse: Path, *, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Return the records of all deliveries below `warehouse`, each marked current or superseded.

    What holds the same lines never adds up. Each names the one before it, and what was decided to
    be left out is set aside. `as_of` (UTC, without time zone) leaves out what AWS delivered later.
    """
    folders = sorted((warehouse / "charges").glob("billing_period=*/delivery=*"))
    records = _by_todays_rules(
        [_read_record(folder / RECORD) for folder in folders if folder.is_dir()]
    )
    if as_of:
        records = [one for one in records if datetime.fromisoformat(one["delivered_at"]) <= as_of]
    decided = decisions(warehouse)
    for record in records:
        made = decided.get(record["delivery_id"]) or decided.get(record["source"])
        record["decision"] = made.decision if made else ""
    leave_out(records, names_of(warehouse, LEAVE), warehouse)
    mark_current(records)
    return records


def _by_todays_rules(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out what was written again by other rules: of one delivery today's charges count."""
    kept: dict[str, dict[str, Any]] = {}
    for record in records:
        key = record.get("files_id", record["delivery_id"])
        if key not in kept or record.get("rules") == rules_signature():
            kept[key] = record
    return list(kept.values())


def _origin(delivery: Delivery, allow_bad_values: bool) -> dict[str, Any]:
    """Return what it takes to write a delivery again."""
    return {
        "files_id": files_id(delivery),
        "rules": rules_signature(),
        "origin": {
            "files": [str(file.resolve()) for file in delivery.files],
            "split": [str(file.resolve()) for file in delivery.split],
            "left_out": [str(file.resolve()) for file in delivery.left_out],
            "assumptions": list(delivery.assumptions),
            "allow_bad_values": allow_bad_values,
        },
    }


def _found_at(record: dict[str, Any], delivery: Delivery, folder: Path) -> dict[str, Any]:
    """Return the record of a delivery that is loaded, as it is found now.

    Its files may lie elsewhere than they did, or be named by a manifest that wasn't there.
    """
    then = record["origin"]["files"]
    is_named_now = delivery.source.endswith(".json") and not record["source"].endswith(".json")
    if not is_named_now and all(Path(file).is_file() for file in then):
        return record
    now = dict(zip(then, (str(file.resolve()) for file in delivery.files), strict=True))
    split = [now[file] for file in record["origin"]["split"]]
    found = record | {
        "source": delivery.source,
        "export_name": delivery.export_name,
        "file_parts": [part | {"file": now[part["file"]]} for part in record["file_parts"]],
        "origin": record["origin"] | {"files": list(now.values()), "split": split},
    }
    part = folder / f".{RECORD}.{os.getpid()}"
    part.write_text(json.dumps(found, indent=1, default=str), encoding="utf-8")
    part.replace(folder / RECORD)
    return found


def _others(delivery: Delivery, warehouse: Path) -> list[tuple[dict[str, Any], Path]]:
    """Return the other whole deliveries of the same month, each with its charges."""
    folder = warehouse / "charges" / f"billing_period={delivery.billing_period}"
    found = [_whole_record(one) for one in sorted(folder.glob("delivery=*"))]
    records = _by_todays_rules([one for one in found if one])
    own = files_id(delivery)
    return [
        (one, folder / f"delivery={one['delivery_id']}" / "charges.parquet")
        for one in records
        if one.get("files_id") != own
    ]


def _folder(delivery: Delivery, warehouse: Path) -> Path:
    period = f"billing_period={delivery.billing_period}"
    return warehouse / "charges" / period / f"delivery={delivery_id(delivery)}"


def _whole_record(folder: Path) -> dict[str, Any] | None:
    """Return the record of a delivery whose files are what was loaded."""
    try:
        record = _read_record(folder / RECORD)
    except BadSource:
        return None
    return None if damage(folder, record) else record


def _read_record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        return with_currencies(record)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadSource(
            f"{path} can't be read ({type(error).__name__}: {error}). Load the bill of "
            f"{path.parent.parent.name.partition('=')[2]} again: finops load SOURCE"
        ) from error


def _write_charges(delivery: Delivery, target: Path, allow_bad_values: bool) -> dict[str, Any]:
    """Write the charges to `target`, in the narrow type unless an amount needs more."""
    try:
        return _write_amounts(NARROW, delivery, target, allow_bad_values)
    except TooNarrow:
        return _write_amounts(WIDE, delivery, target, allow_bad_values)


def _write_amounts(
    amounts: str, delivery: Delivery, target: Path, allow_bad_values: bool
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        return _write_bill(amounts, delivery, target, Path(scratch), allow_bad_values)


def _write_bill(
    amounts: str, delivery: Delivery, target: Path, scratch: Path, allow_bad_values: bool
) -> dict[str, Any]:
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    # Rows come back in no order of their own, so their order in the file isn't worth the memory.
    con.execute("set preserve_insertion_order = false")
    con.execute("set enable_progress_bar = false")
    bill = open_bill(con, delivery, scratch, allow_bad_values=allow_bad_values, amounts=amounts)
    categories = package_files("finops.ingest") / "service_categories.csv"
    seed = path_literal(Path(str(categories)))
    con.execute(f"create table raw.service_categories as from read_csv({seed})")
    charges, unused = (
        read_query("finops.models.bill", name).replace(NARROW, amounts)
        for name in (bill.schema.charges_sql.removesuffix(".sql"), "unused_commitments")
    )
    try:
        create_line_totals(con, bill)
        check_month(con, delivery)
        set_net_payers(con, delivery)
        elapsed = set_elapsed(con, delivery, charges)
        _write(con, f"select {_all_but(bill.lacking)} from ({charges}) as charges", target)
        con.execute(
            f"create view raw.charges as from read_parquet({path_literal(target)}, "
            "file_row_number = true, hive_partitioning = false)"
        )
        create_fees_to_come(con, elapsed, amounts)
        # Few rows, read apart: in one query with the others they would cost a third more time.
        _write(con, unused, target.with_name("unused_commitments.parquet"))
        check_repeated(con, delivery)
        totals = read_totals(con, bill)
        parts = parts_of_totals(con, bill, delivery)
    except (duckdb.DataError, duckdb.InvalidInputException) as error:
        raise bill.explain(con, error) from error
    if not totals["source_rows"]:
        raise NoLines(
            f"{delivery.source} holds no line, and another delivery of the month does. Fetch it "
            f"again, or leave it out: finops decide {delivery.source!r} --as leave --reason WHY."
        )
    record = _record(delivery, totals, bill) | read_contents(con) | parts
    record["assumptions"] += account_notes(
        record["sub_account_ids"], delivery.format, delivery.source
    )
    return record | _open_until(elapsed, totals)


def _open_until(elapsed: datetime | None, totals: dict[str, Any]) -> dict[str, str | None]:
    """Return until when an open month had elapsed; fees of days to come are no charges of now."""
    if elapsed is None:
        return {"elapsed_until": None}
    last = min(totals["last_charge_date"], (elapsed - timedelta(seconds=1)).date())
    return {"elapsed_until": str(elapsed), "last_charge_date": str(last)}


def _all_but(columns: tuple[str, ...]) -> str:
    return f"* exclude ({', '.join(columns)})" if columns else "*"


def _write(con: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    # Names have few values and get a dictionary; costs have thousands and only lose time by it.
    con.execute(
        f"copy ({query}) to {literal(str(target))} "
        "(format parquet, compression zstd, dictionary_size_limit 2000)"
    )


def _record(delivery: Delivery, totals: dict[str, Any], bill: Bill) -> dict[str, Any]:
    found = set(totals["line_item_types"] or [])
    return {
        "delivery_id": delivery_id(delivery),
        "billing_period": delivery.billing_period,
        "export_name": delivery.export_name,
        "format": delivery.format,
        "source": delivery.source,
        "files": len(delivery.files),
        "source_bytes": sum(file.stat().st_size for file in delivery.files),
        "delivered_at": delivery.delivered_at.strftime("%Y-%m-%d %H:%M:%S"),
        "loaded_at": datetime.now(tz=UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
        "billing_account_ids": "+".join(totals["billing_account_ids"] or []),
        "billing_currencies": "+".join(totals["billing_currencies"] or []),
        "source_rows": totals["source_rows"],
        "final_rows": totals["final_rows"],
        "source_unblended_cost": totals["source_unblended_cost"],
        "currencies": totals["currencies"],
        "first_charge_date": str(totals["first_charge_date"]),
        "last_charge_date": str(totals["last_charge_date"]),
        "unknown_line_item_types": sorted(found - KNOWN_LINE_ITEM_TYPES),
        "source_columns": bill.columns,
        "bad_values": sum(bad.count for bad in bill.bad_values),
        "assumptions": [
            *delivery.assumptions,
            *bill.notes,
            *(f"left empty: {bad}" for bad in bill.bad_values),
        ],
    }
