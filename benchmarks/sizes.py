"""The speed of loads and builds on bills of several sizes, as one table."""

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks.bills import write_bills
from benchmarks.build_speed import build_months, load_months
from benchmarks.load_speed import csv_speed, load_speed
from benchmarks.measure import apart

# A CSV of these rows says it; a larger one takes minutes to write.
_SMALL = 5_000_000
# Above these rows a run takes minutes, and is long enough to be told from noise.
_LARGE = 20_000_000
_COLUMNS = {
    "rows": ("rows", ",.0f"),
    "load_to_copy": ("load/COPY", ".2f"),
    "load_rows_per_second": ("rows/s", ",.0f"),
    "load_to_read_csv": ("gzip CSV load/read_csv", ".2f"),
    "load_to_read_csv_count": ("/its count", ".2f"),
    "load_and_build_to_scan": ("load+build/scan", ".1f"),
    "full_build_seconds": ("full build s", ".1f"),
    "one_month_to_full": ("one month/full", ".1%"),
    "load_one_month_seconds": ("load one month s", ".1f"),
    "load_peak_gb": ("load GB", ".2f"),
    "build_peak_gb": ("build GB", ".2f"),
}


def print_sizes(sizes: Iterable[int]) -> None:
    """Print one line per size: ratios to DuckDB in the same run, seconds and peak memory."""
    titles = [title for title, _ in _COLUMNS.values()]
    lines = [_line(size_speed(rows)) for rows in sizes]
    widths = [max(map(len, column)) for column in zip(titles, *lines, strict=True)]
    for line in (titles, *lines):
        print("  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)))


def size_speed(rows: int) -> dict[str, float]:
    """Return the figures of a bill of about `rows` rows in 13 months.

    Each step is a process of its own, so that no step's memory hides another's.
    """
    runs = 1 if rows > _LARGE else 3
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        _say(f"{rows:,} rows: making the bill")
        bills = apart(write_bills, Path(folder), rows)
        _say(f"{rows:,} rows: loading one month beside COPY")
        copy = apart(load_speed, bills[0], runs=runs)
        csv = {}
        if rows <= _SMALL:
            _say(f"{rows:,} rows: loading one month as CSV in gzip beside read_csv")
            csv = apart(csv_speed, bills[0], runs=runs)
        _say(f"{rows:,} rows: loading 13 months")
        load = apart(load_months, bills, project)
        _say(f"{rows:,} rows: building, {runs} time(s)")
        build = apart(build_months, project, bills[0], runs=runs)
    both = load["load_seconds"] + build["full_build_seconds"]
    figures = csv | copy | load | build
    return figures | {"load_and_build_to_scan": both / load["scan_seconds"]}


def _line(figures: dict[str, float]) -> list[str]:
    return [
        format(figures[name], style) if name in figures else ""
        for name, (_, style) in _COLUMNS.items()
    ]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
