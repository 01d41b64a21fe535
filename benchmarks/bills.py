"""Make a project of the sample company, and its bill with any number of rows."""

import math
import shutil
from itertools import accumulate
from pathlib import Path

import duckdb

from finops.ingest.layouts import parquet_scan
from finops.project import shipped
from finops.sql import literal
from sample_data.maker.cur2 import DELIVERIES, write_cur2
from sample_data.maker.month import month_charges

MONTHS = 13
_SEED = 2026
_RESERVED = "(line_item_line_item_type in ('DiscountedUsage', 'RIFee'))"


def create_project(project: Path) -> None:
    """Make a project with the settings, mappings and business data of the sample, and no bill."""
    sample = shipped("sample_data")
    for name in ("mappings", "business", "inventory"):
        shutil.copytree(sample / name, project / name)
    shutil.copyfile(sample / "finops.toml", project / "finops.toml")


def write_bills(folder: Path, rows: int) -> list[Path]:
    """Write 13 months with about `rows` rows in all below `folder`, each in a file of its own.

    They are one month at different dates, the newest first.
    """
    delivery = DELIVERIES[-1]
    fleet = len(month_charges(delivery.month, seed=_SEED).amounts)
    fleets = range(math.ceil(rows / MONTHS / fleet))
    charges = (month_charges(delivery.month, seed=_SEED, replica=number) for number in fleets)
    write_cur2(delivery, charges, folder / "fleets")
    month = folder / "month.parquet"
    _write_first_hours(sorted((folder / "fleets").rglob("*.parquet")), month, rows / MONTHS)
    return [write_month(month, folder / "bills", months_ago) for months_ago in range(MONTHS)]


def write_month(month: Path, folder: Path, months_ago: int, *, cost: str = "") -> Path:
    """Write the month again, some months earlier and perhaps at another cost (SQL: `* 1.01`)."""
    dates = ("bill_billing_period_start_date", "bill_billing_period_end_date")
    dates += ("line_item_usage_start_date", "line_item_usage_end_date")
    shifted = [f"{name} - to_months({months_ago}) as {name}" for name in dates]
    shifted.append(f"line_item_unblended_cost {cost} as line_item_unblended_cost")
    target = folder / f"month-{months_ago}.parquet"
    query = f"select * replace ({', '.join(shifted)}) from {parquet_scan([month])}"
    _write(query, target)
    return target


def _write_first_hours(files: list[Path], target: Path, rows: float) -> None:
    """Write the first hours of a month and some reservations that have about `rows` rows.

    Savings Plans add up in each hour. Reservations are billed by the month and stay whole, so as
    many of them as the rows are of all are kept.
    """
    source = parquet_scan(files)
    counts = f"select count(*), count(*) filter (where {_RESERVED}) from {source}"
    total, reserved = duckdb.sql(counts).fetchall()[0]
    names, kept_reserved = _first_reservations(source, reserved * min(rows / total, 1))
    share = min(max(rows - kept_reserved, 0) / (total - reserved), 1)
    last = (
        f"select quantile_disc(line_item_usage_start_date, {share}) from {source} "
        f"where not {_RESERVED}"
    )
    hours = f"not {_RESERVED} and line_item_usage_start_date <= ({last})"
    kept = f"{_RESERVED} and reservation_reservation_a_r_n in {names}"
    _write(f"select * from {source} where ({hours}) or ({kept})", target)


def _first_reservations(source: str, rows: float) -> tuple[str, int]:
    """Return the reservations, as a list in SQL, that have so many rows at most, and how many."""
    sizes = duckdb.sql(
        f"select reservation_reservation_a_r_n, count(*) from {source} where {_RESERVED} "
        "group by all order by count(*), reservation_reservation_a_r_n"
    ).fetchall()
    ends = accumulate(size for _, size in sizes)
    kept = [(name, end) for (name, _), end in zip(sizes, ends, strict=True) if end <= rows]
    names = ", ".join(literal(name) for name, _ in kept)
    return f"({names or 'null'})", kept[-1][1] if kept else 0


def _write(query: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    con.execute("set memory_limit = '3GB'")
    con.execute("set preserve_insertion_order = false")
    con.execute("set enable_progress_bar = false")
    con.execute(f"copy ({query}) to {literal(str(target))} (format parquet, compression snappy)")
