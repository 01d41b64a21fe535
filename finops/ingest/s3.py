"""Bring the bills of an S3 bucket into a folder, fetching only what is not there yet."""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from finops.errors import BadSource, SourceNotFound
from finops.ingest.manifests import (
    Manifest,
    export_of,
    is_newest_by_place,
    is_overwritten,
    month_of,
    read_manifest,
)
from finops.ingest.source_files import is_bill_name

if TYPE_CHECKING:  # boto3 takes half a second, and most commands never need it.
    from finops.ingest.s3_cache import Cache
    from finops.ingest.s3_client import S3Client, S3Object

_BUCKET = r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}"
_ROUNDS = 5
# AWS writes the manifest last; data newer than it means that a refresh is under way. Buckets that
# were copied can keep that order forever, so it counts only while the data is this fresh.
_BEING_WRITTEN_SECONDS = 600
_MB = 1_000_000


@dataclass(frozen=True)
class Synced:
    """What a sync brought, and the manifests of which it brought nothing."""

    folder: Path
    refused: list[Manifest]
    older: list[tuple[Manifest, datetime]]


def is_s3(source: str | Path) -> bool:
    """Return whether `source` is an S3 address."""
    return isinstance(source, str) and source.startswith("s3://")


def bucket_folder(url: str, cache: Path) -> Path:
    """Return the folder of `cache` that holds the bucket of `url` as it is in S3."""
    return cache / _split(url)[0]


def s3_address(path: Path, folder: Path) -> str:
    """Return the S3 address of what is copied to `path` in the `folder` of its bucket."""
    key = path.relative_to(folder).as_posix()
    return f"s3://{folder.name}/{'' if key == '.' else key}"


def sync(
    url: str,
    cache: Path,
    *,
    billing_period: str | None = None,
    all_versions: bool = False,
    progress: Callable[[str, int, int], None],
) -> Synced:
    """Bring what the manifests below `url` name into `cache`.

    Returns the folder of `url` there, the manifests whose month can't be loaded, as a file is
    missing or being written, and those that a newer version of their month replaces: nothing of
    them is brought. With `all_versions` the older ones are brought too. Without manifests: every
    Parquet and CSV file below `url`. A file whose ETag and size are known is not fetched again, a
    broken one goes on where it stopped, and what the bucket no longer has is removed.
    `billing_period` leaves out the manifests of other months. Raises SourceNotFound, BadSource.
    """
    from finops.ingest.s3_cache import THREADS, Cache
    from finops.ingest.s3_client import ObjectChanged, S3Client

    bucket, prefix = _split(url)
    client = S3Client(THREADS)
    source = _Source(url, bucket, prefix, billing_period, all_versions, client)
    local = Cache(cache / bucket, cache / ".parts", client)
    for _ in range(_ROUNDS):
        try:
            plan = _make_plan(source, local)
            if not _fetch(plan, local, f"{url} (MB)", progress):
                local.remove_all_but(_kept(plan, source, local), prefix)
                folder = local.path(prefix) if prefix else local.folder
                return Synced(folder, plan.refused, plan.older)
        except ObjectChanged:
            continue
    raise BadSource(f"{url} was rewritten {_ROUNDS} times while it was read. Load it again later.")


@dataclass(frozen=True)
class _Source:
    url: str
    bucket: str
    prefix: str
    billing_period: str | None
    all_versions: bool
    client: "S3Client"


@dataclass(frozen=True)
class _Plan:
    manifests: list["S3Object"]
    data: list["S3Object"]
    listed: dict[str, "S3Object"]
    refused: list[Manifest] = field(default_factory=list)
    older: list[tuple[Manifest, datetime]] = field(default_factory=list)


def _split(url: str) -> tuple[str, str]:
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    if not re.fullmatch(_BUCKET, bucket):
        raise SourceNotFound(f"{url} names no bucket. Example: s3://my-bucket/reports")
    return bucket, prefix.rstrip("/")


def _make_plan(source: _Source, local: "Cache") -> _Plan:
    """Return what the bucket holds now, and which of it makes the bills."""
    listed = _list(source)
    found = [item for key, item in listed.items() if key.endswith("Manifest.json")]
    wanted = [item for item in found if _is_of_period(item.key, source.billing_period)]
    if found and not wanted:
        raise SourceNotFound(f"{source.url} holds no bill of {source.billing_period}.")
    current = _current(local.in_parallel(lambda item: (item, _read(item, local)), wanted))
    if not current:
        return _Plan([], _bare_files(source, listed, local), listed)
    current, older = _newest(current, all_versions=source.all_versions)
    objects = _find([manifest for _, manifest in current], listed, source, local)
    checked = [(item, *_checked(item, manifest, objects)) for item, manifest in current]
    refused = [manifest for _, manifest, _ in checked if manifest.problem]
    whole = [(item, files) for item, manifest, files in checked if not manifest.problem]
    data = _one_each((file for _, files in whole for file in files), local)
    return _Plan([item for item, _ in whole], data, listed, refused, older)


def _list(source: _Source) -> dict[str, "S3Object"]:
    folder = f"{source.prefix}/" if source.prefix else ""
    listed = source.client.list(source.bucket, folder)
    if not listed and source.prefix:
        file = source.client.head(source.bucket, source.prefix)
        listed = [file] if file else []
    if not listed:
        raise SourceNotFound(f"{source.url} holds nothing. Check the bucket and the prefix.")
    return {item.key: item for item in listed}


def _is_of_period(key: str, billing_period: str | None) -> bool:
    return month_of(key) in ("", billing_period) if billing_period else True


def _read(item: "S3Object", local: "Cache") -> Manifest | None:
    path = local.path(item.key) if local.is_current(item) else local.stage(item)
    return read_manifest(path, item.url)


