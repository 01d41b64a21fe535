"""Read what bill files hold: months, days, accounts and sums, and which lines they share."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from finops.errors import BadSource
from finops.ingest.amounts import WIDE, exact_sum
from finops.ingest.bill import Bill, Schema, create_view
from finops.ingest.casts import BadValues, bad_source, find_bad_values, lenient
from finops.ingest.columns import squashed
from finops.ingest.focus import SCHEMA as FOCUS_SCHEMA
from finops.ingest.layouts import Layout, TargetType, read_layouts
from finops.ingest.line_items import SCHEMA as LINE_ITEM_SCHEMA
from finops.ingest.manifests import FOCUS_FORMAT, Delivery, month_of
from finops.ingest.overlap import Overlap, all_but, overlaps
from finops.sql import read_query

__all__ = ["FilePart", "Profile", "part_records", "parts_of_totals", "read_profile", "same_bytes"]

Record = dict[str, Any]
# What tells lines apart, in a bill and in FOCUS, and that a copy with fewer columns may lack.
_KEYS = [
    "line_item_line_item_type",
    "line_item_product_code",
    "line_item_usage_type",
    "line_item_operation",
    "line_item_availability_zone",
    "charge_category",
    "charge_class",
    "service_name",
    "x_service_code",
    "x_usage_type",
    "sku_meter",
    "x_operation",
    "region_id",
    "availability_zone",
    "commitment_discount_id",
]


@dataclass(frozen=True)
class FilePart:
    """What a file holds of one month, payer, account and currency."""

    file: Path
    billing_period: str
    billing_account_id: str
    sub_account_id: str
    billing_currency: str
    source_rows: int
    final_rows: int
    first_charge_date: date | None
    last_charge_date: date | None
    source_unblended_cost: Decimal


class Profile:
    """What files of one format hold, for as long as the profile is open."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        parts: list[FilePart],
        scanned: dict[Path, list[str]],
        layouts: list[Layout],
        target_type: TargetType,
    ) -> None:
        self._con = con
        self.parts = parts
        self._layouts = layouts
        self._target_type = target_type
        # What is scanned of each delivered file: itself, or what was in it.
        self._scanned = scanned

    def bad_time(self, file: Path) -> BadValues | None:
        """Return the first times of a delivered file that don't parse; None if all do."""
        layouts = [one for one in self._layouts if file in map(one.delivered, one.files)]
        found = find_bad_values(layouts, self._target_type)
        return next((bad for bad in found if bad.file == file and bad.is_time), None)

    def overlaps(self, groups: dict[tuple[Path, str], str]) -> list[Overlap]:
        """Return the overlaps of groups of files; `groups` names that of each file and month."""
        if len(set(groups.values())) < 2:
            return []
        rows = [
            {"file": scanned, "period": period, "part": name}
            for (file, period), name in groups.items()
            for scanned in self._scanned[file]
        ]
        self._con.register("groups", pa.Table.from_pylist(rows))
        has_payers = all(part.billing_account_id for part in self.parts)
        payer = "billing_account_id" if has_payers else "''"
        self._con.execute(
            f"create or replace temp view part_lines as select groups.part, {payer} as payer, "
            f"{payer} || '/' || coalesce(sub_account_id, '') as account, "
            f"hash(groups.period, {payer}, sub_account_id, line) as line, "
            f"hash(groups.period, {payer}, sub_account_id, coarse_line) as coarse_line, "
            "hash(groups.period, sub_account_id, line) as account_line, has_resource, "
            f"case when usage is not null then hash({payer}, sub_account_id, usage) end as usage, "
            "grain, charge_period_start as charge_start, charge_period_end as charge_end, "
            f"hash(groups.period, {payer}, sub_account_id, line, whole_line) as all_of_it, "
            "line_id, coalesce(x_unblended_cost, 0) <> 0 as is_cost, is_invoiced "
            "from raw.file_lines inner join groups on source_file = groups.file "
            "and billing_period = groups.period"
        )
        try:
            return overlaps(self._con)
        except duckdb.Error as error:
            # The message names the file, and what of it is no text.
            raise BadSource(f"A file can't be read: {str(error).splitlines()[0]}") from error
        finally:
            self._con.unregister("groups")


