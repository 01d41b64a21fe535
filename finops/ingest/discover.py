"""Find the deliveries of a bill in a folder, by manifest or, where there is none, by looking."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from finops.errors import BadInput, BadSource, MissingColumns, SourceNotFound
from finops.ingest.decisions import is_named
from finops.ingest.file_profiles import FilePart, same_bytes
from finops.ingest.headers import read_header
from finops.ingest.line_items import SCHEMA
from finops.ingest.manifests import (
    FORMATS,
    Delivery,
    Manifest,
    export_of,
    find_manifests,
    is_newest_by_place,
    is_overwritten,
    local_file,
    newest_change,
    read_manifest,
    recognise,
)
from finops.ingest.source_files import SourceFile, no_time, source_files
from finops.ingest.without_manifest import read_bare

_NEWEST = datetime.max.replace(tzinfo=UTC)


@dataclass
class Found:
    """What lies below a source: its deliveries, oldest first, and what each file is.

    `parts` say what the files without a manifest hold, and `fates` the status and detail, as in
    ledger.files, of files that no delivery takes, by file and month; a month '' is all of them.
    """

    deliveries: list[Delivery] = field(default_factory=list)
    files: list[SourceFile] = field(default_factory=list)
    parts: list[FilePart] = field(default_factory=list)
    fates: dict[tuple[Path, str], tuple[str, str]] = field(default_factory=dict)


def find_deliveries(source: Path, **options: Any) -> list[Delivery]:
    """Return the deliveries in a folder, or of one file, oldest first.

    The options are those of `find_bill`. Raises what it does, SourceNotFound where there is no
    bill, and BadSource or MissingColumns where no file can be read as one.
    """
    found = find_bill(source, **options)
    if not found.deliveries:
        raise nothing_found(source, found)
    return found.deliveries


def find_bill(
    source: Path,
    *,
    root: Path | None = None,
    address: Callable[[Path], str] = str,
    format: str | None = None,  # noqa: A002
    refused: Sequence[Manifest] = (),
    counted: frozenset[str] = frozenset(),
    left_out: frozenset[str] = frozenset(),
    warehouse: Path | None = None,
) -> Found:
    """Return what lies in a folder, or is one file.

    The S3 keys in manifests are looked up below `root`, which is the folder itself unless told
    else; `address` tells what a path is a copy of. `format` (a key of FORMATS) overrules what
    manifests and headers say. A month whose manifest can't be read, or names a file that is
    missing, comes as one delivery with a `problem`; so do the manifests that were `refused` before,
    and files that seem to hold the same lines. Of those, somebody may have `counted` some, or
    `left_out`. What lies in the `warehouse` is no bill, unless the folder is a copy in it.
    Raises BadInput for another format, SourceNotFound where nothing is there.
    """
    if format and format not in FORMATS:
        raise BadInput(f"{format!r} is no format. Known: {', '.join(FORMATS)}.")
    if not source.exists() and not refused:
        raise SourceNotFound(f"{source} does not exist.")
    own = warehouse.resolve() if warehouse else None
    own = None if own and source.resolve().is_relative_to(own) else own
    paths = find_manifests(source) if source.is_dir() else []
    paths = [path for path in paths if not _is_in(path, own)]
    told = (read_manifest(path, address(path)) for path in paths)
    manifests = [*(one for one in told if one), *refused]
    found = Found()
    left = _files_of([one for one in manifests if is_named(one.source, left_out)], root or source)
    manifests = [one for one in manifests if not is_named(one.source, left_out)]
    found.deliveries = _named_deliveries(
        manifests,
        root or source,
        found.fates,
        lambda path: path in left or is_named(address(path), left_out),
    )
    named = {file for one in found.deliveries for file in one.files}
    named |= {file for file, _ in found.fates}
    found.files = source_files(source, address, format, named, lambda path: _is_in(path, own))
    found.fates |= {
        (one.path, ""): ("left out", "somebody decided so")
        for one in found.files
        if one.path in left or is_named(one.address, left_out)
    }
    bare = [one for one in found.files if one.kind == "bill" and (one.path, "") not in found.fates]
    taken = {file for one in found.deliveries for file in one.files}
    bare = [one for one in bare if one.path not in taken]
    addresses = {one.path: one.address for one in found.files}
    copies = same_bytes([*sorted(taken), *(one.path for one in bare)])
    found.fates |= {
        (copy, ""): ("same bytes", addresses.get(file, str(file)))
        for copy, file in copies.items()
        if copy not in taken and file in taken
    }
    bare = [one for one in bare if (one.path, "") not in found.fates]
    if any(one.problem and not one.keys for one in manifests):
        found.fates |= {
            (one.path, ""): ("undecided", "a manifest beside it can't be read") for one in bare
        }
    else:
        bill = read_bare(bare, address(source), counted)
        found.deliveries += bill.deliveries
        found.parts, found.fates = bill.parts, found.fates | bill.fates
    if format:
        found.deliveries = [replace(one, format=FORMATS[format]) for one in found.deliveries]
    found.deliveries.sort(key=lambda one: (one.billing_period, one.delivered_at))
    return found


def _is_in(path: Path, folder: Path | None) -> bool:
    return folder is not None and path.resolve().is_relative_to(folder)


def nothing_found(source: Path | str, found: Found) -> BadSource | MissingColumns | SourceNotFound:
    """Return the error of a source without a delivery."""
    for one in found.files:
        if one.kind == "unreadable":
            return no_time(one.address, one.header) if one.header else BadSource(one.detail)
    if unread := [detail for status, detail in found.fates.values() if status == "not readable"]:
        return BadSource(unread[0])
    tables = [one for one in found.files if one.kind == "other" and one.header]
    if tables and tables[0].header:
        required = [names[0] for names in SCHEMA.required]
        return MissingColumns(tables[0].address, required, list(tables[0].header.columns))
    return SourceNotFound(f"{source} holds no bill: no manifest and no bill file with rows.")


def _named_deliveries(
    manifests: list[Manifest],
    root: Path,
    fates: dict[tuple[Path, str], tuple[str, str]],
    is_left: Callable[[Path], bool],
) -> list[Delivery]:
    """Return the deliveries of manifests, and add the fates of files that only older ones name."""
    sources = {one.source for one in manifests}
    # AWS writes one delivery's manifest in several folders; its files tell that it is one. The one
    # that stands for the month comes last here, and so names it.
    ordered = sorted(manifests, key=lambda one: (is_newest_by_place(one.source), one.source))
    found = {one: _named_delivery(one, root, is_left) for one in ordered}
    distinct = {
        one.files or one.source: one
        for manifest, one in found.items()
        if one and not is_overwritten(manifest, sources)
    }
    kept = _newest_last(_whole_months(list(distinct.values())))
    taken = {file for one in kept for file in one.files}
    for manifest, one in found.items():
        status = "undecided" if one and one.problem else "replaced"
        detail = one.problem if one and one.problem else "a newer delivery of its month"
        claimed = one.files if one and one.files else _present(manifest, root)
        fates |= {(file, ""): (status, detail) for file in claimed if file not in taken}
    return kept


def _files_of(manifests: list[Manifest], root: Path) -> set[Path]:
    """Return the files of deliveries that are there, not of those overwritten by a refresh."""
    sources = {one.source for one in manifests}
    whole = [one for one in manifests if not is_overwritten(one, sources)]
    return {file for one in whole for file in _present(one, root)}


def _present(manifest: Manifest, root: Path) -> Iterable[Path]:
    """Return those of a manifest's files that are there."""
    for key in manifest.keys:
        try:
            yield local_file(manifest, root, key)
        except (BadSource, OSError):
            continue


def _named_delivery(
    manifest: Manifest, root: Path, is_left: Callable[[Path], bool]
) -> Delivery | None:
    """Return the delivery of a manifest, with a `problem` where it can't be read; None if no bill.

    What can't be read counts as the newest, unless its name tells its time. Files that somebody
    left out are none of it.
    """
    problem, kind, files = manifest.problem, manifest.format, tuple[Path, ...]()
    left: tuple[Path, ...] = ()
    try:
        if not problem:
            named = tuple(local_file(manifest, root, key) for key in manifest.keys)
            left = tuple(file for file in named if is_left(file))
            files = tuple(file for file in named if file not in left)
            if left == named:
                return None
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
        assumptions=(f"{len(left)} file(s) left out by decision",) if left else (),
        problem=problem,
        left_out=left,
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
    return export_of(delivery.source), delivery.billing_period


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
