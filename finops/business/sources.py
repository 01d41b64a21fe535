"""Find where a series of the company's own numbers is: a CSV, a Parquet or a database's rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from finops.errors import BadInput
from finops.sql import literal

__all__ = ["Source", "find_source", "read_text"]


@dataclass(frozen=True)
class Source:
    """A file of rows: what errors (`name`) and tables call it, and how they count its rows."""

    path: Path
    name: str
    table_name: str
    row: str
    first: int

    @property
    def scan(self) -> str:
        """The table function of DuckDB that reads it."""
        if self.path.suffix == ".parquet":
            return f"read_parquet({literal(str(self.path))})"
        options = "all_varchar = true, header = true, parallel = false"
        return f"read_csv({literal(str(self.path))}, {options})"

    def at(self, line: object) -> str:
        """Return the place of a row in words."""
        return f"{self.name} {self.row} {line}"


def find_source(folder: Path, series: str, fetched: Mapping[str, Path]) -> Source | None:
    """Return where a series is: in `folder`, or in what was `fetched` by its query.

    Raises BadInput for a series that is in two places, and for one that was never fetched.
    """
    csv, parquet = folder / f"{series}.csv", folder / f"{series}.parquet"
    found = [path for path in (csv, parquet) if path.exists()]
    if series in fetched and found:
        raise BadInput(f"{found[0]} and the query of [business.{series}] both have it; keep one.")
    if len(found) > 1:
        raise BadInput(f"{csv} and {parquet} are both there; keep one.")
    if series in fetched:
        if not fetched[series].exists():
            raise BadInput(f"[business.{series}] has not been asked yet. Run: finops build")
        return Source(
            fetched[series], f"the result of [business.{series}]", f"[business.{series}]", "row", 1
        )
    if not found:
        return None
    is_csv = found[0] == csv
    row, first = ("line", 2) if is_csv else ("row", 1)
    return Source(found[0], str(found[0]), f"business/{found[0].name}", row, first)


def read_text(con: duckdb.DuckDBPyConnection, source: Source, columns: list[str]) -> list[str]:
    """Create `series_text`: the `columns` as text, and the number of each line.

    Returns the columns that the file has; the others are NULL. Raises BadInput for a file that
    can't be read.
    """
    kind = "CSV" if source.row == "line" else "Parquet"
    try:
        found = [row[0] for row in con.execute(f"describe from {source.scan}").fetchall()]
        # An empty text is a value that is not there, in every kind of file.
        texts = ", ".join(
            f"""nullif(trim(cast("{name}" as varchar)), '') as "{name}\""""
            if name in found
            else f'cast(null as varchar) as "{name}"'
            for name in columns
        )
        con.execute(
            "create or replace temp table series_text as "
            f"select row_number() over () + {source.first - 1} as line, {texts} from {source.scan}"
        )
    except duckdb.Error as error:
        raise BadInput(f"{source.name} can't be read as {kind}: {error}") from error
    return found
