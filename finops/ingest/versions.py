"""Register the older versions of a month, and load one when somebody asks for the past."""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from finops.errors import BadSource
from finops.ingest.deliveries import read_records, write_delivery
from finops.ingest.file_accounts import read_accounts
from finops.ingest.manifests import Delivery, Manifest, export_of
from finops.lock import writer_lock

__all__ = ["load_as_of", "load_version_before", "versions_of"]

Record = dict[str, Any]


def versions_of(older: list[tuple[Manifest, datetime]]) -> list[Delivery]:
    """Return the deliveries of manifests in S3 whose files were not brought."""
    return [
        Delivery(one.source, one.format, one.export_name, one.billing_period, delivered_at, ())
        for one, delivered_at in older
    ]


def load_as_of(warehouse: Path, moment: datetime) -> None:
    """Load of each export's month the version that counted at `moment`, where it is registered.

    Raises BadSource for one whose files are gone, WarehouseBusy if one is to be loaded meanwhile.
    """
    loaded: dict[tuple[str, str], datetime] = {}
    for record in read_records(warehouse, as_of=moment):
        key = export_of(record["source"]), record["billing_period"]
        loaded[key] = max(loaded.get(key, datetime.min), _time(record))
    wanted = []
    for key, versions in _registered(warehouse).items():
        then = [one for one in versions if _naive(one) <= moment]
        if then and _naive(then[-1]) > loaded.get(key, datetime.min):
            wanted.append(then[-1])
    if wanted:
        with writer_lock(warehouse):
            for one in wanted:
                _load(one, warehouse)


def load_version_before(warehouse: Path, billing_period: str) -> None:
    """Load of a month that came once the newest registered version before it, if there is one."""
    records = read_records(warehouse)
    for (export, period), versions in _registered(warehouse).items():
        known = [one for one in records if export_of(one["source"]) == export]
        own = [one for one in known if one["billing_period"] == period]
        if period == billing_period and len(own) == 1:
            _load(versions[-1], warehouse)


def _registered(warehouse: Path) -> dict[tuple[str, str], list[Delivery]]:
    """Return the registered versions of each export's month, oldest first."""
    months: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for account in read_accounts(warehouse):
        for one in account.versions:
            delivery = Delivery(
                **one
                | {
                    "delivered_at": datetime.fromisoformat(one["delivered_at"]),
                    "files": tuple(map(Path, one["files"])),
                    "assumptions": tuple(one["assumptions"]),
                    "split": (),
                    "left_out": (),
                }
            )
            months[export_of(delivery.source), delivery.billing_period].append(delivery)
    return {key: sorted(found, key=lambda one: one.delivered_at) for key, found in months.items()}


def _load(delivery: Delivery, warehouse: Path) -> None:
    missing = [file for file in delivery.files if not file.is_file()]
    if missing or not delivery.files:
        where = missing[0] if missing else delivery.source
        raise BadSource(
            f"{delivery.billing_period} as it was delivered on {delivery.delivered_at:%Y-%m-%d} "
            f"was never loaded, and {where} is not at hand. Load it with: finops load SOURCE "
            f"--all-versions --billing-period {delivery.billing_period}"
        )
    write_delivery(delivery, warehouse)


def _naive(delivery: Delivery) -> datetime:
    return delivery.delivered_at.astimezone(UTC).replace(tzinfo=None)


def _time(record: Record) -> datetime:
    return datetime.fromisoformat(record["delivered_at"])
