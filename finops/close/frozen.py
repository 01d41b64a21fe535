"""Keep closed months as they were signed: a folder each, with hashes of all that was used."""

import csv
import hashlib
import io
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from finops import chain
from finops.close.ledger import COLUMNS, transfers
from finops.errors import BadInput
from finops.ingest.charge_files import charge_paths
from finops.ingest.deliveries import read_records
from finops.settings import FILE_NAME, Settings

__all__ = [
    "CLOSED",
    "check_last",
    "closed_months",
    "current_records",
    "folder_of",
    "freeze",
    "input_hashes",
    "read_booked",
    "read_record",
    "read_signed",
    "set_aside",
    "set_aside_before",
]

CLOSED = "closed"
RECORD, TRANSFERS = "close.json", "transfers.csv"


def folder_of(settings: Settings, period: str) -> Path:
    """Return the folder of a closed month."""
    return settings.project / CLOSED / period


def closed_months(settings: Settings) -> list[str]:
    """Return the months that are closed, oldest first."""
    return sorted(path.parent.name for path in settings.project.glob(f"closed/[0-9]*/{RECORD}"))


def read_record(settings: Settings, period: str) -> dict[str, Any]:
    """Return what was recorded of a closed month: deliveries, inputs, rates and hashes."""
    record: dict[str, Any] = json.loads((folder_of(settings, period) / RECORD).read_text("utf-8"))
    return record


def check_last(settings: Settings, period: str) -> None:
    """Raise BadInput unless `period` is the last month that was closed."""
    closed = closed_months(settings)
    if period in closed[:-1]:
        raise BadInput(
            f"{closed[-1]} was closed after {period} and is booked against it. Reopen "
            f"{closed[-1]} first."
        )
    if period not in closed:
        raise BadInput(f"{period} is not closed. Closed: {', '.join(closed) or 'no month'}.")


def set_aside(settings: Settings, period: str, reason: str) -> Path:
    """Move the folder of a closed month below `closed/reopened/`, with the reason beside it."""
    at = f"{datetime.now(tz=UTC):%Y-%m-%dT%H:%M:%SZ}"
    note = json.dumps({"reason": reason, "reopened_at": at}, indent=1, ensure_ascii=False)
    return chain.set_aside(settings.project / CLOSED, period, note)


def set_aside_before(settings: Settings, period: str) -> list[dict[str, str]]:
    """Return the earlier closes of a month that were taken back: folder, reason and moment."""
    folder = settings.project / CLOSED
    return [
        {"folder": str(path.parent.relative_to(folder)), **json.loads(path.read_text("utf-8"))}
        for path in sorted(folder.glob(f"{chain.ASIDE}/{period}.*/{chain.NOTE}"))
    ]


def read_booked(settings: Settings, closed: list[str]) -> pd.DataFrame:
    """Return all that the `closed` months have booked, one row per ledger.KEY.

    Raises BadInput if a file of a closed month is no longer what was signed.
    """
    if found := chain.altered(settings.project / CLOSED):
        raise BadInput(f"Later months are booked against what was signed. {' '.join(found)}")
    rows: list[dict[str, Any]] = []
    for period in closed:
        folder = folder_of(settings, period)
        signed = read_record(settings, period)["files"]
        for name in signed:
            read_signed(settings, period, name, signed)
        with (folder / TRANSFERS).open(encoding="utf-8", newline="") as stream:
            rows += [
                row | {name: int(row[name]) for name in COLUMNS[-2:]}
                for row in csv.DictReader(stream)
            ]
    return transfers(rows)


def read_signed(settings: Settings, period: str, name: str, signed: dict[str, str]) -> bytes:
    """Return a file of a closed month. Raises BadInput if it is not what was `signed`."""
    path = folder_of(settings, period) / name
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != signed.get(name):
        raise BadInput(
            f"{path} is not what was signed when {period} was closed. Put the signed file back: "
            "later months are booked against it."
        )
    return content


def current_records(settings: Settings) -> list[dict[str, Any]]:
    """Return the records of the deliveries that count."""
    return [one for one in read_records(settings.warehouse) if one["status"] == "current"]


def input_hashes(settings: Settings, period: str) -> dict[str, str]:
    """Return the SHA-256 of each file that a close reads, by its path in the project."""
    records = [one for one in current_records(settings) if one["billing_period"] <= period]
    queried = [path for path in settings.fetched.values() if path.exists()]
    found = [settings.project / FILE_NAME, *queried]
    found += [settings.project / path for one in records for path in charge_paths(one)]
    for pattern in ("mappings/*.csv", "business/*.*"):
        found += sorted(settings.project.glob(pattern))
    return {str(path.relative_to(settings.project)): _sha256(path) for path in found}


def freeze(
    settings: Settings,
    period: str,
    files: dict[str, bytes],
    moved: pd.DataFrame,
    record: dict[str, Any],
) -> list[Path]:
    """Write the folder of a closed month in one rename, and return its files.

    `record` gets the SHA-256 of every file. The caller holds the writer's lock of the warehouse.
    """
    target = folder_of(settings, period)
    # What a close that died has left half-written; the lock lets nobody else write.
    for left in target.parent.glob(f".{period}.*"):
        shutil.rmtree(left)
    part = target.with_name(f".{period}.{os.getpid()}")
    part.mkdir(parents=True)
    try:
        whole = files | {TRANSFERS: csv_bytes(moved[COLUMNS])}
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in whole.items()}
        text = json.dumps(record | {"files": digests}, indent=1, ensure_ascii=False)
        for name, content in (whole | {RECORD: text.encode()}).items():
            (part / name).parent.mkdir(exist_ok=True)
            (part / name).write_bytes(content)
        part.rename(target)
        chain.seal(target.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return [target / name for name in (*whole, RECORD)]


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return a frame as CSV."""
    stream = io.StringIO()
    frame.to_csv(stream, index=False, lineterminator="\n")
    return stream.getvalue().encode()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