def _current(
    read: list[tuple["S3Object", Manifest | None]],
) -> list[tuple["S3Object", Manifest]]:
    """Return the manifests of bills that no later refresh has overwritten."""
    bills = [(item, manifest) for item, manifest in read if manifest]
    sources = {manifest.source for _, manifest in bills}
    return [(item, manifest) for item, manifest in bills if not is_overwritten(manifest, sources)]


def _newest(
    current: list[tuple["S3Object", Manifest]], *, all_versions: bool
) -> tuple[list[tuple["S3Object", Manifest]], list[tuple[Manifest, datetime]]]:
    """Return the manifests of the newest version of each export's month, and the older versions.

    The manifest in the folder of the month names the newest; where there is none, time tells.
    """
    if all_versions:
        return current, []
    months: dict[tuple[str, str], list[tuple[S3Object, Manifest]]] = defaultdict(list)
    for pair in current:
        months[export_of(pair[1].source), pair[1].billing_period].append(pair)
    kept, older = [], list[tuple[Manifest, datetime]]()
    for versions in months.values():
        _, newest = max(versions, key=_version_age)
        same = [pair for pair in versions if pair[1].keys == newest.keys]
        kept += same
        older += [(pair[1], _version_age(pair)[1]) for pair in versions if pair not in same]
    return kept, older


def _version_age(pair: tuple["S3Object", Manifest]) -> tuple[bool, datetime]:
    item, manifest = pair
    written = datetime.fromtimestamp(item.modified, tz=UTC)
    return is_newest_by_place(manifest.source), manifest.named_time or written


def _find(
    manifests: list[Manifest],
    listed: dict[str, "S3Object"],
    source: _Source,
    local: "Cache",
) -> dict[str, "S3Object | str"]:
    """Return the object of each address that the manifests name, or what is wrong with it.

    A bucket that is a copy of another keeps manifests that name the other, so what has the same
    key in the bucket of the manifest comes first.
    """

    def find(url: str) -> "S3Object | str":
        bucket, _, key = url.removeprefix("s3://").partition("/")
        try:
            local.path(key)
            found = listed.get(key) or source.client.head(bucket, key)
        except (BadSource, SourceNotFound) as error:
            return f"names {key!r}. {error}"
        return found or (
            f"names {key}, which is not in the bucket {bucket}. Has the file expired or moved?"
        )

    urls = list(dict.fromkeys(url for one in manifests for url in _addresses(one)))
    return dict(zip(urls, local.in_parallel(find, urls), strict=True))


def _addresses(manifest: Manifest) -> list[str]:
    """Return the addresses of the files; a legacy manifest names keys of its own bucket."""
    home = "/".join(manifest.source.split("/")[:3])
    return [key if key.startswith("s3://") else f"{home}/{key}" for key in manifest.keys]


def _checked(
    item: "S3Object", manifest: Manifest, objects: dict[str, "S3Object | str"]
) -> tuple[Manifest, list["S3Object"]]:
    """Return the objects of a manifest; it has a problem if one is missing or being written."""
    found = [objects[url] for url in _addresses(manifest)]
    problems = [f"{manifest.source} {one}" for one in found if isinstance(one, str)]
    files = [one for one in found if not isinstance(one, str)]
    problem = manifest.problem or next(iter(problems), "") or _being_written(item, files)
    return replace(manifest, problem=problem), files


def _being_written(manifest: "S3Object", files: list["S3Object"]) -> str:
    newest = max(files, key=lambda file: file.modified)
    age = time.time() - newest.modified
    if newest.modified <= manifest.modified or age >= _BEING_WRITTEN_SECONDS:
        return ""
    return (
        f"{newest.url} is newer than its manifest, so this delivery is being written. "
        f"Load it again in {_BEING_WRITTEN_SECONDS // 60} minutes."
    )


def _bare_files(source: _Source, listed: dict[str, "S3Object"], local: "Cache") -> list["S3Object"]:
    files = [item for key, item in listed.items() if is_bill_name(key)]
    if not files:
        raise SourceNotFound(f"{source.url} holds no bill: no manifest, Parquet or CSV file.")
    return _one_each(files, local)


def _one_each(items: Iterable["S3Object"], local: "Cache") -> list["S3Object"]:
    """Return the items once each; two objects can't be one file."""
    by_path: dict[Path, S3Object] = {}
    for item in items:
        other = by_path.setdefault(local.path(item.key), item)
        if other.url != item.url:
            raise BadSource(f"{item.url} and {other.url} would be one file. Load them separately.")
    return list(by_path.values())


def _kept(plan: _Plan, source: _Source, local: "Cache") -> set[str]:
    """Return the keys whose copies stay: what the bucket has and its manifests that are current."""
    is_left_out = {
        key
        for key, item in plan.listed.items()
        if key.endswith("Manifest.json")
        and (_is_of_period(key, source.billing_period) or not local.is_current(item))
    }
    return (plan.listed.keys() - is_left_out) | {item.key for item in [*plan.data, *plan.manifests]}


def _fetch(
    plan: _Plan, local: "Cache", name: str, progress: Callable[[str, int, int], None]
) -> int:
    """Put what is missing in its place and return how many objects that were."""
    missing = [item for item in plan.data if not local.is_current(item)]
    total, done = sum(item.size for item in missing), 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        progress(name, done // _MB, max(total, done) // _MB)

    local.in_parallel(lambda item: local.place(item, count), missing)
    # A manifest comes last, so that one in its place names files that are there.
    late = [item for item in plan.manifests if not local.is_current(item)]
    local.in_parallel(local.place, late)
    return len(missing) + len(late)
