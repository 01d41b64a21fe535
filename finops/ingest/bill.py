"""Read the files of one delivery under the column names and types that our SQL expects."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from finops.errors import BadSource, MissingColumns
from finops.ingest.amounts import NARROW, proven
from finops.ingest.casts import (
    BadValues,
    bad_source,
    find_bad_values,
    lenient,
    refusal,
    stage_csv,
    typed,
)
from finops.ingest.columns import squashed
from finops.ingest.headers import check_gzip
from finops.ingest.layouts import MAP, Field, Layout, read_layouts
from finops.sql import identifier, literal


@dataclass(frozen=True)
class Schema:
    """What our SQL reads of a bill, under which names and types, and which SQL that is.

    Of each tuple in `required` one column must be there; the first of `period_columns` that is
    there tells a row's month. A row is final once its `invoice_column` has a value.
    """

    view: str
    charges_sql: str
    totals_sql: str
    line_totals_sql: str
    invoice_column: str
    columns: dict[str, str]
    # Columns that are read for those that charges keep alone; no view has them as they are.
    kept_columns: frozenset[str]
    period_columns: tuple[str, str]
    required: Sequence[tuple[str, ...]]
    maps: tuple[str, ...]
    # Those that are melted, each set once; text of theirs stays text until then.
    tag_maps: tuple[str, ...]
    null_words: list[str]
    # Whether a header is that of one tag or cost category.
    is_melted: Callable[[str], bool] = lambda _: False
    _known: dict[str, str] = field(default_factory=dict)

    def name_of(self, header: str) -> str | None:
        """Return our name of the column with this header, in any spelling; None if unknown."""
        if not self._known:
            self._known.update({squashed(name): name for name in (*self.columns, *self.maps)})
        return None if self.is_melted(header) else self._known.get(squashed(header))

    def target_type(self, header: str) -> str | None:
        """Return the type that values below this header must have; None if nothing reads them."""
        if self.is_melted(header):
            return "varchar"
        name = self.name_of(header)
        return MAP if name in self.maps else self.columns.get(name or "")

    def staged_type(self, header: str) -> str | None:
        """Return the type that values below this header are parsed to when CSV is read."""
        return "varchar" if self.name_of(header) in self.tag_maps else self.target_type(header)

    def with_amounts(self, kind: str) -> "Schema":
        """Return the schema with another type of amounts."""
        columns = {name: kind if one == NARROW else one for name, one in self.columns.items()}
        return replace(self, columns=columns)

    def needs(self, header: str) -> bool:
        """Return whether a bill can't do without any amount below this header: its own cost."""
        name = self.name_of(header)
        is_amount = self.columns.get(name or "", "").startswith("decimal")
        return is_amount and any(name in names for names in self.required)


@dataclass(frozen=True)
class Bill:
    """The files of one delivery, typed: CSV is parsed already, Parquet is read as it lies."""

    schema: Schema
    layouts: list[Layout]
    # The same before anything was parsed.
    as_written: list[Layout]
    # Headers as the bill writes them, sorted.
    columns: list[str]
    bad_values: list[BadValues]
    # SQL that a line must meet to be read.
    where: str = "true"
    # What was assumed, a sentence each.
    notes: tuple[str, ...] = ()
    # The kept columns that no file of it has.
    lacking: tuple[str, ...] = ()

    def explain(self, con: duckdb.DuckDBPyConnection, error: duckdb.Error) -> BadSource:
        """Return the error of a bill whose values DuckDB could not read."""
        layouts = self.layouts if self.bad_values else self.as_written
        return bad_source(con, layouts, self.schema.target_type, error, self.schema.needs)


