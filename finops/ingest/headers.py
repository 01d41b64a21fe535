"""Read what a bill file is and which columns it has, from its first bytes."""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterable
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from finops.csv_text import is_utf_16
from finops.errors import BadSource
from finops.ingest.zips import open_first
from finops.sql import path_literal

_PARQUET = b"PAR1"
_GZIP = b"\x1f\x8b"
_DELIMITERS = ",\t|;\x01"


@dataclass(frozen=True)
class Header:
    """What a file is (`parquet`, `csv`, `gzip`, `zip` or `empty`) and its columns as written.

    `first_row` is the first row of a CSV, `delimiter` what separates its values.
    """

    kind: str
    columns: tuple[str, ...] = ()
    first_row: tuple[str, ...] = ()
    delimiter: str = ","


def is_parquet(file: Path) -> bool:
    """Return whether a file begins as Parquet does."""
    return _magic(file) == _PARQUET


def read_header(file: Path) -> Header:
    """Return what `file` is, by its content. Raises BadSource for a file that can't be read."""
    magic = _magic(file)
    if magic == _PARQUET:
        return Header("parquet", parquet_columns(file))
    if not magic or file.suffix == ".parquet":
        return _no_parquet(file, magic)
    kind = "gzip" if magic[:2] == _GZIP else "zip" if magic[:2] == b"PK" else "csv"
    try:
        with closing(_open(file, kind)) as stream:
            return _csv_header(kind, stream)
    except UnicodeError as error:
        raise BadSource(f"{file} {_no_text(file, kind)}") from error
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, csv.Error) as error:
        raise BadSource(
            f"{file} can't be read; is it cut off? Fetch it again. ({error})"
        ) from error


def _magic(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(4)


def _no_text(file: Path, kind: str) -> str:
    """Return in words what a file is that is no text."""
    with closing(_open(file, kind)) as stream:
        first = stream.read(16)
    if first.startswith(_GZIP):
        return "was compressed twice. Unpack it once."
    if is_utf_16(first):
        return "is saved as UTF-16. Save it as UTF-8."
    return "is neither Parquet nor UTF-8 text."


def check_gzip(files: Iterable[Path]) -> None:
    """Raise BadSource if the content of a gzip file is not what its checksum says."""
    for file in files:
        with file.open("rb") as stream:
            is_gzip = stream.read(2) == _GZIP
        try:
            with gzip.open(file) if is_gzip else nullcontext(io.BytesIO()) as content:
                while content.read(2**20):
                    pass
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadSource(
                f"{file} can't be read; is it cut off? Fetch it again. ({error})"
            ) from error


def parquet_columns(file: Path) -> tuple[str, ...]:
    """Return the exact column names of a Parquet file. Raises BadSource for a broken one."""
    try:
        # A connection for each of the files of a bucket would cost thirty times as much.
        return tuple(pq.read_schema(file).names)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        return tuple(name for name, _ in parquet_schemas(duckdb.connect(), [file])[file])


def parquet_schemas(
    con: duckdb.DuckDBPyConnection, files: list[Path]
) -> dict[Path, tuple[tuple[str, str], ...]]:
    """Return the column names and DuckDB types of each Parquet file."""
    for file in files:
        _check_end(file)
    names = ", ".join(map(path_literal, files))
    query = f"select file_name, name, duckdb_type, num_children from parquet_schema([{names}])"
    try:
        rows = con.execute(query).fetchall()
    except duckdb.Error as error:
        if len(files) > 1:
            # Alone, the broken one is named.
            for file in files:
                parquet_schemas(con, [file])
        raise BadSource(f"{files[0]} can't be read as Parquet; is it cut off? ({error})") from error
    nodes: dict[Path, list[tuple[str, str, int]]] = {file: [] for file in files}
    for path, name, kind, children in rows:
        nodes[Path(path)].append((name, kind, children or 0))
    return {file: tuple(_top_level(found)) for file, found in nodes.items()}


def _top_level(nodes: list[tuple[str, str, int]]) -> list[tuple[str, str]]:
    """Return the columns of a schema tree that is listed depth first, its root first."""
    columns: list[tuple[str, str]] = []
    waiting = 0
    for name, kind, children in nodes[1:]:
        if waiting == 0:
            columns.append((name, kind))
        else:
            waiting -= 1
        waiting += children
    return columns


def _check_end(file: Path) -> None:
    with file.open("rb") as stream:
        stream.seek(-4, io.SEEK_END)
        if stream.read() != _PARQUET:
            raise BadSource(f"{file} can't be read as Parquet; is it cut off? Fetch it again.")


def _no_parquet(file: Path, magic: bytes) -> Header:
    if magic:
        raise BadSource(f"{file} can't be read as Parquet; is it cut off? Fetch it again.")
    return Header("empty")


def _open(file: Path, kind: str) -> IO[bytes]:
    if kind == "gzip":
        return cast("IO[bytes]", gzip.open(file))
    if kind == "zip":
        return open_first(file) or io.BytesIO()
    return file.open("rb")


def _csv_header(kind: str, stream: IO[bytes]) -> Header:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    first_line = text.readline()
    if is_utf_16(first_line.encode()):
        raise UnicodeError("UTF-16")
    if not first_line.strip():
        return Header("empty")
    delimiter = max(_DELIMITERS, key=first_line.count)
    columns = next(csv.reader([first_line], delimiter=delimiter))
    row = next(csv.reader(text, delimiter=delimiter), [])
    return Header(kind, tuple(columns), tuple(row), delimiter)
