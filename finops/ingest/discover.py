"""Find the deliveries of a bill in a folder, by manifest or, where there is none, by looking."""

from collections import defaultdict
from pathlib import Path

import duckdb

from finops.errors import BadSource, MissingColumns, SourceNotFound
from finops.ingest.line_items import parquet_scan
from finops.ingest.manifests import (
    CUR2_FORMAT,
    LEGACY_FORMAT,
    Delivery,
    find_manifests,
    newest_change,
    read_manifest,
)

_PERIOD_COLUMNS = ("bill_billing_period_start_date", "line_item_usage_start_date")


def find_deliveries(source: Path) -> list[Delivery]:
    """Return the deliveries in a folder, or of one Parquet file, oldest first.

    Raises SourceNotFound where there is no bill, BadSource for a bill that can't be read.
    """
    if not source.exists():
        raise SourceNotFound(f"{source} does not exist.")
    manifests = find_manifests(source) if source.is_dir() else []
    # AWS writes one delivery's manifest in several folders; its files tell that it is one.
    read = (read_manifest(path, source) for path in manifests)
    named = {delivery.files: delivery for delivery in read if delivery}
    deliveries = list(named.values()) or _bare_deliveries(source)
    if not deliveries:
        raise SourceNotFound(f"{source} holds no bill: no manifest and no Parquet file in it.")
    return sorted(deliveries, key=lambda one: (one.billing_period, one.delivered_at))


def _bare_deliveries(source: Path) -> list[Delivery]:
    """Return one delivery a month, taking each file for part of the month its rows name."""
    folders_by_period: dict[str, dict[Path, list[Path]]] = defaultdict(lambda: defaultdict(list))
    formats: dict[str, str] = {}
    for file in _parquet_files(source):
        period, formats[str(file)] = _period_and_format(file)
        if period:
            folders_by_period[period][file.parent].append(file)
    return [
        _bare_delivery(source, period, folders, formats)
        for period, folders in sorted(folders_by_period.items())
    ]


def _bare_delivery(
    source: Path, period: str, folders: dict[Path, list[Path]], formats: dict[str, str]
) -> Delivery:
    # Every refresh is a full copy of the month, so two folders of one month must not add up.
    newest = max(folders, key=lambda folder: (newest_change(folders[folder]), str(folder)))
    files = folders[newest]
    assumptions = [f"no manifest: {len(files)} file(s) in {newest.name} taken as all of {period}"]
    if len(folders) > 1:
        others = ", ".join(sorted(folder.name for folder in folders if folder != newest))
        assumptions.append(f"newest folder of {period} taken, left alone: {others}")
    return Delivery(
        source=source,
        format=formats[str(files[0])],
        export_name=source.stem,
        billing_period=period,
        delivered_at=newest_change(files),
        files=tuple(files),
        assumptions=tuple(assumptions),
    )


def _parquet_files(source: Path) -> list[Path]:
    files = [source] if source.is_file() else sorted(source.rglob("*.parquet"))
    # AWS keeps the export's own status beside the data, and empties chunks it no longer needs.
    return [
        file
        for file in files
        if "cost_and_usage_data_status" not in file.parts and file.stat().st_size > 0
    ]


def _period_and_format(file: Path) -> tuple[str | None, str]:
    """Return the billing period of a file's rows (None for a file without rows) and its format."""
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    scan = parquet_scan([file])
    try:
        names = {row[0] for row in con.execute(f"describe select * from {scan}").fetchall()}
        column = next(name for name in _PERIOD_COLUMNS if name in names)
        periods = con.execute(f"select distinct strftime({column}, '%Y-%m') from {scan}").fetchall()
    except StopIteration:
        raise MissingColumns(str(file), ["line_item_usage_start_date"], sorted(names)) from None
    except duckdb.Error as error:
        raise BadSource(f"{file} can't be read as Parquet; is it cut off? ({error})") from error
    if len(periods) > 1:
        raise BadSource(f"{file} holds {len(periods)} billing periods; load one month per file.")
    is_cur2 = "product" in names or "resource_tags" in names
    return (periods[0][0] if periods else None), CUR2_FORMAT if is_cur2 else LEGACY_FORMAT
