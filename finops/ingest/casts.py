"""Give a bill's values their types, and say which of them have none."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from finops.csv_text import shown
from finops.errors import BadSource
from finops.ingest.amounts import NARROW, WIDE, TooNarrow, amount, is_too_narrow, whole_digits
from finops.ingest.layouts import ENUM, MAP, Field, Layout, TargetType, parquet_layout
from finops.ingest.maps import entries, is_json, unique_map
from finops.sql import literal

_A_TIME = "a time"
_UTC_TIME = "'____-__-__%Z'"
# The year comes first: 10/5/26 is another day in each country. Short names of zones mean several.
_OTHER_TIME = literal(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2}"
    r"([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
    r" ?(Z|UTC|GMT|[+-]\d{2}(:?\d{2})?|[A-Za-z_]+/[A-Za-z_/]+)?)?"
)


@dataclass(frozen=True)
class BadValues:
    """How many values of one column of one file don't parse, and the first of them."""

    file: Path
    column: str
    count: int
    row: int
    example: str
    kind: str

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.count} value(s) of {self.column} are not {self.kind}, "
            f"such as {shown(self.example)} in row {self.row}"
        )

    @property
    def is_time(self) -> bool:
        """Whether they were to be times."""
        return self.kind == _A_TIME

    @property
    def remedy(self) -> str:
        """What to do about it."""
        if self.is_time:
            return "Write times as 2026-10-05T00:00:00Z; a spreadsheet rewrites those it opens."
        return "Load it with --allow-bad-values to leave them empty."


def widest(target: str) -> str:
    """Return the type that holds all that a bill may have where `target` is meant."""
    return WIDE if target == NARROW else target


def has_type(field: Field, target: str) -> bool:
    """Return whether the column's values have the type already."""
    return field.type.replace(" ", "") == target.upper().replace(" ", "")


def typed(field: Field, target: str, *, is_lenient: bool = False) -> str:
    """Return SQL for a column's values as `target`; lenient SQL gives NULL for what doesn't parse.

    A column that has the type already is not cast; '' is no value in any type.
    """
    cast = "try_cast" if is_lenient else "cast"
    if target == "varchar" and field.type == ENUM:
        return field.sql
    if target == "varchar":
        text = field.sql if field.type == "VARCHAR" else f"cast({field.sql} as varchar)"
        # Legacy files write '' where there is no value, CUR 2.0 writes NULL.
        return f"nullif({text}, '')"
    if has_type(field, target):
        return field.sql
    if field.type == "TIMESTAMP WITH TIME ZONE":
        # Stored in UTC; `at time zone` would ask the calendar about every value.
        return f"make_timestamp(epoch_us({field.sql}))"
    if target in (NARROW, WIDE):
        return amount(field.sql, field.type, target, is_lenient=is_lenient)
    value = f"nullif({field.sql}, '')" if field.type == "VARCHAR" else field.sql
    if target == "timestamp" and not field.type.startswith(("TIMESTAMP", "DATE")):
        return _time(value if field.type == "VARCHAR" else f"cast({value} as varchar)", cast)
    if target == MAP and is_json(field):
        found = unique_map(entries(field, is_lenient=is_lenient))
        # Most are plain objects, which DuckDB reads fast.
        return f"coalesce(try_cast(try_cast({value} as json) as {MAP}), {found})"
    return f"{cast}({value} as {target})"


def _time(text: str, cast: str) -> str:
    """Return SQL for a time as text; a cast alone takes 10/5/26 for a day of the year 10."""
    # A cast of text to timestamp drops an offset without a word, so only UTC takes it.
    return (
        f"case when {text} like {_UTC_TIME} then {cast}({text} as timestamp) "
        f"when regexp_full_match({text}, {_OTHER_TIME}) "
        f"then {cast}(replace({text}, ' Z', 'Z') as timestamptz) at time zone 'UTC' "
        f"else {cast}('no time: ' || {text} as timestamp) end"
    )


def stage_csv(
    con: duckdb.DuckDBPyConnection,
    layout: Layout,
    staged_type: TargetType,
    scratch: Path,
) -> Layout:
    """Parse the CSV files of `layout` once, into typed Parquet in `scratch`; return its layout."""
    pairs = [(field, staged_type(field.header)) for field in layout.fields]
    read = [(field, target) for field, target in pairs if target]
    if not read:
        return Layout(layout.files, (), layout.reader, layout.options)
    columns = [f"{typed(field, kind)} as s{n}" for n, (field, kind) in enumerate(read)]
    columns.append(f"{layout.file} as source_file")
    file = scratch / f"staged-{len(list(scratch.iterdir()))}.parquet"
    con.execute(
        f"copy (select {', '.join(columns)} from {layout.scan}) "
        f"to {literal(str(file))} (format parquet, compression lz4)"
    )
    names = [*(field.header for field, _ in read), "source_file"]
    staged = parquet_layout(con, [file], names)
    origins = ((file, layout.delivered(layout.files[0])),)
    scanned = tuple(layout.names.items())
    fields = staged.fields[:-1]
    return replace(staged, fields=fields, origins=origins, file="source_file", scanned=scanned)


def lenient(layout: Layout, target_type: TargetType) -> Layout:
    """Return a layout that reads NULL where a value does not parse."""
    fields = [
        _lenient(field, widest(target)) if (target := target_type(field.header)) else field
        for field in layout.fields
    ]
    return replace(layout, fields=tuple(fields))


