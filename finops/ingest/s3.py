"""Bring the bills of an S3 bucket into a folder, fetching only what is not there yet."""

import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from finops.errors import BadSource, SourceNotFound
from finops.ingest.manifests import recognise

if TYPE_CHECKING:  # boto3 takes half a second, and most commands never need it.
    from finops.ingest.s3_cache import Cache
    from finops.ingest.s3_client import S3Client, S3Object

_BUCKET = r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}"
_BARE_SUFFIXES = (".parquet", ".csv", ".csv.gz", ".csv.zip")
_PERIOD = re.compile(r"BILLING_PERIOD=(\d{4})-(\d{2})/|(?:^|/)(\d{4})(\d{2})\d{2}-\d{8}/")
_ROUNDS = 5
# AWS writes the manifest last; data newer than it means that a refresh is under way. Buckets that
# were copied can keep that order forever, so it counts only while the data is this fresh.
_BEING_WRITTEN_SECONDS = 600
_MB = 1_000_000


def is_s3(source: str | Path) -> bool:
    """Return whether `source` is an S3 address."""
    return isinstance(source, str) and source.startswith("s3://")


def bucket_folder(url: str, cache: Path) -> Path:
    """Return the folder of `cache` that holds the bucket of `url` as it is in S3."""
    return cache / _split(url)[0]


def sync(
    url: str,
    cache: Path,
    *,
    billing_period: str | None = None,
    progress: Callable[[str, int, int], None],
) -> Path:
    """Bring what the manifests below `url` name into `cache` and return the folder of `url` there.

    Without manifests: every Parquet and CSV file below `url`. A file whose ETag and size are known
    is not fetched again, a broken one goes on where it stopped, and what the bucket no longer has
    is removed. `billing_period` leaves out the manifests of other months. Raises SourceNotFound,
    BadSource.
    """
    from finops.ingest.s3_cache import THREADS, Cache
    from finops.ingest.s3_client import ObjectChanged, S3Client

    bucket, prefix = _split(url)
    client = S3Client(THREADS)
    source = _Source(url, bucket, prefix, billing_period, client)
    local = Cache(cache / bucket, cache / ".parts", client)
    for _ in range(_ROUNDS):
        try:
            plan = _make_plan(source, local)
            if not _fetch(plan, local, f"{url} (MB)", progress):
                local.remove_all_but(_kept(plan, source, local), prefix)
                return local.path(prefix) if prefix else local.folder
        except ObjectChanged:
            continue
    raise BadSource(f"{url} was rewritten {_ROUNDS} times while it was read. Load it again later.")


@dataclass(frozen=True)
class _Source:
    url: str
    bucket: str
    prefix: str
    billing_period: str | None
    client: "S3Client"


@dataclass(frozen=True)
class _Plan:
    manifests: list["S3Object"]
    data: list["S3Object"]
    listed: dict[str, "S3Object"]


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
    names = local.in_parallel(lambda item: _named_files(item, local), wanted)
    named = _current({item: urls for item, urls in zip(wanted, names, strict=True) if urls})
    if not named:
        return _Plan([], _bare_files(source, listed, local), listed)
    objects = _find(named, listed, source, local)
    for manifest, urls in named.items():
        _check_not_being_written(manifest, [objects[url] for url in urls])
    return _Plan(list(named), _one_each(objects.values(), local), listed)


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
    found = _PERIOD.search(key)
    if not found or not billing_period:
        return True
    year, month = [group for group in found.groups() if group]
    return f"{year}-{month}" == billing_period


def _named_files(manifest: "S3Object", local: "Cache") -> list[str]:
    """Return the S3 addresses of the data files that a manifest names; none if it is no bill's."""
    path = local.path(manifest.key) if local.is_current(manifest) else local.stage(manifest)
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        columns = tuple(str(column["name"]) for column in content.get("columns") or [])
        if "dataFiles" in content and columns and not recognise(columns):
            return []
        names = content.get("reportKeys", content.get("dataFiles"))
        home = f"s3://{manifest.bucket}/"
        urls = [name if name.startswith("s3://") else home + name for name in names or []]
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise BadSource(f"{manifest.url} is not a readable manifest: {error}") from error
    if names == []:
        raise BadSource(f"{manifest.url} names no data files.")
    return urls


def _current(named: dict["S3Object", list[str]]) -> dict["S3Object", list[str]]:
    """Leave out the manifests whose files a later refresh has overwritten.

    Where files are overwritten in place, each refresh leaves its manifest in a folder of its own
    below the newest one's, and they all name the same files.
    """
    keys = {manifest.key for manifest in named}

    def is_overwritten(manifest: "S3Object") -> bool:
        path = PurePosixPath(manifest.key)
        is_own = all(path.parent.name in url.split("/") for url in named[manifest])
        return str(path.parent.parent / path.name) in keys and not is_own

    return {item: urls for item, urls in named.items() if not is_overwritten(item)}


def _find(
    named: dict["S3Object", list[str]],
    listed: dict[str, "S3Object"],
    source: _Source,
    local: "Cache",
) -> dict[str, "S3Object"]:
    """Return the object of each address that the manifests name; all must be there.

    A bucket that is a copy of another keeps manifests that name the other, so what has the same
    key in the bucket of the manifest comes first.
    """
    manifests = {url: manifest for manifest, urls in named.items() for url in urls}

    def find(url: str) -> "S3Object":
        bucket, _, key = url.removeprefix("s3://").partition("/")
        try:
            local.path(key)
            found = listed.get(key) or source.client.head(bucket, key)
        except (BadSource, SourceNotFound) as error:
            raise type(error)(f"{manifests[url].url} names {key!r}. {error}") from error
        if not found:
            raise BadSource(
                f"{manifests[url].url} names {key}, which is not in the bucket {bucket}. "
                "Nothing was loaded; has the file expired or moved?"
            )
        return found

    return dict(zip(manifests, local.in_parallel(find, list(manifests)), strict=True))


def _check_not_being_written(manifest: "S3Object", files: list["S3Object"]) -> None:
    newest = max(files, key=lambda file: file.modified)
    age = time.time() - newest.modified
    if newest.modified > manifest.modified and age < _BEING_WRITTEN_SECONDS:
        raise BadSource(
            f"{newest.url} is newer than its manifest, so this delivery is being written. "
            f"Load it again in {_BEING_WRITTEN_SECONDS // 60} minutes."
        )


def _bare_files(source: _Source, listed: dict[str, "S3Object"], local: "Cache") -> list["S3Object"]:
    files = [
        item
        for key, item in listed.items()
        if key.endswith(_BARE_SUFFIXES) and "cost_and_usage_data_status" not in key.split("/")
    ]
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