def read_bill(
    con: duckdb.DuckDBPyConnection,
    files: list[Path],
    scratch: Path,
    schema: Schema,
    *,
    allow_bad_values: bool = False,
    split: Sequence[Path] = (),
    billing_period: str = "",
) -> Bill:
    """Return the bill in `files`; what has to be unpacked or parsed goes to the folder `scratch`.

    Of the files in `split` only the lines of `billing_period` are read.
    Raises BadSource for a file that can't be read, MissingColumns for one without
    a required column, TooNarrow for amounts of CSV files that need a wider type.
    """
    con.execute("set TimeZone = 'UTC'")
    layouts = read_layouts(con, files, scratch, schema.null_words)
    for layout in layouts:
        _check_required(layout, schema)
    target = schema.target_type
    headers = sorted({one.header for layout in layouts for one in layout.fields})
    try:
        bad = find_bad_values(layouts, target) if allow_bad_values else []
        if any(schema.needs(one.column) for one in bad):
            raise refusal(bad, schema.needs)
        read = [lenient(layout, target) for layout in layouts] if bad else layouts
        parsed = [_parsed(con, layout, schema, scratch) for layout in read]
    except duckdb.Error as error:
        raise bad_source(con, layouts, target, error, schema.needs) from error
    where = _where(parsed, schema, split, billing_period)
    return Bill(schema, parsed, layouts, headers, bad, where)


def _where(
    layouts: list[Layout], schema: Schema, split: Sequence[Path], billing_period: str
) -> str:
    names = [name for one in layouts for name, file in one.names.items() if file in split]
    if not names:
        return "true"
    named, used = schema.period_columns
    month = f"strftime(coalesce({named}, {used}), '%Y-%m')"
    others = ", ".join(map(literal, names))
    return f"source_file not in ({others}) or coalesce({month}, '') = {literal(billing_period)}"


def create_view(
    con: duckdb.DuckDBPyConnection,
    bill: Bill,
    more: Callable[[Layout, dict[str, str]], dict[str, str]],
    view: str | None = None,
) -> None:
    """Create the view of the schema (or `view`) over all files of the bill.

    `more` gets a layout and the SQL of its columns, and returns SQL that replaces or follows them.
    The last column, `source_file`, is the name that a line's file was scanned under.
    """
    # A month without a row has a delivery all the same.
    layouts = bill.layouts or [Layout((), (), "", "")]
    con.execute("create schema if not exists raw")
    rows = " union all ".join(_select(layout, bill.schema, more) for layout in layouts)
    con.execute(
        f"create or replace view {view or bill.schema.view} as "
        f"select * from ({rows}) where {bill.where}"
    )


def _select(
    layout: Layout, schema: Schema, more: Callable[[Layout, dict[str, str]], dict[str, str]]
) -> str:
    found = fields_by_name(layout, schema)
    columns = {
        name: _column(layout, name, kind, found.get(name, []))
        for name, kind in schema.columns.items()
        if name not in schema.kept_columns
    }
    columns |= more(layout, columns)
    columns["source_file"] = layout.file if layout.files else "cast(null as varchar)"
    named = [f"{sql} as {identifier(name)}" for name, sql in columns.items()]
    rows = f"from {layout.scan} {layout.join}" if layout.files else "where false"
    return f"select {', '.join(named)} {rows}"


def _parsed(
    con: duckdb.DuckDBPyConnection, layout: Layout, schema: Schema, scratch: Path
) -> Layout:
    if not layout.is_text:
        return proven(con, layout, lambda header: schema.target_type(header) == NARROW)
    # DuckDB does not compare the checksum of a gzip file; another thread does meanwhile.
    with ThreadPoolExecutor(1) as pool:
        checked = pool.submit(check_gzip, layout.files)
        staged = stage_csv(con, layout, schema.staged_type, scratch)
        checked.result()
    return staged


def fields_by_name(layout: Layout, schema: Schema) -> dict[str, list[Field]]:
    """Return the columns of a layout under our names."""
    found = defaultdict(list)
    for one in layout.fields:
        if name := schema.name_of(one.header):
            found[name].append(one)
    return found


def _column(layout: Layout, name: str, kind: str, found: list[Field]) -> str:
    values = [typed(one, kind) for one in found]
    if not values:
        return f"cast(null as {kind})"
    if len(values) > 1 and kind != "varchar":
        headers = ", ".join(one.header for one in found)
        raise BadSource(f"{layout.files[0]} has more than one column for {name}: {headers}.")
    # AWS merges text columns whose names become one.
    return values[0] if len(values) == 1 else f"coalesce({', '.join(values)})"


def _check_required(layout: Layout, schema: Schema) -> None:
    found = fields_by_name(layout, schema)
    missing = [names[0] for names in schema.required if not any(name in found for name in names)]
    if missing:
        headers = sorted(one.header for one in layout.fields)
        raise MissingColumns(str(layout.delivered(layout.files[0])), missing, headers)
