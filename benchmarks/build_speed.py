"""How long 13 months take to load and build, and one changed month after them."""

import statistics
from pathlib import Path

import duckdb

import finops
from benchmarks.bills import create_project, write_month
from benchmarks.measure import peak_gb, seconds
from finops.ingest.layouts import parquet_scan
from finops.ingest.line_items import SCHEMA
from finops.sql import identifier


def load_months(bills: list[Path], project: Path) -> dict[str, float]:
    """Load `bills` into a new `project`; return rows, seconds, those of a scan, and peak GB."""
    create_project(project)
    with finops.connect(project) as warehouse:
        load = sum(seconds(lambda bill=bill: warehouse.load(bill)) for bill in bills)
    peak = peak_gb()
    return {
        "rows": duckdb.sql(f"select count(*) from {parquet_scan(bills)}").fetchall()[0][0],
        "load_seconds": load,
        "load_peak_gb": peak,
        "scan_seconds": statistics.median(seconds(lambda: _scan(bills)) for _ in range(3)),
    }


def build_months(project: Path, month: Path, *, runs: int) -> dict[str, float]:
    """Build all months, load a refreshed one and build that, in turn; return the median of each.

    `month` is the newest, of which the oldest of 13 is written again at another cost. Peak GB is
    that of building all.
    """
    figures = []
    with finops.connect(project) as warehouse:
        for run in range(runs):
            warehouse.close()
            warehouse.settings.database.unlink(missing_ok=True)
            full = seconds(warehouse.build)
            peak = figures[0]["build_peak_gb"] if figures else peak_gb()
            changed = write_month(month, project / f"changed-{run}", 12, cost=f"* 1.{run + 1:02}")
            reload = seconds(lambda changed=changed: warehouse.load(changed))
            one = seconds(warehouse.build)
            figures.append(
                {
                    "full_build_seconds": full,
                    "load_one_month_seconds": reload,
                    "one_month_build_seconds": one,
                    "one_month_to_full": one / full,
                    "build_peak_gb": peak,
                }
            )
    return {name: statistics.median(one[name] for one in figures) for name in figures[0]}


def _scan(bills: list[Path]) -> None:
    """Read every value that a load reads, and nothing more."""
    con = duckdb.connect()
    con.execute("set enable_progress_bar = false")
    source = parquet_scan(bills)
    found = [row[0] for row in con.execute(f"describe select * from {source}").fetchall()]
    largest = [
        f"cast(max({identifier(name)}) as varchar)" for name in found if SCHEMA.target_type(name)
    ]
    con.execute(f"select {', '.join(largest)} from {source}").fetchall()
