"""Find the bills in a folder without manifests, and say what was assumed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

import duckdb

from finops.errors import BadSource, MissingColumns
from finops.ingest.bill import Schema
from finops.ingest.focus import SCHEMA as FOCUS_SCHEMA
from finops.ingest.headers import Header, read_header
from finops.ingest.layouts import parquet_scan
from finops.ingest.line_items import SCHEMA as LINE_ITEM_SCHEMA
from finops.ingest.manifests import (
    FOCUS_FORMAT,
    FORMATS,
    Delivery,
    folder_time,
    newest_change,
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


def bare_deliveries(source: Path, address: str, format_word: str | None) -> list[Delivery]:
    """Return the deliveries without a manifest: one per month, format and payer.

    `address` is what `source` is a copy of, or its path. Raises BadSource for a file that can't be
    read, MissingColumns where there are tables and none is a bill.
    """
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
        for delivery in _per_payer(address, group, others)
    ]


def _per_payer(address: str, group: list[_Bare], others: list[Path]) -> list[Delivery]:
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
    return [_bare_delivery(address, found, others) for _, found in copies]


def _bare_delivery(address: str, folders: list[list[_Bare]], others: list[Path]) -> Delivery:
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
        source=address,
        format=newest[0].format,
        export_name=PurePosixPath(address).name.partition(".")[0],
        billing_period=period,
        delivered_at=_age(newest)[0],
        files=tuple(files),
        assumptions=tuple(notes),
    )


def _age(folder: list[_Bare]) -> tuple[datetime, str]:
    """Return when a folder was delivered: as its name says, else as its files do."""
    path = folder[0].file.parent
    return folder_time(f"{path}/") or newest_change([bare.file for bare in folder]), str(path)


def is_bill_name(key: str) -> bool:
    """Return whether the file at this path or S3 key may be a bill.

    AWS keeps the status of an export as Parquet beside its data.
    """
    name = key.lower()
    is_data = name.endswith(_SUFFIXES) and not name.endswith(".tar.gz")
    return is_data and "cost_and_usage_data_status" not in key.split("/")


def _bill_files(folder: Path) -> list[Path]:
    # AWS empties the chunks that an export no longer needs.
    return [
        file
        for file in sorted(folder.rglob("*"))
        if is_bill_name(file.as_posix()) and file.is_file() and file.stat().st_size > 0
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
