"""Append accepted suggestions to mappings/rules.csv, and leave every other byte as it is."""

import csv
import io
import os
import shutil
import tempfile
from pathlib import Path

import duckdb
import pandas as pd

from finops.allocation import PRECISION
from finops.allocation.suggest import suggest
from finops.errors import BadInput
from finops.inputs.mappings import FILES, load_mappings
from finops.lock import writer_lock
from finops.text import safe_cell
from finops.warehouse.connect import Warehouse

__all__ = ["ALL", "accept"]

ALL = "all"


def accept(warehouse: Warehouse, ids: list[str], *, precision: float = PRECISION) -> pd.DataFrame:
    """Append the suggestions with these ids (or `all` new ones) to rules.csv; return their rows.

    The file keeps its bytes, its line ends and its encoding, and is replaced in one step. Owners
    change with the next build. Raises BadInput, and changes nothing, for an id that is not
    suggested or is in the file already, and for a file with a wrong line; WarehouseBusy.
    """
    path = warehouse.settings.project / "mappings" / "rules.csv"
    with writer_lock(warehouse.settings.warehouse):
        suggestions = suggest(warehouse, precision=precision)
        chosen = _chosen(suggestions, ids)
        if len(chosen):
            _append(path, chosen)
    return chosen


def _chosen(suggestions: pd.DataFrame, ids: list[str]) -> pd.DataFrame:
    new = suggestions[~suggestions["x_is_accepted"]]
    if ids == [ALL]:
        return new
    for one in ids:
        if one not in set(suggestions["rule_id"]):
            known = ", ".join(suggestions["rule_id"]) or "none"
            raise BadInput(f"{one!r} is no suggestion. There are: {known}.")
        if one not in set(new["rule_id"]):
            raise BadInput(f"{one!r} is in mappings/rules.csv already. Next: finops build")
    return new[new["rule_id"].isin(ids)]


def _append(path: Path, chosen: pd.DataFrame) -> None:
    before = path.read_bytes() if path.exists() else (",".join(FILES["rules"]) + "\n").encode()
    end = _line_end(before)
    # Excel leaves out the last line end, or not.
    gap = b"" if before.endswith((b"\n", b"\r")) else end.encode()
    added = _lines(path, chosen, _header(before), end).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(before + gap + added)
        _check(path, part)
        if path.exists():
            shutil.copymode(path, part)
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        # A link keeps pointing to the file that it shares.
        part.replace(path.resolve())
    finally:
        part.unlink(missing_ok=True)


def _check(path: Path, part: Path) -> None:
    """Read all mappings as a build does, with `part` in place of the rules at `path`."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        for file in path.parent.glob("*.csv"):
            shutil.copyfile(file, Path(folder) / file.name)
        shutil.copyfile(part, Path(folder) / path.name)
        load_mappings(con, Path(folder))


def _lines(path: Path, chosen: pd.DataFrame, header: list[str], end: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=end)
    for row in chosen[FILES["rules"]].to_dict("records"):
        values = {str(name): str(value) for name, value in row.items() if str(value)}
        missing = sorted(values.keys() - set(header))
        if missing:
            raise BadInput(
                f"{path} line 1: no column {', '.join(missing)}, which {row['rule_id']} needs; add "
                "it to the header, and a value to each line."
            )
        writer.writerow([safe_cell(values.get(name, "")) for name in header])
    return text.getvalue()


def _header(data: bytes) -> list[str]:
    return next(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def _line_end(data: bytes) -> str:
    if b"\r\n" in data:
        return "\r\n"
    return "\r" if b"\r" in data and b"\n" not in data else "\n"
