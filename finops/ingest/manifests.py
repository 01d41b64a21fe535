"""Read the manifest that AWS writes beside every delivery of a bill."""

import json
import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from finops.errors import BadSource
from finops.ingest.columns import squashed

LEGACY_FORMAT = "legacy CUR"
CUR2_FORMAT = "CUR 2.0"
FOCUS_FORMAT = "FOCUS"
# What `--format` calls them.
FORMATS = {"legacy": LEGACY_FORMAT, "cur2": CUR2_FORMAT, "focus": FOCUS_FORMAT}
_CUR2_COLUMNS = {
    "product", "resourcetags", "costcategory", "tags", "discount",
    "billpayeraccountname", "lineitemusageaccountname",
}  # fmt: skip
_FOCUS_COLUMNS = {
    "billedcost", "effectivecost", "listcost", "contractedcost", "chargeperiodstart",
    "chargecategory", "billingaccountid", "subaccountid", "providername", "serviceprovidername",
}  # fmt: skip
_MONTH_FOLDER = re.compile(
    r"BILLING_PERIOD=(\d{4})-(0[1-9]|1[0-2])(?:/|$)"
    r"|(?:^|/)(\d{4})(0[1-9]|1[0-2])\d{2}-\d{8}/"
    r"|(?:^|/)year=(\d{4})/month=(0?[1-9]|1[0-2])/"
    r"|(?:^|/)(\d{4})-(0[1-9]|1[0-2])/",
    re.IGNORECASE,
)
# What follows an export's own folder in the path of a manifest.
_MONTH_FOLDERS = re.compile(r"/(metadata/)?(BILLING_PERIOD=\d{4}-\d{2}|\d{8}-\d{8})/.*")


@dataclass(frozen=True)
class Manifest:
    """What one manifest says: the month of a delivery and its files, as S3 keys or addresses.

    `source` is where the manifest lies, a path or an S3 address. `format` is '' where it doesn't
    tell, `billing_period` too; `problem` says why the delivery can't be loaded.
    """

    source: str
    format: str = ""
    export_name: str = ""
    billing_period: str = ""
    keys: tuple[str, ...] = ()
    problem: str = ""

    @property
    def named_time(self) -> datetime | None:
        """When AWS delivered the files, if their folder is named after it."""
        return folder_time("\n".join(f"/{key}" for key in self.keys))


@dataclass(frozen=True)
class Delivery:
    """One delivery of one billing period: which files hold it and where that is said.

    `source` is a path, or the S3 address of what was copied from there. `format` is '' until the
    files themselves have told it. `problem` says why the delivery can't be loaded. `split` are
    the files that hold lines of other months too, which are left to those; `left_out` are those
    that a manifest names and somebody decided to leave out.
    """

    source: str
    format: str
    export_name: str
    billing_period: str
    delivered_at: datetime
    files: tuple[Path, ...]
    assumptions: tuple[str, ...] = ()
    problem: str = ""
    split: tuple[Path, ...] = ()
    left_out: tuple[Path, ...] = ()


def recognise(columns: tuple[str, ...]) -> str | None:
    """Return the format of a bill with these columns; None if it is no bill."""
    names = {squashed(column) for column in columns}
    if any(name.startswith("lineitem") for name in names):
        is_dotted = any(column.startswith(("product.", "resource_tags.")) for column in columns)
        return CUR2_FORMAT if names & _CUR2_COLUMNS or is_dotted else LEGACY_FORMAT
    return FOCUS_FORMAT if len(names & _FOCUS_COLUMNS) >= 3 else None


def find_manifests(folder: Path) -> list[Path]:
    """Return the manifests below `folder`, in name order."""
    return sorted(folder.rglob("*Manifest.json"))


def read_manifest(path: Path, source: str) -> Manifest | None:
    """Return what the manifest at `path`, which lies at `source`, says; None if it is no bill's.

    Data Exports write the same manifest for bills and other reports: the columns tell. One that
    can't be read has a `problem`.
    """
    try:
        manifest = _told(json.loads(path.read_text(encoding="utf-8-sig")), source)
    except (ValueError, TypeError, LookupError, AttributeError, OSError, RecursionError) as error:
        return _unreadable(
            source, f"{source} is not a readable manifest ({error}). Fetch it again."
        )
    if manifest and not manifest.keys:
        return _unreadable(source, f"{source} names no data files. Fetch it again.")
    if manifest and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", manifest.billing_period):
        return _unreadable(source, f"{source} names no month. Fetch it again.")
    return manifest


