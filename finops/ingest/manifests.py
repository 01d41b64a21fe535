"""Read the manifest that AWS writes beside every delivery of a bill."""

import json
import re
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


@dataclass(frozen=True)
class Delivery:
    """One delivery of one billing period: which files hold it and where that is said.

    `format` is '' until the files themselves have told it.
    """

    source: Path
    format: str
    export_name: str
    billing_period: str
    delivered_at: datetime
    files: tuple[Path, ...]
    assumptions: tuple[str, ...] = ()


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


def read_manifest(path: Path, root: Path) -> Delivery | None:
    """Return the delivery that the manifest at `path` names, or None if it is no bill's manifest.

    Data Exports write the same manifest for bills and other reports: the columns tell.

    Its S3 keys are looked up below `root`. Raises BadSource for a manifest that can't be read, that
    names a file which is missing, or that names one outside `root`.
    """
    try:
        manifest = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, OSError) as error:
        raise BadSource(f"{path} is not a readable manifest: {error}") from error
    if not isinstance(manifest, dict):
        return None
    if "reportKeys" in manifest:
        return _legacy_delivery(path, root, manifest)
    if "dataFiles" in manifest:
        return _export_delivery(path, root, manifest)
    return None


def _legacy_delivery(path: Path, root: Path, manifest: dict[str, Any]) -> Delivery:
    files = _local_files(path, root, manifest["reportKeys"])
    start = str(manifest.get("billingPeriod", {}).get("start", ""))
    if not re.match(r"\d{6}", start):
        raise BadSource(f"{path} names no billingPeriod.start.")
    return Delivery(
        source=path,
        format=LEGACY_FORMAT,
        export_name=str(manifest.get("reportName", path.name.removesuffix("-Manifest.json"))),
        billing_period=f"{start[:4]}-{start[4:6]}",
        delivered_at=folder_time("\n".join(map(str, files))) or newest_change(files),
        files=tuple(files),
    )


def _export_delivery(path: Path, root: Path, manifest: dict[str, Any]) -> Delivery | None:
    columns = tuple(str(column.get("name")) for column in manifest.get("columns") or [])
    kind = recognise(columns) if columns else ""
    if kind is None:
        return None
    # s3://bucket/prefix/export/data/BILLING_PERIOD=2026-08/2026-09-15T04:10:11.123Z-<id>/x.parquet
    urls = [str(url) for url in manifest["dataFiles"]]
    keys = [re.sub(r"^s3://[^/]+/", "", url) for url in urls]
    files = _local_files(path, root, keys)
    period = re.search(r"BILLING_PERIOD=(\d{4}-\d{2})", "\n".join([*urls, str(path)]))
    if not period:
        raise BadSource(f"{path} names no BILLING_PERIOD.")
    return Delivery(
        source=path,
        format=kind,
        export_name=str(manifest.get("exportArn", path.name)).rpartition("/")[2],
        billing_period=period[1],
        delivered_at=folder_time("\n".join(urls)) or newest_change(files),
        files=tuple(files),
    )


def folder_time(path: str) -> datetime | None:
    """Return the time in the name of an execution or assembly folder; None if it has none."""
    found = re.search(r"/(\d{4}-?\d{2}-?\d{2}T\d{2}[:_]?\d{2}[:_]?\d{2})(?:\.\d+)?Z", path)
    return datetime.fromisoformat(found[1].replace("_", ":") + "Z") if found else None


def _local_files(manifest: Path, root: Path, keys: list[str]) -> list[Path]:
    if not keys:
        raise BadSource(f"{manifest} names no data files.")
    return [_local_file(manifest, root, key) for key in keys]


def _local_file(manifest: Path, root: Path, key: str) -> Path:
    """Return the file of an S3 key below `root`, which may be the bucket or a prefix in it."""
    parts = PurePosixPath(key.lstrip("/")).parts
    if ".." in parts:
        raise BadSource(f"{manifest} names {key!r}, which leaves the folder. Not read.")
    for depth in range(len(parts)):
        file = root.joinpath(*parts[depth:])
        if file.is_file():
            return file
    raise BadSource(f"{manifest} names {key}, which is not below {root}. Fetch the whole delivery.")


def newest_change(files: list[Path]) -> datetime:
    """Return when the newest of `files` was written, in UTC."""
    return datetime.fromtimestamp(max(int(file.stat().st_mtime) for file in files), tz=UTC)


def is_newest_by_place(manifest: Path) -> bool:
    """Return whether a legacy manifest lies in its month's folder, where AWS keeps the newest."""
    return bool(re.fullmatch(r"\d{8}-\d{8}", manifest.parent.name))
