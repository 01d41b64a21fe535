"""Set aside the deliveries that hold what somebody left out after they were loaded."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from finops.ingest.decisions import LEAVE, is_named

__all__ = ["leave_out"]

Record = dict[str, Any]


def leave_out(records: list[Record], names: Collection[str], warehouse: Path) -> None:
    """Decide to leave out what holds files that `names` leaves out, or lacks one taken back.

    One that has other files too counts until a load has written another delivery of those.
    """
    paths = {_local(name, warehouse) for name in names}
    stale = {one["delivery_id"] for one in records if _is_stale(one, paths)}
    whole = [one for one in records if one["delivery_id"] not in stale]
    for record in records:
        if record["delivery_id"] not in stale or record["decision"]:
            continue
        rest = {file for file in _files(record) if not is_named(file, paths)}
        month = [one for one in whole if one["billing_period"] == record["billing_period"]]
        if not rest or any(rest <= _files(one) for one in month):
            record["decision"] = LEAVE


def _local(name: str, warehouse: Path) -> str:
    """Return where a file or folder that was decided of lies on this machine."""
    if not name.startswith("s3://"):
        return name
    return str((warehouse / "cache" / name.removeprefix("s3://")).resolve())


def _is_stale(record: Record, paths: Collection[str]) -> bool:
    left_out = record.get("origin", {}).get("left_out", [])
    return any(is_named(file, paths) for file in _files(record)) or not all(
        is_named(file, paths) for file in left_out
    )


def _files(record: Record) -> set[str]:
    return set(record.get("origin", {}).get("files", []))
