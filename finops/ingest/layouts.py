"""Group the files of a delivery by their columns, so that each group is read by its own header."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from finops.ingest.headers import Header, is_parquet, parquet_schemas, read_header
from finops.ingest.zips import unzip
from finops.sql import identifier, literal, path_literal

MAP = "MAP(VARCHAR, VARCHAR)"
# A text without empty values that is kept as an enum.
ENUM = "ENUM"
# The type of a column in which every value is NULL.
NOTHING = '"NULL"'
# Months and chunks of one bill have different columns; by position, tags would be lost.
# Older writers leave out the mark that says that binary values are text.
_PARQUET_OPTIONS = "union_by_name = true, hive_partitioning = false, binary_as_string = true"
# The type that values below a header must have; None for a column that nothing reads.
TargetType = Callable[[str], str | None]


@dataclass(frozen=True)
class Field:
    """One column: its header as written, SQL that reads it, and the type it has in the file."""

    header: str
    sql: str
    type: str


@dataclass(frozen=True)
class Layout:
    """Files with the same columns, and SQL that reads them as one table."""

    files: tuple[Path, ...]
    fields: tuple[Field, ...]
    reader: str
    options: str
    # Of each file that was unpacked or parsed, the one that was delivered.
    origins: tuple[tuple[Path, Path], ...] = ()
    # SQL that follows the scan, such as a join.
    join: str = ""
    # SQL of the name that a row's file was scanned under; `filename` is DuckDB's own column.
    file: str = "filename"
    # Where those names aren't `files`: each, and the file that was delivered.
    scanned: tuple[tuple[str, Path], ...] = ()
    # A table that is read instead of the files.
    table: str = ""

    @property
    def is_text(self) -> bool:
        """Whether the files are CSV."""
        return self.reader == "read_csv"

    @property
    def scan(self) -> str:
        """SQL that reads all files."""
        return self.table or self.scan_of(self.files)

    def scan_of(self, files: Iterable[Path]) -> str:
        """Return SQL that reads these files of the layout."""
        names = ", ".join(map(path_literal, files))
        return f"{self.reader}([{names}], {self.options})"

    @property
    def names(self) -> dict[str, Path]:
        """The delivered file of each name that `file` has."""
        return dict(self.scanned) or {str(file): self.delivered(file) for file in self.files}

    def delivered(self, file: Path) -> Path:
        """Return the file as it was delivered."""
        return dict(self.origins).get(file, file)


def read_layouts(
    con: duckdb.DuckDBPyConnection, files: list[Path], scratch: Path, null_words: list[str]
) -> list[Layout]:
    """Return the layouts of `files`; those without a header are left out, zips are unpacked."""
    headers = {file: read_header(file) for file in files if not is_parquet(file)}
    parquet = [file for file in files if file not in headers]
    layouts = _parquet_layouts(con, parquet) if parquet else []
    return layouts + _csv_layouts(headers, scratch, null_words)


def parquet_layout(con: duckdb.DuckDBPyConnection, files: list[Path], names: list[str]) -> Layout:
    """Return the layout of Parquet files whose columns have these names, in order."""
    # DuckDB ignores case, and so gives the second of `Name` and `name` a name of its own.
    bound = con.execute(f"describe select * from {parquet_scan(files[:1])}").fetchall()
    fields = [
        Field(name, identifier(column), kind)
        for name, (column, kind, *_) in zip(names, bound, strict=True)
    ]
    return Layout(tuple(files), tuple(fields), "read_parquet", _PARQUET_OPTIONS)


def parquet_scan(files: list[Path]) -> str:
    """Return SQL that reads all `files` as one table, matching their columns by name."""
    return Layout(tuple(files), (), "read_parquet", _PARQUET_OPTIONS).scan


def without_empty(con: duckdb.DuckDBPyConnection, layout: Layout) -> Layout:
    """Return a layout without the columns of Parquet that by type or statistics hold no value."""
    if layout.reader != "read_parquet" or not layout.files:
        return layout
    files = ", ".join(map(path_literal, layout.files))
    rows = con.execute(
        f"select path_in_schema from parquet_metadata([{files}]) group by path_in_schema having "
        "bool_and(coalesce(stats_null_count = num_values "
        "or (stats_min_value = '' and stats_max_value = ''), false))"
    ).fetchall()
    empty = {identifier(name) for (name,) in rows}
    filled = [one for one in layout.fields if one.sql not in empty and one.type != NOTHING]
    return replace(layout, fields=tuple(filled))


def _parquet_layouts(con: duckdb.DuckDBPyConnection, files: list[Path]) -> list[Layout]:
    groups: dict[tuple[tuple[str, str], ...], list[Path]] = defaultdict(list)
    for file, schema in parquet_schemas(con, files).items():
        groups[schema].append(file)
    return [
        parquet_layout(con, found, [name for name, _ in schema]) for schema, found in groups.items()
    ]


def _csv_layouts(headers: dict[Path, Header], scratch: Path, null_words: list[str]) -> list[Layout]:
    groups: dict[tuple[str, ...], list[tuple[Path, Path]]] = defaultdict(list)
    for file, header in headers.items():
        if header.kind == "zip":
            for part in unzip(file, scratch):
                inner = read_header(part)
                if inner.columns:
                    groups["none", inner.delimiter, *inner.columns].append((part, file))
        elif header.kind in ("csv", "gzip"):
            compression = "gzip" if header.kind == "gzip" else "none"
            groups[compression, header.delimiter, *header.columns].append((file, file))
    return [_csv_layout(key, pairs, null_words) for key, pairs in groups.items()]


def _csv_layout(
    key: tuple[str, ...], pairs: list[tuple[Path, Path]], null_words: list[str]
) -> Layout:
    compression, delimiter, *headers = key
    # Columns go by position: two headers that differ only in case are two columns.
    columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(headers)))
    words = ", ".join(literal(word) for word in null_words)
    options = (
        f"auto_detect = false, header = true, columns = {{{columns}}}, "
        f"delim = {literal(delimiter)}, quote = '\"', escape = '\"', nullstr = [{words}], "
        f"compression = {literal(compression)}, hive_partitioning = false"
    )
    fields = [Field(name, f"c{number}", "VARCHAR") for number, name in enumerate(headers)]
    files = tuple(file for file, _ in pairs)
    return Layout(files, tuple(fields), "read_csv", options, tuple(pairs))