def read_profile(
    con: duckdb.DuckDBPyConnection, files: list[Path], kind: str, scratch: Path
) -> Profile:
    """Return the profile of `files` of the format `kind`; `scratch` must outlive its use.

    Values that don't parse are left out here; a load reads them again and refuses them.
    Raises BadSource for a file that can't be read at all.
    """
    con.execute("set TimeZone = 'UTC'")
    con.execute("set enable_progress_bar = false")
    schema = (FOCUS_SCHEMA if kind == FOCUS_FORMAT else LINE_ITEM_SCHEMA).with_amounts(WIDE)
    layouts = read_layouts(con, files, scratch, schema.null_words)
    read = [lenient(one, schema.target_type) for one in layouts]
    bill = Bill(schema, read, layouts, [], [])
    create_view(con, bill, _whole_line(schema), "raw.all_file_rows")
    con.execute(
        "create or replace view raw.file_rows as "
        f"select {all_but(_lacking(layouts, schema))} from raw.all_file_rows"
    )
    con.execute("create or replace temp table file_months (file varchar, period varchar)")
    _create_named_lines(con, kind)
    con.execute(
        "create or replace view raw.file_lines as select named_lines.*, "
        "coalesce(named_period, file_months.period, used_period) as billing_period "
        "from raw.named_lines left join file_months on source_file = file_months.file"
    )
    try:
        found = _rows(con, "file_parts")
    except duckdb.Error as error:
        raise bad_source(con, layouts, schema.target_type, error, schema.needs) from error
    delivered = {name: file for layout in layouts for name, file in layout.names.items()}
    months = _own_months(found, delivered)
    con.executemany("insert into file_months values (?, ?)", list(months.items()) or [["", ""]])
    scanned: dict[Path, list[str]] = defaultdict(list)
    for name, file in delivered.items():
        scanned[file].append(name)
    parts = _parts(found, months, delivered)
    return Profile(con, parts, scanned, layouts, schema.target_type)


def _lacking(layouts: list[Layout], schema: Schema) -> list[str]:
    """Return the columns that tell lines apart and that only some of the files have."""
    named = [{schema.name_of(one.header) for one in layout.fields} for layout in layouts]
    return [name for name in _KEYS if 0 < sum(name in one for one in named) < len(named)]


def _whole_line(schema: Schema) -> Callable[[Layout, dict[str, str]], dict[str, str]]:
    """Return what gives SQL for all that a file says of a line, as one number.

    It is the same for CSV and Parquet and in any order of columns.
    """

    def whole_line(layout: Layout, columns: dict[str, str]) -> dict[str, str]:
        others = {
            squashed(one.header): _plain_text(one.sql)
            for one in layout.fields
            if schema.name_of(one.header) not in columns
        }
        values = [*columns.values(), *(others[name] for name in sorted(others))]
        return {"whole_line": f"hash({', '.join(values)})"}

    return whole_line


def _plain_text(sql: str) -> str:
    """Return SQL of a value as one text, whether CSV or Parquet holds it."""
    text = f"cast({sql} as varchar)"
    number = f"case when {text} like '%.%' then cast(try_cast({text} as double) as varchar) end"
    return f"coalesce({number}, cast(try_cast({text} as timestamp) as varchar), nullif({text}, ''))"


def parts_of_totals(
    con: duckdb.DuckDBPyConnection, bill: Bill, delivery: Delivery
) -> dict[str, list[Any]]:
    """Return what a bill holds, for its record: `file_parts` and `accounts`.

    A file part is the rows, days, accounts and sum of one file and currency, an account the payer
    and the account. Reads `raw.line_totals`.
    """
    names = {name: file for layout in bill.layouts for name, file in layout.names.items()}
    own = {"named_period": delivery.billing_period, "hours": None}
    parts = _parts([row | own for row in _rows(con, "file_totals")], {}, names)
    accounts = {f"{one.billing_account_id}/{one.sub_account_id}" for one in parts}
    kept = [one | {"file": str(Path(one["file"]).resolve())} for one in part_records(parts)]
    return {"file_parts": kept, "accounts": sorted(accounts)}


