"""Find the deliveries of a bill in a folder, by manifest or, where there is none, by looking."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from finops.errors import BadInput, BadSource, SourceNotFound
from finops.ingest.bare import bare_deliveries
from finops.ingest.headers import read_header
from finops.ingest.manifests import (
    FORMATS,
    Delivery,
    Manifest,
    find_manifests,
    is_newest_by_place,
    is_overwritten,
    local_file,
    newest_change,
    read_manifest,
    recognise,
)

_NEWEST = datetime.max.replace(tzinfo=UTC)
# What follows an export's own folder in the path of a manifest.
_MONTH_FOLDERS = re.compile(r"/(metadata/)?(BILLING_PERIOD=\d{4}-\d{2}|\d{8}-\d{8})/.*")


def find_deliveries(
    source: Path,
    *,
    root: Path | None = None,
    address: Callable[[Path], str] = str,
    format: str | None = None,  # noqa: A002
    refused: Sequence[Manifest] = (),
) -> list[Delivery]:
    """Return the deliveries in a folder, or of one file, oldest first.

    The S3 keys in manifests are looked up below `root`, which is the folder itself unless told
    else; `address` tells what a path is a copy of. `format` (a key of FORMATS) overrules what
    manifests and headers say. A month whose manifest can't be read, or names a file that is
    missing, comes as one delivery with a `problem`; so do the manifests that were `refused` before.
    Raises BadInput for another format, SourceNotFound where there is no bill, and BadSource or
    MissingColumns for a file without a manifest that is no whole bill.
    """
    if format and format not in FORMATS:
        raise BadInput(f"{format!r} is no format. Known: {', '.join(FORMATS)}.")
    if not source.exists() and not refused:
        raise SourceNotFound(f"{source} does not exist.")
    paths = find_manifests(source) if source.is_dir() else []
    manifests = [*(read_manifest(path, address(path)) for path in paths), *refused]
    named = _named_deliveries([one for one in manifests if one], root or source)
    deliveries = named or bare_deliveries(source, address(source), format)
    if not deliveries:
        raise SourceNotFound(f"{source} holds no bill: no manifest and no bill file with rows.")
    if format:
        deliveries = [replace(one, format=FORMATS[format]) for one in deliveries]
    return sorted(deliveries, key=lambda one: (one.billing_period, one.delivered_at))


def _named_deliveries(manifests: list[Manifest], root: Path) -> list[Delivery]:
    sources = {one.source for one in manifests}
    current = [one for one in manifests if not is_overwritten(one, sources)]
    # AWS writes one delivery's manifest in several folders; its files tell that it is one. The one
    # that stands for the month comes last here, and so names it.
    ordered = sorted(current, key=lambda one: (is_newest_by_place(one.source), one.source))
    found = (_named_delivery(one, root) for one in ordered)
    distinct = {one.files or one.source: one for one in found if one}
    return _newest_last(_whole_months(list(distinct.values())))


def _named_delivery(manifest: Manifest, root: Path) -> Delivery | None:
    """Return the delivery of a manifest, with a `problem` where it can't be read; None if no bill.

    What can't be read counts as the newest, unless its name tells its time.
    """
    problem, kind, files = manifest.problem, manifest.format, tuple[Path, ...]()
    try:
        if not problem:
            files = tuple(local_file(manifest, root, key) for key in manifest.keys)
            kind = kind or _told_format(files)
    except (BadSource, OSError) as error:
        problem, files = str(error), ()
    if not kind and not problem:
        return None
    return Delivery(
        source=manifest.source,
        format=kind,
        export_name=manifest.export_name,
        billing_period=manifest.billing_period,
        delivered_at=manifest.named_time or (newest_change(list(files)) if files else _NEWEST),
        files=files,
        problem=problem,
    )


def _told_format(files: tuple[Path, ...]) -> str:
    """Return the format that the files tell; '' if they are no bill."""
    columns = (read_header(file).columns for file in files)
    return recognise(next((found for found in columns if found), ())) or ""


def _whole_months(deliveries: list[Delivery]) -> list[Delivery]:
    """Leave out the months of which the newest delivery can't be loaded; it is kept, to say why.

    A delivery that can't be loaded does no harm once AWS has delivered the month again.
    """
    months: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for one in deliveries:
        months[_month(one)].append(one)
    newest = {month: max(found, key=_age) for month, found in months.items()}
    return [
        one
        for one in deliveries
        if one is newest[_month(one)] or not (one.problem or newest[_month(one)].problem)
    ]


def _age(delivery: Delivery) -> tuple[bool, datetime]:
    return is_newest_by_place(delivery.source), delivery.delivered_at


def _newest_last(deliveries: list[Delivery]) -> list[Delivery]:
    """Return the deliveries, each month's own manifest naming the newest of the month.

    Assembly ids don't sort by time, and files that were copied have lost theirs.
    """
    newest: dict[tuple[str, str], datetime] = {}
    for one in deliveries:
        newest[_month(one)] = max(newest.get(_month(one), one.delivered_at), one.delivered_at)
    return [
        _as_newest(one, newest[_month(one)])
        if is_newest_by_place(one.source) and _is_behind(one, deliveries)
        else one
        for one in deliveries
    ]


def _month(delivery: Delivery) -> tuple[str, str]:
    """Return the export and month of a delivery; exports of two payers may have one name."""
    return _MONTH_FOLDERS.sub("", delivery.source), delivery.billing_period


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