def month_of(key: str) -> str:
    """Return the month of the folder that a key or path lies in, YYYY-MM; '' if none tells."""
    found = _MONTH_FOLDER.search(key)
    year, month = [group for group in found.groups() if group] if found else ("", "")
    return f"{year}-{month:0>2}" if year else ""


def export_of(source: str) -> str:
    """Return the folder that all months of the export of the manifest at `source` share."""
    return _MONTH_FOLDERS.sub("", source)


def _unreadable(source: str, problem: str) -> Manifest:
    return Manifest(source, billing_period=month_of(source), problem=problem)


def _told(content: Any, source: str) -> Manifest | None:
    if not isinstance(content, dict):
        raise TypeError("it is no JSON object")
    if "reportKeys" in content:
        start = str((content.get("billingPeriod") or {}).get("start", ""))
        name = PurePosixPath(source).name.removesuffix("-Manifest.json")
        return Manifest(
            source=source,
            format=LEGACY_FORMAT,
            export_name=str(content.get("reportName", name)),
            billing_period=f"{start[:4]}-{start[4:6]}",
            keys=_keys(content["reportKeys"]),
        )
    if "dataFiles" not in content:
        return None
    columns = tuple(str(column["name"]) for column in content.get("columns") or [])
    kind = recognise(columns) if columns else ""
    if kind is None:
        return None
    # s3://bucket/prefix/export/data/BILLING_PERIOD=2026-08/2026-09-15T04:10:11.123Z-<id>/x.parquet
    keys = _keys(content["dataFiles"])
    return Manifest(
        source=source,
        format=kind,
        export_name=str(content.get("exportArn", PurePosixPath(source).name)).rpartition("/")[2],
        billing_period=next(filter(None, map(month_of, [*keys, source])), ""),
        keys=keys,
    )


def _keys(names: Any) -> tuple[str, ...]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TypeError("its files are no list of names")
    return tuple(names)


def is_overwritten(manifest: Manifest, sources: Container[str]) -> bool:
    """Return whether a later refresh has overwritten the files that a manifest names.

    Where files are overwritten in place, each refresh leaves its manifest in a folder of its own
    below the newest one's, which is among `sources`, and they all name the same files.
    """
    folder, _, name = manifest.source.rpartition("/")
    above, _, own = folder.rpartition("/")
    is_own = all(own in key.split("/") for key in manifest.keys)
    return f"{above}/{name}" in sources and not is_own


def local_file(manifest: Manifest, root: Path, key: str) -> Path:
    """Return the file of a key or address below `root`, which may be the bucket or a prefix in it.

    Copies of several buckets may lie side by side below `root`, so what lies nearer to the manifest
    comes first. Raises BadSource for a file that is missing or lies elsewhere.
    """
    parts = PurePosixPath(re.sub(r"^s3://[^/]+/", "", key).lstrip("/")).parts
    if ".." in parts or "\0" in key:
        raise BadSource(f"{manifest.source} names {key!r}, which leaves the folder. Not read.")
    above = [one for one in Path(manifest.source).parents if one.is_relative_to(root)] or [root]
    places = (folder.joinpath(*parts[depth:]) for depth in range(len(parts)) for folder in above)
    if file := next((place for place in places if place.is_file()), None):
        return file
    raise BadSource(
        f"{manifest.source} names {key}, which is not below {root}. Fetch the whole delivery."
    )


def folder_time(path: str) -> datetime | None:
    """Return the time in the name of an execution or assembly folder; None if that is no time."""
    found = re.search(r"/(\d{4}-?\d{2}-?\d{2}T\d{2}[:_]?\d{2}[:_]?\d{2})(?:\.\d+)?Z", path)
    try:
        return datetime.fromisoformat(found[1].replace("_", ":") + "Z") if found else None
    except ValueError:
        return None


def newest_change(files: list[Path]) -> datetime:
    """Return when the newest of `files` was written, in UTC."""
    return datetime.fromtimestamp(max(int(file.stat().st_mtime) for file in files), tz=UTC)


def is_newest_by_place(source: str) -> bool:
    """Return whether a legacy manifest lies in its month's folder, where AWS keeps the newest."""
    return bool(re.fullmatch(r"\d{8}-\d{8}", PurePosixPath(source).parent.name))