def _lenient(field: Field, target: str) -> Field:
    value = typed(field, target, is_lenient=True)
    if target == MAP and is_json(field):
        return replace(field, sql=f"case when {value} is not null then {field.sql} end")
    return Field(field.header, value, target.upper())


def find_bad_values(layouts: list[Layout], target_type: TargetType) -> list[BadValues]:
    """Return the values that don't parse, counted per file and column."""
    with rows_in_order() as con:
        return [bad for layout in layouts for bad in _bad_values(con, layout, target_type)]


def bad_source(
    con: duckdb.DuckDBPyConnection,
    layouts: list[Layout],
    target_type: TargetType,
    error: duckdb.Error,
    needed: Callable[[str], bool],
) -> BadSource:
    """Return the error of a bill that DuckDB could not read: file, column, example and its place.

    Raises TooNarrow if wider amounts may do.
    """
    if is_too_narrow(error):
        raise TooNarrow from error
    try:
        found = find_bad_values(layouts, target_type)
    except duckdb.Error:
        return _broken_file(con, layouts, error)
    return refusal(found, needed) if found else _unexplained(layouts, error)


def refusal(found: list[BadValues], needed: Callable[[str], bool]) -> BadSource:
    """Return the error that names the first of the values found, one of a `needed` column if any.

    The cost of a bill is never left empty.
    """
    first = min(found, key=lambda one: not needed(one.column))
    more = f" ({len(found) - 1} more column(s) or file(s) like it)" if len(found) > 1 else ""
    advice = (
        "Correct it, or have the bill exported again: without it the bill would not add up."
        if needed(first.column)
        else first.remedy
    )
    return BadSource(f"{first}{more}. {advice}")


def _bad_values(
    con: duckdb.DuckDBPyConnection, layout: Layout, target_type: TargetType
) -> list[BadValues]:
    checked = [
        (field, widest(target))
        for field in layout.fields
        if (target := target_type(field.header))
        and target != "varchar"
        and not has_type(field, target)
    ]
    if not checked:
        return []
    counts = ", ".join(_count_bad(field, target) for field, target in checked)
    found = []
    for file in layout.files:
        rows = con.execute(f"select {counts} from {numbered_rows(layout, file)}").fetchall()[0]
        for n, (field, target) in enumerate(checked):
            count, row, example = rows[3 * n : 3 * n + 3]
            if count:
                kind = _word(target, example)
                delivered = layout.delivered(file)
                found.append(BadValues(delivered, field.header, count, row, example, kind))
    return found


def rows_in_order() -> duckdb.DuckDBPyConnection:
    """Return a connection that reads the rows of a file in their order."""
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    # The statistics of Parquet leave out NaN, and DuckDB would infer that each value parses.
    con.execute("set disabled_optimizers = 'statistics_propagation'")
    return con


def numbered_rows(layout: Layout, file: Path) -> str:
    """Return SQL that reads a file of a layout with the number of each row, `row_in_file`.

    A header counts as a spreadsheet counts it. To be read by a connection of `rows_in_order`.
    """
    above = 1 if layout.is_text else 0
    return (
        f"(select *, row_number() over () + {above} as row_in_file from {layout.scan_of([file])})"
    )


def _word(target: str, example: str) -> str:
    if target == WIDE and re.fullmatch(r"[-+.eE\d]*\d[-+.eE\d]*", example.strip()):
        whole, decimals = whole_digits(WIDE)
        return f"a number of at most {whole} digits before the point and {decimals} after it"
    return {"timestamp": _A_TIME, MAP: "a JSON object"}.get(target, "a number")


def _count_bad(field: Field, target: str) -> str:
    text = f"cast({field.sql} as varchar)"
    is_bad = f"filter (where {text} <> '' and ({typed(field, target, is_lenient=True)}) is null)"
    return f"count(*) {is_bad}, min(row_in_file) {is_bad}, min_by({text}, row_in_file) {is_bad}"


def _broken_file(
    con: duckdb.DuckDBPyConnection, layouts: list[Layout], error: duckdb.Error
) -> BadSource:
    """Return the error of the first file that can't be read at all."""
    for layout, file in [(one, file) for one in layouts for file in one.files]:
        try:
            # All columns: a broken row may hide in one that nothing reads.
            con.execute(f"select max(columns(*)) from {layout.scan_of([file])}")
        except duckdb.Error as found:
            return BadSource(f"{layout.delivered(file)} {_reason(found)}")
    return _unexplained(layouts, error)


def _unexplained(layouts: list[Layout], error: duckdb.Error) -> BadSource:
    return BadSource(f"{layouts[0].delivered(layouts[0].files[0])}: {_first_line(error)}")


def _reason(error: duckdb.Error) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if isinstance(error, duckdb.IOException):
        return f"can't be read; is it cut off? Fetch it again. ({lines[0]})"
    text = " ".join(lines)
    place = re.search(r"CSV Error on Line: (\d+)", text)
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if place and counts:
        return f"line {place[1]} has {counts[2]} values and the header {counts[1]}. Fetch it again."
    where = f"line {place[1]} " if place else ""
    return f"{where}is not readable as CSV: {'; '.join(lines[:3])}"


def _first_line(error: duckdb.Error) -> str:
    return str(error).partition("\n")[0]
