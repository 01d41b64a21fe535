"""Write bills in the formats that AWS and others deliver."""

import csv
import gzip
import io
import json
import zipfile
from pathlib import Path

import duckdb

from finops.ingest.deliveries import write_delivery
from finops.ingest.discover import find_deliveries

# The columns that every legacy bill needs, and a row of them.
NEEDED = ["lineItem/UsageStartDate", "lineItem/UsageAccountId", "lineItem/UnblendedCost"]
ROW = ["2026-10-01T00:00:00Z", "011254002932", "1.5"]
# Legacy CSV header of each Parquet name, as AWS writes it.
SLASH = {
    f"{name}_": f"{group}/"
    for name, group in {
        "identity": "identity",
        "bill": "bill",
        "line_item": "lineItem",
        "product": "product",
        "pricing": "pricing",
        "reservation": "reservation",
        "savings_plan": "savingsPlan",
        "split_line_item": "splitLineItem",
        "discount": "discount",
    }.items()
}


def slash_header(name: str) -> str:
    """Return the CSV header of a Parquet column of a legacy bill."""
    if name.startswith("resource_tags_"):
        return "resourceTags/" + name.removeprefix("resource_tags_").replace("_", ":", 1)
    if name.startswith("cost_category_"):
        return "costCategory/" + name.removeprefix("cost_category_")
    prefix = next(prefix for prefix in SLASH if name.startswith(prefix))
    words = name.removeprefix(prefix).split("_")
    return SLASH[prefix] + "".join(word.capitalize() for word in words)


def csv_text(header, rows, *, delimiter=",", null="") -> str:
    """Return CSV as AWS writes it: NULL is `null`, times have a Z, maps are JSON."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_text(value, null) for value in row] for row in rows)
    return stream.getvalue()


def write(path: Path, text: str) -> Path:
    """Write text as what the name of `path` says: plain, gzip or zip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode(), mtime=0))
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(path.name.removesuffix(".zip"), text)
    else:
        path.write_text(text, encoding="utf-8")
    return path


def load(source: Path, warehouse: Path, **options) -> list[dict]:
    """Load what is at `source` and return the records."""
    how = {"format": options.pop("format")} if "format" in options else {}
    found = find_deliveries(source, **how)
    return [write_delivery(one, warehouse, **options) for one in found]


def charges(warehouse: Path, columns: str) -> list[tuple]:
    """Return columns of all charges in a warehouse, in order."""
    files = f"{warehouse}/charges/*/*/*.parquet"
    return duckdb.sql(f"select {columns} from '{files}' order by all").fetchall()


def load_csv(tmp_path: Path, text: str, name: str = "bill.csv", columns: str = "billed_cost"):
    """Load one CSV file and return columns of its charges."""
    load(write(tmp_path / "in" / name, text), tmp_path / "warehouse")
    return charges(tmp_path / "warehouse", columns)


def bill(extra=(), *rows):
    """Return a legacy CSV: the needed columns, and the `extra` ones with their values per row."""
    return csv_text([*NEEDED, *extra], [[*ROW, *row] for row in rows or [()]])


def _text(value, null):
    if value is None:
        return null
    if isinstance(value, list):
        return json.dumps(dict(value), ensure_ascii=False)
    if hasattr(value, "isoformat"):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return repr(value) if isinstance(value, float) else value
