"""Write each delivery of a bill once, whole, and keep the record of what it held."""

import hashlib
import json
import os
import shutil
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

import duckdb

from finops.errors import BadSource
from finops.ingest.line_items import create_line_items
from finops.ingest.manifests import Delivery
from finops.sql import literal

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
_PARQUET_FOOTER = 65_536


def delivery_id(delivery: Delivery) -> str:
    """Return the id of a delivery: the same files give the same id, a refresh another.

    Made of each file's name, size and end, where Parquet keeps its totals.
    """
    digest = hashlib.sha256(f"{delivery.format}|{delivery.billing_period}".encode())
    for file in delivery.files:
        size = file.stat().st_size
        digest.update(f"|{file.name}|{size}|".encode())
        with file.open("rb") as stream:
            stream.seek(max(0, size - _PARQUET_FOOTER))
            digest.update(stream.read())
    return digest.hexdigest()[:12]


def write_delivery(delivery: Delivery, warehouse: Path) -> dict[str, Any]:
    """Write the charges of `delivery` below `warehouse` and return its record.

    A delivery that is there already is left as it is. The folder appears in one rename, so a crash
    leaves all of it or nothing. Raises BadSource, MissingColumns.
    """
    folder = _folder(delivery, warehouse)
    if folder.is_dir():
        return _read_record(folder / RECORD) | {"is_new": False}
    part = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        record = _write_charges(delivery, part / "charges.parquet")
        (part / RECORD).write_text(json.dumps(record, indent=1, default=str), encoding="utf-8")
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return record | {"is_new": True}


def read_records(warehouse: Path) -> list[dict[str, Any]]:
    """Return the records of all deliveries below `warehouse`, each marked current or superseded.

    Of the deliveries of one payer and month the newest is current: they never add up.
    """
    paths = sorted((warehouse / "charges").glob(f"billing_period=*/delivery=*/{RECORD}"))
    records = [_read_record(path) for path in paths]
    newest: dict[tuple[str, str], tuple[str, str, str]] = {}
    for record in records:
        newest[_series(record)] = max(newest.get(_series(record), ("", "", "")), _age(record))
    for record in records:
        is_current = newest[_series(record)] == _age(record)
        record["status"] = "current" if is_current else "superseded"
    return records


def charge_files(records: list[dict[str, Any]]) -> list[str]:
    """Return the Parquet files of the current deliveries, relative to the project folder."""
    return [
        f"warehouse/charges/billing_period={one['billing_period']}"
        f"/delivery={one['delivery_id']}/charges.parquet"
        for one in records
        if one["status"] == "current"
    ]


def _series(record: dict[str, Any]) -> tuple[str, str]:
    return record["billing_account_ids"], record["billing_period"]


def _age(record: dict[str, Any]) -> tuple[str, str, str]:
    return record["delivered_at"], record["loaded_at"], record["delivery_id"]


def _folder(delivery: Delivery, warehouse: Path) -> Path:
    period = f"billing_period={delivery.billing_period}"
    return warehouse / "charges" / period / f"delivery={delivery_id(delivery)}"


def _read_record(path: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return record


def _write_charges(delivery: Delivery, target: Path) -> dict[str, Any]:
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    # Rows come back in no order of their own, so their order in the file isn't worth the memory.
    con.execute("set preserve_insertion_order = false")
    columns = create_line_items(con, list(delivery.files))
    resources = package_files("finops.ingest")
    categories = resources / "service_categories.csv"
    con.execute(f"create table raw.service_categories as from read_csv({literal(str(categories))})")
    charges = (resources / "charges.sql").read_text(encoding="utf-8")
    try:
        con.execute(
            f"copy ({charges}) to {literal(str(target))} (format parquet, compression zstd)"
        )
        totals = con.execute((resources / "source_totals.sql").read_text(encoding="utf-8"))
    except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
        raise BadSource(
            f"{delivery.files[0]} holds a value that does not parse: {error}"
        ) from error
    names = [column[0] for column in totals.description or []]
    values = dict(zip(names, totals.fetchone() or (), strict=True))
    if values["repeated_rows"]:
        raise BadSource(
            f"{delivery.source}: {values['repeated_rows']} line(s) stand in the bill twice. "
            "Are two copies of the month in one folder?"
        )
    return _record(delivery, values, columns)


def _record(delivery: Delivery, totals: dict[str, Any], columns: list[str]) -> dict[str, Any]:
    found = set(totals["line_item_types"] or [])
    return {
        "delivery_id": delivery_id(delivery),
        "billing_period": delivery.billing_period,
        "export_name": delivery.export_name,
        "format": delivery.format,
        "source": str(delivery.source),
        "files": len(delivery.files),
        "source_bytes": sum(file.stat().st_size for file in delivery.files),
        "delivered_at": delivery.delivered_at.strftime("%Y-%m-%d %H:%M:%S"),
        "loaded_at": datetime.now(tz=UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
        "billing_account_ids": "+".join(totals["billing_account_ids"] or []),
        "billing_currencies": "+".join(totals["billing_currencies"] or []),
        "source_rows": totals["source_rows"],
        "final_rows": totals["final_rows"],
        "source_unblended_cost": str(totals["source_unblended_cost"]),
        "first_charge_date": str(totals["first_charge_date"]),
        "last_charge_date": str(totals["last_charge_date"]),
        "unknown_line_item_types": sorted(found - KNOWN_LINE_ITEM_TYPES),
        "source_columns": columns,
        "assumptions": list(delivery.assumptions),
    }