def part_records(parts: Iterable[FilePart]) -> list[Record]:
    """Return the parts by file, month and currency, as they are kept."""
    groups: dict[tuple[str, str, str], list[FilePart]] = defaultdict(list)
    for one in parts:
        groups[str(one.file), one.billing_period, one.billing_currency].append(one)
    return [
        {
            "file": file,
            "billing_period": period,
            "billing_currency": currency,
            "source_rows": sum(one.source_rows for one in found),
            "first_charge_date": _text(_least(one.first_charge_date for one in found)),
            "last_charge_date": _text(_most(one.last_charge_date for one in found)),
            "sub_account_ids": sorted({one.sub_account_id for one in found}),
            "source_unblended_cost": str(exact_sum(one.source_unblended_cost for one in found)),
        }
        for (file, period, currency), found in groups.items()
    ]


def _text(day: date | None) -> str | None:
    return str(day) if day else None


def _create_named_lines(con: duckdb.DuckDBPyConnection, kind: str) -> None:
    query = read_query(
        "finops.ingest", "focus_file_lines" if kind == FOCUS_FORMAT else "file_lines"
    )
    con.execute(f"create or replace view raw.named_lines as {query}")


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[Record]:
    rows = con.execute(read_query("finops.ingest", query))
    names = [column[0] for column in rows.description or []]
    return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


def _own_months(found: list[Record], delivered: dict[str, Path]) -> dict[str, str]:
    """Return the month of the lines that name none, where the folder or the file's others tell."""
    named: dict[str, set[str]] = defaultdict(set)
    used: dict[str, set[str]] = defaultdict(set)
    folders = {file: month_of(path.as_posix()) for file, path in delivered.items()}
    for row in found:
        named[row["source_file"]].update({row["named_period"]} - {None})
        used[folders[row["source_file"]]].add(row["used_period"])
    # A folder may be named after the month in which its bill came, or lie in one of another.
    months = {file: month for file, month in folders.items() if month in used[month]}
    for file, periods in named.items():
        if periods:
            months[file] = next(iter(periods)) if len(periods) == 1 else ""
    return {file: month for file, month in months.items() if month}


def _parts(
    found: list[Record], months: dict[str, str], delivered: dict[str, Path]
) -> list[FilePart]:
    """Add up the rows of file_parts.sql that are of one month, under the files as delivered."""
    sums: dict[tuple[Path, str, str, str, str], list[Record]] = defaultdict(list)
    for row in found:
        month = row["named_period"] or months.get(row["source_file"]) or row["used_period"] or ""
        account = row["sub_account_id"] or ""
        key = row["billing_account_id"], account, row["billing_currency"]
        sums[delivered[row["source_file"]], month, *key].append(row)
    return [
        FilePart(
            *key,
            source_rows=sum(row["source_rows"] for row in rows),
            final_rows=sum(row["final_rows"] for row in rows),
            first_charge_date=_least(row["first_charge_date"] for row in rows),
            last_charge_date=_most(row["last_charge_date"] for row in rows),
            source_unblended_cost=exact_sum(row["source_unblended_cost"] for row in rows),
        )
        for key, rows in sums.items()
    ]


def _least(values: Iterable[Any]) -> Any:
    return min((value for value in values if value is not None), default=None)


def _most(values: Iterable[Any]) -> Any:
    return max((value for value in values if value is not None), default=None)


def same_bytes(files: list[Path]) -> dict[Path, Path]:
    """Return the files that are equal to one before them in the list, with that one."""
    sizes: dict[int, list[Path]] = defaultdict(list)
    for file in files:
        sizes[file.stat().st_size].append(file)
    known: dict[str, Path] = {}
    copies: dict[Path, Path] = {}
    for alike in (group for group in sizes.values() if len(group) > 1):
        for file in alike:
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            if known.setdefault(digest, file) is not file:
                copies[file] = known[digest]
    return copies
