"""Load what lies below a source, and account for every file of it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from finops.errors import BadSource, MissingColumns, SourceNotFound
from finops.ingest.current import overlapping
from finops.ingest.decisions import LEAVE, TAKE, names_of
from finops.ingest.deliveries import NoLines, read_records, write_delivery
from finops.ingest.discover import find_bill, nothing_found
from finops.ingest.file_accounts import account_of, keep_account
from finops.ingest.manifests import Delivery, export_of
from finops.leftovers import remove_leftovers
from finops.lock import writer_lock
from finops.settings import Settings

__all__ = ["load_folder", "write_deliveries"]

Progress = Callable[[str, int, int], None]
Record = dict[str, Any]
# So many refused months are named in an error.
_NAMED = 3


def load_folder(
    settings: Settings,
    source: str,
    folder: Path,
    *,
    billing_period: str | None = None,
    all_versions: bool = False,
    allow_bad_values: bool = False,
    older: Sequence[Delivery] = (),
    progress: Progress,
    **options: Any,
) -> list[Record]:
    """Load the bills in a folder or file, which is `source` or a copy of it; return their records.

    The other options are those of `find_bill`. Of each export's months the newest version is
    loaded; the older ones, and those in `older`, are registered, or loaded with `all_versions`.
    Keeps the account of every file. Raises BadSource where something was left out that may belong
    to the bill, after all else is loaded; and SourceNotFound, MissingColumns, BadInput.
    """
    warehouse = settings.warehouse
    found = find_bill(
        folder,
        counted=names_of(warehouse, TAKE),
        left_out=names_of(warehouse, LEAVE),
        warehouse=warehouse,
        **options,
    )
    wanted, versions = _newest(found.deliveries, all_versions=all_versions)
    if billing_period:
        wanted = [one for one in wanted if one.billing_period in (billing_period, "")]
        if found.deliveries and not wanted:
            raise SourceNotFound(f"{source} holds no bill of {billing_period}.")
    with writer_lock(warehouse):
        remove_leftovers(warehouse)
        loaded, refusals = write_deliveries(
            wanted,
            warehouse,
            known_months=_months([*versions, *older], warehouse),
            allow_bad_values=allow_bad_values,
            progress=progress,
        )
        found.fates |= {(file, ""): ("empty", "") for file in _empty(wanted, loaded, refusals)}
        account = account_of(source, found, loaded, refusals, [*versions, *older])
        keep_account(warehouse, account, is_all=not billing_period)
    records = [record for _, record in loaded]
    if not found.deliveries and not account.open_files:
        raise nothing_found(source, found)
    _raise_open(records, [*refusals.values(), *account.open_files, *_overlaps(settings, records)])
    return records


def write_deliveries(
    deliveries: list[Delivery],
    warehouse: Path,
    *,
    known_months: Collection[str],
    allow_bad_values: bool,
    progress: Progress,
) -> tuple[list[tuple[Delivery, Record]], dict[str, str]]:
    """Write deliveries; return each with its record, and why others were refused.

    The reasons are by source and month. One without a line is no loss, unless its month is known by
    another.
    """
    loaded, refusals = [], {}
    for number, delivery in enumerate(deliveries, start=1):
        progress(f"{delivery.billing_period} {delivery.format}", number, len(deliveries))
        try:
            record = write_delivery(delivery, warehouse, allow_bad_values=allow_bad_values)
            loaded.append((delivery, record))
        except (BadSource, MissingColumns) as error:
            if isinstance(error, NoLines) and delivery.billing_period not in known_months:
                continue
            month = delivery.billing_period or "an unknown month"
            refusals[_name(delivery)] = f"{month}: {error}"
    return loaded, refusals


def _months(versions: Sequence[Delivery], warehouse: Path) -> set[str]:
    """Return the months of which there are older versions or deliveries that were loaded."""
    periods = {one.billing_period for one in versions}
    loaded = (warehouse / "charges").glob("billing_period=*/delivery=*")
    return periods | {folder.parent.name.removeprefix("billing_period=") for folder in loaded}


def _empty(
    wanted: list[Delivery], loaded: list[tuple[Delivery, Record]], refusals: dict[str, str]
) -> set[Path]:
    """Return the files of deliveries that were neither loaded nor refused: they hold no line."""
    done = [delivery for delivery, _ in loaded]
    return {
        file
        for one in wanted
        if one not in done and _name(one) not in refusals
        for file in one.files
    }


def _name(delivery: Delivery) -> str:
    return f"{delivery.source} {delivery.billing_period or 'an unknown month'}"


def _newest(
    deliveries: list[Delivery], *, all_versions: bool
) -> tuple[list[Delivery], list[Delivery]]:
    """Return the deliveries to load, and the older versions of an export's month beside them."""
    months: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for one in deliveries:
        if one.source.endswith(".json") and not all_versions:
            months[export_of(one.source), one.billing_period].append(one)
    older = {id(one) for versions in months.values() for one in versions[:-1]}
    return (
        [one for one in deliveries if id(one) not in older],
        [one for one in deliveries if id(one) in older],
    )


def _overlaps(settings: Settings, loaded: list[Record]) -> list[str]:
    """Return what can't be told of deliveries of the months that were loaded."""
    months = {one["billing_period"] for one in loaded}
    records = [one for one in read_records(settings.warehouse) if one["billing_period"] in months]
    return [
        f"{older['billing_period']}: {older['source']} ({older['delivery_id']}) and the newer "
        f"{newer['source']} ({newer['delivery_id']}) may bill the same usage. Leave one out: "
        f"finops decide {older['delivery_id']} --as leave --reason WHY, or count both: --as take."
        for older, newer in overlapping(records, ["unclear"])
    ]


def _raise_open(records: list[Record], problems: list[str]) -> None:
    """Raise BadSource that says in one line what was not loaded, why, and which months are."""
    if not problems:
        return
    rest = len(problems) - _NAMED
    more = f" {rest} more can't be loaded either." if rest > 0 else ""
    loaded = sorted({record["billing_period"] for record in records})
    others = f" Loaded all the same: {', '.join(loaded)}." if loaded else ""
    raise BadSource(f"Not loaded: {' '.join(problems[:_NAMED])}{more}{others}")
