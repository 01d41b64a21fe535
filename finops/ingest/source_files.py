"""Say of every file below a source what it is, by its content."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from pathlib import Path

from finops.errors import BadSource, MissingColumns
from finops.ingest.columns import squashed
from finops.ingest.focus import SCHEMA as FOCUS_SCHEMA
from finops.ingest.headers import Header, read_header
from finops.ingest.line_items import SCHEMA as LINE_ITEM_SCHEMA
from finops.ingest.manifests import FOCUS_FORMAT, FORMATS, recognise

__all__ = ["SourceFile", "is_bill_name", "look_at", "no_time", "source_files"]

# Other datasets that providers write beside a bill, by a column that only they have.
_DATASETS = {
    "invoicedetailid": "FOCUS invoice detail",
    "contractcommitmentid": "FOCUS contract commitment",
    "billingperiodstatus": "FOCUS billing period",
    "recommendationid": "cost optimisation recommendations",
    "totallbmemissionsvalue": "carbon emissions",
    "totalmbmemissionsvalue": "carbon emissions",
}
# Names of files that hold tables; any other file that isn't one is no loss.
_TABLES = (".parquet", ".csv", ".gz", ".zip", ".tsv")
# What may hold a bill that nobody can read in place.
_PACKED = (".tar.gz", ".tgz", ".tar", ".7z", ".xlsx", ".xls")
_MANY = 4


@dataclass(frozen=True)
class SourceFile:
    """One file below a source: `kind` is bill, manifest, empty, other or unreadable.

    `detail` says which dataset another is, or why a file can't be read; `address` is what `path` is
    a copy of. `format` is that of a bill.
    """

    path: Path
    address: str
    kind: str
    detail: str = ""
    format: str = ""
    header: Header | None = None


def source_files(
    source: Path,
    address: Callable[[Path], str],
    format_word: str | None = None,
    named: Container[Path] = (),
    is_own: Callable[[Path], bool] = lambda _: False,
) -> list[SourceFile]:
    """Return every file at or below `source`, in name order.

    Those that a manifest has `named` are bills and not looked into; our own are left alone.
    """
    paths = [source] if source.is_file() else sorted(source.rglob("*"))
    return [
        SourceFile(path, address(path), "bill")
        if path in named
        else look_at(path, address(path), format_word)
        for path in paths
        if (path.is_file() or (path.is_symlink() and not path.exists())) and not is_own(path)
    ]


def look_at(path: Path, address: str, format_word: str | None = None) -> SourceFile:
    """Return what one file is; `format_word`, a key of FORMATS, takes any table for a bill."""
    if path.name.endswith("Manifest.json"):
        return SourceFile(path, address, "manifest", "manifest")
    if "cost_and_usage_data_status" in path.parts:
        return SourceFile(path, address, "other", "status of an export")
    if not path.exists():
        problem = f"{address} is a link that leads nowhere. Put the file there, or remove it."
        return SourceFile(path, address, "unreadable", problem)
    if path.name.lower().endswith(_PACKED):
        problem = f"{address} is an archive or workbook. Unpack it, or save it as CSV."
        return SourceFile(path, address, "unreadable", problem)
    try:
        header = read_header(path)
    except (BadSource, OSError) as error:
        return _unread(path, address, error)
    if not header.columns:
        return SourceFile(path, address, "empty")
    found = FORMATS[format_word] if format_word else recognise(header.columns)
    is_bill = found and (format_word or not _dataset(header))
    if is_bill and not _has_time(header, found or ""):
        problem = str(no_time(address, header))
        return SourceFile(path, address, "unreadable", problem, header=header)
    if found and is_bill:
        return SourceFile(path, address, "bill", format=found, header=header)
    which = _dataset(header) or _described(header, path)
    return SourceFile(path, address, "other", which, header=header)


def no_time(address: str, header: Header) -> MissingColumns:
    """Return the error of a bill that names no time."""
    is_focus = recognise(header.columns) == FOCUS_FORMAT
    schema = FOCUS_SCHEMA if is_focus else LINE_ITEM_SCHEMA
    return MissingColumns(address, [schema.period_columns[1]], sorted(header.columns))


def _has_time(header: Header, kind: str) -> bool:
    schema = FOCUS_SCHEMA if kind == FOCUS_FORMAT else LINE_ITEM_SCHEMA
    return bool({schema.name_of(one) for one in header.columns} & set(schema.period_columns))


def _unread(path: Path, address: str, error: BadSource | OSError) -> SourceFile:
    if path.name.lower().endswith(_TABLES) or isinstance(error, OSError):
        return SourceFile(path, address, "unreadable", str(error))
    return SourceFile(path, address, "other", "no table")


def _dataset(header: Header) -> str:
    names = {squashed(name) for name in header.columns}
    return next((word for name, word in _DATASETS.items() if name in names), "")


def _described(header: Header, path: Path) -> str:
    if not path.name.lower().endswith(_TABLES) and header.kind == "csv":
        return "no table"
    more = ", …" if len(header.columns) > _MANY else ""
    return f"a table of {', '.join(header.columns[:_MANY])}{more}"


def is_bill_name(key: str) -> bool:
    """Return whether the object with this S3 key may be a bill, so that it is worth fetching."""
    name = key.lower()
    is_data = name.endswith(_TABLES) or "." not in name.rpartition("/")[2]
    return (
        is_data
        and not name.endswith(".tar.gz")
        and "cost_and_usage_data_status" not in key.split("/")
    )
