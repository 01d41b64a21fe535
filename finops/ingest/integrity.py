"""Notice charges that are no longer what was loaded: gone, cut off or changed."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["charge_damage", "damage", "gone", "seal"]

_END_BYTES = 65_536


def seal(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the size, end and hash of each Parquet file in a folder, for a delivery's record."""
    return {
        path.name: {
            "bytes": path.stat().st_size,
            "end_sha256": _end_hash(path),
            "sha256": _hash(path),
        }
        for path in sorted(folder.glob("*.parquet"))
    }


def damage(folder: Path, record: dict[str, Any], *, whole: bool = False) -> str:
    """Return what is wrong with the charges in a folder, or nothing.

    Sizes and ends, where Parquet has its totals, are compared; with `whole`, every byte. Of what an
    older version loaded only the presence is known.
    """
    sealed = record.get("sealed") or {"charges.parquet": None}
    for name, known in sealed.items():
        path = folder / name
        if not path.is_file():
            return f"{path} is gone"
        if known and path.stat().st_size != known["bytes"]:
            return f"{path} has {path.stat().st_size} bytes, not the {known['bytes']} loaded"
        if known and _end_hash(path) != known["end_sha256"]:
            return f"{path} is not what was loaded"
        if known and whole and _hash(path) != known["sha256"]:
            return f"{path} is not what was loaded"
    return ""


def charge_damage(
    warehouse: Path, records: Iterable[dict[str, Any]], *, whole: bool = False
) -> list[str]:
    """Return a sentence per delivery that counts and whose files are not what was loaded."""
    found = []
    for one in records:
        folder = (
            warehouse
            / f"charges/billing_period={one['billing_period']}/delivery={one['delivery_id']}"
        )
        if one["status"] == "current" and (what := damage(folder, one, whole=whole)):
            found.append(
                f"{one['billing_period']}: {what}. Load its bill again: finops load {one['source']}"
            )
    return found


def gone(records: Iterable[dict[str, Any]], built: Iterable[dict[Any, Any]]) -> list[str]:
    """Return a sentence per delivery that counted in the last build and has no folder any more."""
    here = {one["delivery_id"] for one in records} | {_of_a_time(one) for one in records}
    return [
        f"{one['billing_period']}: the folder delivery={one['delivery_id']} of its charges is "
        f"gone. Load its bill again, or the month is left out: finops load {one['source']}"
        for one in built
        if one["status"] == "current" and here.isdisjoint((one["delivery_id"], _of_a_time(one)))
    ]


def _of_a_time(record: dict[Any, Any]) -> tuple[str, str, str]:
    """Return what a delivery keeps that is written again by other rules, under another id."""
    return record["billing_period"], record["source"], str(record["delivered_at"])[:19]


def _end_hash(path: Path) -> str:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _END_BYTES))
        return hashlib.sha256(stream.read()).hexdigest()


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
