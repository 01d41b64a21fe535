"""How fast a bill loads, as a ratio to what DuckDB itself needs to copy or read the same file."""

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

# The words before the slash in the headers of a legacy CSV, as its Parquet columns begin.
_GROUPS = (
    "identity", "bill", "line_item", "product", "pricing", "reservation", "savings_plan",
    "split_line_item",
)  # fmt: skip
_MAP_GROUPS = {"resource_tags": "resourceTags", "cost_category": "costCategory"}


def load_speed(bill: Path, *, runs: int = 5) -> dict[str, float]:
    """Return rows, the median seconds of both (run in turn), their ratio and peak memory in GB."""
    delivery = _largest(bill)
    with tempfile.TemporaryDirectory() as folder:
        pairs = _in_turn(
            lambda run: write_delivery(delivery, Path(folder) / f"{run}"),
            lambda: _copy(delivery, Path(folder) / "copy.parquet"),
            runs,
        )
    rows = duckdb.sql(f"select count(*) from {parquet_scan(list(delivery.files))}").fetchall()[0][0]
    return _figures(rows, pairs, "copy")


def csv_speed(bill: Path, *, runs: int = 5) -> dict[str, float]:
    """Return the same for the largest delivery as a legacy CSV in gzip, against DuckDB's read_csv.

    `read_csv` reads the file into a table in memory, with types as it detects them;
    `read_csv_count` counts the values as text, and keeps and types nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "csv" / "bill-00001.csv.gz"
        file.parent.mkdir()
        rows = _write_csv(_largest(bill), file)
        [delivery] = find_deliveries(file)
        scan = f"read_csv({literal(str(file))}"
        figures = {}
        for name, query in (
            ("read_csv_count", f"select count(columns(*)) from {scan}, all_varchar = true)"),
            ("read_csv", f"create table bill as from {scan})"),
        ):
            target = Path(folder) / name
            pairs = _in_turn(
                lambda run, target=target: write_delivery(delivery, target / f"{run}"),
                lambda query=query: _run(query),
                runs,
            )
            figures |= _figures(rows, pairs, name)
    return figures


def _largest(bill: Path) -> Delivery:
    return max(find_deliveries(bill), key=lambda one: sum(f.stat().st_size for f in one.files))


def _in_turn(
    load: Callable[[int], object], other: Callable[[], object], runs: int
) -> list[tuple[float, float]]:
    return [(_seconds(lambda run=run: load(run)), _seconds(other)) for run in range(runs)]


def _figures(rows: int, pairs: list[tuple[float, float]], other: str) -> dict[str, float]:
    load_seconds, other_seconds = (
        statistics.median(seconds) for seconds in zip(*pairs, strict=True)
    )
    return {
        "rows": rows,
        "load_seconds": load_seconds,
        f"{other}_seconds": other_seconds,
        "load_rows_per_second": rows / load_seconds,
        f"load_to_{other}": statistics.median(load / seconds for load, seconds in pairs),
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


def _run(query: str) -> None:
    con = duckdb.connect()
    con.execute("set enable_progress_bar = false")
    con.execute(query).fetchall()


def _write_csv(delivery: Delivery, target: Path) -> int:
    """Write a CUR 2.0 or legacy delivery as AWS writes a legacy CSV; return the number of rows."""
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    con.execute("set enable_progress_bar = false")
    source = parquet_scan(list(delivery.files))
    columns = [
        sql
        for name, kind, *_ in con.execute(f"describe select * from {source}").fetchall()
        for sql in _csv_columns(con, source, name, kind)
    ]
    written = con.execute(
        f"copy (select {', '.join(columns)} from {source}) to {literal(str(target))} (format csv, "
        "header true, compression gzip, timestampformat '%Y-%m-%dT%H:%M:%SZ')"
    )
    rows: int = written.fetchall()[0][0]
    return rows


def _csv_columns(con: duckdb.DuckDBPyConnection, source: str, name: str, kind: str) -> list[str]:
    """Return SQL for the CSV columns of one Parquet column; a legacy bill has one per tag."""
    column = identifier(name)
    if name in _MAP_GROUPS:
        keys = con.execute(f"select distinct unnest(map_keys({column})) from {source} order by 1")
        return [
            f"{column}[{literal(key)}] as {identifier(f'{_MAP_GROUPS[name]}/{_tag(key)}')}"
            for (key,) in keys.fetchall()
        ]
    # A header with an account's name would say CUR 2.0.
    group = next((one for one in _GROUPS if name.startswith(f"{one}_")), None)
    if group is None or name.endswith("_account_name"):
        return []
    header = f"{_camel(group)}/{_pascal(name.removeprefix(group))}"
    value = f"cast({column} as timestamp)" if kind.startswith("TIMESTAMP") else column
    return [f"{value} as {identifier(header)}"]


def _tag(key: str) -> str:
    return key.replace("user_", "user:", 1)


def _pascal(words: str) -> str:
    return "".join(word.capitalize() for word in words.split("_"))


def _camel(words: str) -> str:
    return words[0] + _pascal(words)[1:]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
