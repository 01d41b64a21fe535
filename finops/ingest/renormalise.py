"""Make the charges of a delivery again when the rules have changed since it was loaded."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from finops.errors import BadSource, MissingColumns
from finops.ingest.deliveries import files_id, read_records, write_delivery
from finops.ingest.manifests import Delivery
from finops.ingest.normalising_rules import rules_signature

__all__ = ["normalise_again", "outdated"]

Record = dict[str, Any]
Progress = Callable[[str, int, int], None]


def outdated(records: list[Record]) -> list[Record]:
    """Return the deliveries that count and whose charges other rules have made."""
    return [
        one
        for one in records
        if one["status"] == "current" and one.get("rules") != rules_signature()
    ]


def normalise_again(warehouse: Path, progress: Progress) -> None:
    """Write the outdated deliveries again by today's rules, where their files are still there.

    What was made before stays; of two that differ in their rules alone today's counts. What can't
    be made again keeps its charges, and is named by `outdated`.
    """
    old = [one for one in outdated(read_records(warehouse)) if _is_at_hand(one)]
    for number, record in enumerate(old, start=1):
        progress(f"{record['billing_period']} by today's rules", number, len(old))
        try:
            write_delivery(
                _delivery(record),
                warehouse,
                allow_bad_values=record["origin"]["allow_bad_values"],
                loaded_at=record["loaded_at"],
            )
        except (BadSource, MissingColumns):
            # Today's rules refuse it: its month stays as it was made, and `outdated` names it.
            continue


def _is_at_hand(record: Record) -> bool:
    """Return whether the files are still there, unchanged."""
    if "origin" not in record:
        return False
    delivery = _delivery(record)
    return all(file.is_file() for file in delivery.files) and (
        files_id(delivery) == record["files_id"]
    )


def _delivery(record: Record) -> Delivery:
    origin = record["origin"]
    return Delivery(
        source=record["source"],
        format=record["format"],
        export_name=record["export_name"],
        billing_period=record["billing_period"],
        delivered_at=datetime.fromisoformat(record["delivered_at"]).replace(tzinfo=UTC),
        files=tuple(map(Path, origin["files"])),
        assumptions=tuple(origin["assumptions"]),
        split=tuple(map(Path, origin["split"])),
    )
