"""Find the deliveries of a bill in a folder, by manifest or, where there is none, by looking."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from finops.errors import BadInput, BadSource, MissingColumns, SourceNotFound
from finops.ingest.bill import Schema
from finops.ingest.focus import SCHEMA as FOCUS_SCHEMA
from finops.ingest.headers import Header, read_header
from finops.ingest.layouts import parquet_scan
from finops.ingest.line_items import SCHEMA as LINE_ITEM_SCHEMA
from finops.ingest.manifests import (
    FOCUS_FORMAT,
    FORMATS,
    Delivery,
    find_manifests,
    folder_time,
    is_newest_by_place,
    newest_change,
    read_manifest,
    recognise,
)
from finops.sql import identifier

_SUFFIXES = (".parquet", ".csv", ".gz", ".zip")


@dataclass(frozen=True)
class _Bare:
    """A file without a manifest, and what its columns and rows say of it."""

    file: Path
    format: str
    period: str
    payers: frozenset[str]


def find_deliveries(
    source: Path,
    *,
    root: Path | None = None,
    format: str | None = None,  # noqa: A002
) -> list[Delivery]:
    """Return the deliveries in a folder, or of one file, oldest first.

    The S3 keys in manifests are looked up below `root`, which is the folder itself unless told
    else. `format` (a key of FORMATS) overrules what manifests and headers say. Raises
    BadInput for another format, SourceNotFound where there is no bill, BadSource for a bill that
    can't be read.
    """
    if format and format not in FORMATS:
        raise BadInput(f"{format!r} is no format. Known: {', '.join(FORMATS)}.")
    if not source.exists():
        raise SourceNotFound(f"{source} does not exist.")
    deliveries = _named_deliveries(source, root or source) or _bare_deliveries(source, format)
    if not deliveries:
        raise SourceNotFound(f"{source} holds no bill: no manifest and no bill file with rows.")
    if format:
        deliveries = [replace(one, format=FORMATS[format]) for one in deliveries]
    return sorted(deliveries, key=lambda one: (one.billing_period, one.delivered_at))


def _named_deliveries(source: Path, root: Path) -> list[Delivery]:
    manifests = find_manifests(source) if source.is_dir() else []
    # AWS writes one delivery's manifest in several folders; its files tell that it is one. The one
    # that stands for the month comes last here, and so names it.
    ordered = sorted(manifests, key=lambda path: (is_newest_by_place(path), path))
    read = (read_manifest(path, root) for path in ordered)
    named = {delivery.files: delivery for delivery in read if delivery}
    told = (_told(delivery) for delivery in named.values())
    return _newest_last([delivery for delivery in told if delivery])


def _told(delivery: Delivery) -> Delivery | None:
    """Return the delivery with the format that its files tell, if its manifest doesn't."""
    if delivery.format:
        return delivery
    columns = (read_header(file).columns for file in delivery.files)
    kind = recognise(next((found for found in columns if found), ()))
    return replace(delivery, format=kind) if kind else None


def _newest_last(deliveries: list[Delivery]) -> list[Delivery]:
    """Return the deliveries, each month's own manifest naming the newest of the month.

    Assembly ids don't sort by time, and files that were copied have lost theirs.
    """
    newest: dict[tuple[str, str, str], datetime] = {}
    for one in deliveries:
        newest[_month(one)] = max(newest.get(_month(one), one.delivered_at), one.delivered_at)
    return [
        _as_newest(one, newest[_month(one)])
        if is_newest_by_place(one.source) and _is_behind(one, deliveries)
        else one
        for one in deliveries
    ]


def _month(delivery: Delivery) -> tuple[str, str, str]:
    return delivery.format, delivery.export_name, delivery.billing_period


def _is_behind(one: Delivery, deliveries: list[Delivery]) -> bool:
    return any(
        other.delivered_at >= one.delivered_at
        for other in deliveries
        if other is not one and _month(other) == _month(one)
    )


def _as_newest(delivery: Delivery, newest: datetime) -> Delivery:
    note = "newest because the month's manifest names it; its files are not the youngest"
    return replace(
        delivery,
        delivered_at=newest + timedelta(seconds=1),
        assumptions=(*delivery.assumptions, note),
    )


def _bare_deliveries(source: Path, format_word: str | None) -> list[Delivery]:
    """Return the deliveries without a manifest: one per month, format and payer."""
    files = [source] if source.is_file() else _bill_files(source)
    headers = {file: read_header(file) for file in files}
    bills = {file: header for file, header in headers.items() if recognise(header.columns)}
    if format_word:
        bills = {file: header for file, header in headers.items() if header.columns}
    others = [file for file, header in headers.items() if header.columns and file not in bills]
    if others and not bills:
        required = [names[0] for names in LINE_ITEM_SCHEMA.required]
        raise MissingColumns(str(others[0]), required, list(headers[others[0]].columns))
    groups: dict[tuple[str, str], list[_Bare]] = defaultdict(list)
    for file, header in bills.items():
        kind = FORMATS[format_word] if format_word else recognise(header.columns) or ""
        if bare := _look(file, header, kind):
            groups[bare.period, bare.format].append(bare)
    return [
        delivery
        for _, group in sorted(groups.items())
        for delivery in _per_payer(source, group, others)
    ]


