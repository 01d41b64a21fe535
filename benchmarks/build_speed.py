"""How long a build takes, in full and after one changed month, on months of equal size."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

import finops
from finops.ingest.layouts import parquet_scan
from finops.ingest.line_items import SCHEMA
from finops.project import shipped
from finops.sql import identifier, literal

MONTHS = 13


def build_speed(files: list[Path], folder: Path) -> dict[str, float]:
    """Return rows, seconds of a full build of 13 months and of one after one month changed.

    `files` is one month of a bill; the other months are that month at other dates.
    """
    project = folder / "project"
    for name in ("mappings", "business"):
        shutil.copytree(shipped("sample_data") / name, project / name)
    shutil.copyfile(shipped("sample_data") / "finops.toml", project / "finops.toml")
    bills = [_month(files, folder / "bills", number) for number in range(MONTHS)]
    with finops.connect(project) as warehouse:
        load = sum(_seconds(lambda bill=bill: warehouse.load(bill)) for bill in bills)
        full = _seconds(warehouse.build)
        rows = warehouse.sql("select sum(source_rows) as n from ledger.deliveries")["n"][0]
        changed = _month(files, folder / "changed", MONTHS - 1, cost="* 1.01")
        reload = _seconds(lambda: warehouse.load(changed))
        one = _seconds(warehouse.build)
    scan = _seconds(lambda: _scan(bills))
    return {
        "rows": float(rows),
        "scan_seconds": scan,
        "load_seconds": load,
        "load_one_month_seconds": reload,
        "full_build_seconds": full,
        "one_month_build_seconds": one,
        "one_month_to_full": one / full,
        "load_and_build_to_scan": (load + full) / scan,
    }


def _scan(bills: list[Path]) -> None:
    """Read every value that a load reads, and nothing more."""
    con = duckdb.connect()
    source = parquet_scan(bills)
    found = [row[0] for row in con.execute(f"describe select * from {source}").fetchall()]
    largest = [
        f"cast(max({identifier(name)}) as varchar)" for name in found if SCHEMA.target_type(name)
    ]
    con.execute(f"select {', '.join(largest)} from {source}").fetchall()


def _month(files: list[Path], folder: Path, months_ago: int, cost: str = "") -> Path:
    """Write the month again, some months earlier and perhaps at another cost."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"month-{months_ago}.parquet"
    dates = ("bill_billing_period_start_date", "bill_billing_period_end_date")
    dates += ("line_item_usage_start_date", "line_item_usage_end_date")
    shifted = [f"{name} - to_months({months_ago}) as {name}" for name in dates]
    shifted.append(f"line_item_unblended_cost {cost} as line_item_unblended_cost")
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    con.execute(
        f"copy (select * replace ({', '.join(shifted)}) from {parquet_scan(files)}) "
        f"to {literal(str(target))} (format parquet, compression snappy)"
    )
    return target


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
