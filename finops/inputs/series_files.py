"""Read a series of the company's own numbers: of a CSV, a Parquet or a database's rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from finops.csv_text import is_there, read_cells
from finops.errors import BadInput

__all__ = ["Source", "find_source", "read_text"]


@dataclass(frozen=True)
class Source:
    """A file of rows: what errors (`name`) and tables call it, and how they count its rows."""

    path: Path
    name: str
    table_name: str
    row: str

    @property
    def is_csv(self) -> bool:
        """Whether a person may have written it."""
        return self.path.suffix == ".csv"

    def at(self, line: object) -> str:
        """Return the place of a row in words."""
        return f"{self.name} {self.row} {line}"


def find_source(folder: Path, series: str, fetched: Mapping[str, Path]) -> Source | None:
    """Return where a series is: in `folder`, or in what was `fetched` by its query.

    Raises BadInput for a series that is in two places, and for one that was never fetched.
    """
    csv, parquet = folder / f"{series}.csv", folder / f"{series}.parquet"
    found = [path for path in (csv, parquet) if is_there(path)]
    if series in fetched and found:
        raise BadInput(f"{found[0]} and the query of [business.{series}] both have it; keep one.")
    if len(found) > 1:
        raise BadInput(f"{csv} and {parquet} are both there; keep one.")
    if series in fetched:
        if not fetched[series].exists():
            raise BadInput(f"[business.{series}] has not been asked yet. Run: finops build")
        return Source(
            fetched[series], f"the result of [business.{series}]", f"[business.{series}]", "row"
        )
    if not found:
        return None
    row = "line" if found[0] == csv else "row"
    return Source(found[0], str(found[0]), f"business/{found[0].name}", row)


def read_text(con: duckdb.DuckDBPyConnection, source: Source, columns: list[str]) -> list[str]:
    """Create `series_text`: the `columns` as text, and the number of each line.

    Returns the columns that the file has; the others are NULL. Raises BadInput for a file that
    can't be read.
    """
    rows = _of_csv(source.path) if source.is_csv else _of_parquet(source)
    found = [name for name in rows.column_names if name != "line"]
    # An empty text is a value that is not there, in every kind of file.
    texts = ", ".join(
        f"""nullif(trim(cast("{name}" as varchar)), '') as "{name}\""""
        if name in found
        else f'cast(null as varchar) as "{name}"'
        for name in columns
    )
    con.register("series_rows", rows)
    try:
        con.execute(
            f"create or replace temp table series_text as select line, {texts} from series_rows"
        )
    except duckdb.Error as error:
        raise BadInput(f"{source.name} can't be read: {error}") from error
    finally:
        con.unregister("series_rows")
    return found


def _of_csv(path: Path) -> pa.Table:
    lines = read_cells(path)
    _, header = next(lines, (1, []))
    numbers, cells = [], []
    for line, values in lines:
        numbers.append(line)
        cells.append(values)
    columns = list(zip(*cells, strict=True)) if cells else [()] * len(header)
    arrays = [pa.array(column, pa.string()) for column in columns]
    return pa.table([pa.array(numbers, pa.int64()), *arrays], names=["line", *header])


def _of_parquet(source: Source) -> pa.Table:
    try:
        rows = pq.ParquetFile(source.path).read()
    except (OSError, pa.ArrowException) as error:
        raise BadInput(f"{source.name} can't be read as Parquet: {error}") from error
    for name in rows.column_names:
        if rows.column_names.count(name) > 1:
            raise BadInput(f"{source.name}: column {name} is there twice; keep one.")
    rows = rows.drop_columns(["line"]) if "line" in rows.column_names else rows
    return rows.append_column("line", pa.array(range(1, len(rows) + 1), pa.int64()))