def _per_payer(source: Path, group: list[_Bare], others: list[Path]) -> list[Delivery]:
    """Return one delivery per payer: folders with the same payer are copies of one month."""
    folders: dict[Path, list[_Bare]] = defaultdict(list)
    for bare in group:
        folders[bare.file.parent].append(bare)
    copies: list[tuple[set[str], list[list[_Bare]]]] = []
    for files in folders.values():
        payers = set().union(*(bare.payers for bare in files))
        same = [one for one in copies if one[0] & payers]
        copies = [one for one in copies if not one[0] & payers]
        merged = [*(folder for one in same for folder in one[1]), files]
        copies.append((payers.union(*(one[0] for one in same)), merged))
    return [_bare_delivery(source, found, others) for _, found in copies]


def _bare_delivery(source: Path, folders: list[list[_Bare]], others: list[Path]) -> Delivery:
    # Every refresh is a full copy of the month, so two folders of one month must not add up.
    newest = max(folders, key=_age)
    files = [bare.file for bare in newest]
    period, folder = newest[0].period, files[0].parent
    notes = [f"no manifest: {len(files)} file(s) in {folder.name} taken as all of {period}"]
    if len(folders) > 1:
        left = sorted(one[0].file.parent.name for one in folders if one is not newest)
        notes.append(f"newest folder of {period} taken, left alone: {', '.join(left)}")
    if others:
        names = ", ".join(sorted(file.name for file in others)[:3])
        notes.append(f"{len(others)} file(s) are no bill, left alone: {names}")
    return Delivery(
        source=source,
        format=newest[0].format,
        export_name=source.name.partition(".")[0],
        billing_period=period,
        delivered_at=_age(newest)[0],
        files=tuple(files),
        assumptions=tuple(notes),
    )


def _age(folder: list[_Bare]) -> tuple[datetime, str]:
    """Return when a folder was delivered: as its name says, else as its files do."""
    path = folder[0].file.parent
    return folder_time(f"{path}/") or newest_change([bare.file for bare in folder]), str(path)


def _bill_files(folder: Path) -> list[Path]:
    # AWS keeps the export's own status beside the data, and empties chunks it no longer needs.
    return [
        file
        for file in sorted(folder.rglob("*"))
        if file.name.lower().endswith(_SUFFIXES)
        and not file.name.lower().endswith(".tar.gz")
        and file.is_file()
        and "cost_and_usage_data_status" not in file.parts
        and file.stat().st_size > 0
    ]


def _look(file: Path, header: Header, kind: str) -> _Bare | None:
    """Return the month and payers that the rows of a file name; None for a file without rows."""
    schema = FOCUS_SCHEMA if kind == FOCUS_FORMAT else LINE_ITEM_SCHEMA
    payer = "billing_account_id" if kind == FOCUS_FORMAT else "bill_payer_account_id"
    months = _columns_named(schema.period_columns, header, schema)
    if not months:
        raise MissingColumns(str(file), [schema.period_columns[1]], sorted(header.columns))
    columns = [months[0], *_columns_named([payer], header, schema)[:1]]
    rows = _distinct(file, columns) if header.kind == "parquet" else _first(header, columns)
    if len(periods := {row[0][:7] for row in rows if row[0]}) > 1:
        raise BadSource(f"{file} holds {len(periods)} billing periods; load one month per file.")
    payers = frozenset(row[1] if len(row) > 1 and row[1] else "" for row in rows)
    return _Bare(file, kind, periods.pop(), payers) if periods else None


def _columns_named(names: Iterable[str], header: Header, schema: Schema) -> list[str]:
    return [column for name in names for column in header.columns if schema.name_of(column) == name]


def _distinct(file: Path, columns: list[str]) -> list[tuple[str, ...]]:
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    names = ", ".join(f"cast({identifier(name)} as varchar)" for name in columns)
    try:
        return con.execute(f"select distinct {names} from {parquet_scan([file])}").fetchall()
    except duckdb.Error as error:
        raise BadSource(f"{file} can't be read as Parquet; is it cut off? ({error})") from error


def _first(header: Header, columns: list[str]) -> list[tuple[str, ...]]:
    """Return the first row of a CSV; all others are held against its month when they are loaded."""
    if len(header.first_row) != len(header.columns):
        return []
    row = dict(zip(header.columns, header.first_row, strict=True))
    return [tuple(row[name] for name in columns)]
