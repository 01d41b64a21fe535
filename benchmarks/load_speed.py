"""How fast a bill loads, as a ratio to DuckDB's own COPY of the same columns of the same file."""

import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from finops.ingest.deliveries import write_delivery
from finops.ingest.discover import find_deliveries
from finops.ingest.layouts import parquet_scan
from finops.ingest.line_items import SCHEMA
from finops.ingest.manifests import Delivery
from finops.sql import identifier, literal


def load_speed(bill: Path, *, runs: int = 5) -> dict[str, float]:
    """Return rows, the median seconds of both (run in turn), their ratio and peak memory in GB."""
    delivery = max(find_deliveries(bill), key=lambda one: sum(f.stat().st_size for f in one.files))
    with tempfile.TemporaryDirectory() as folder:
        pairs = [
            (
                _seconds(lambda run=run: write_delivery(delivery, Path(folder) / f"{run}")),
                _seconds(lambda: _copy(delivery, Path(folder) / "copy.parquet")),
            )
            for run in range(runs)
        ]
    load, copy = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    rows = duckdb.sql(f"select count(*) from {parquet_scan(list(delivery.files))}").fetchall()[0][0]
    return {
        "rows": rows,
        "load_seconds": load,
        "copy_seconds": copy,
        "load_rows_per_second": rows / load,
        "load_to_copy": statistics.median(load / copy for load, copy in pairs),
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def _copy(delivery: Delivery, target: Path) -> None:
    con = duckdb.connect()
    con.execute("set preserve_insertion_order = false")
    con.execute("set enable_progress_bar = false")
    source = parquet_scan(list(delivery.files))
    found = [row[0] for row in con.execute(f"describe select * from {source}").fetchall()]
    columns = [name for name in found if SCHEMA.target_type(name)]
    con.execute(
        f"copy (select {', '.join(map(identifier, columns))} from {source}) "
        f"to {literal(str(target))} (format parquet, compression zstd)"
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
