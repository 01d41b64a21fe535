"""Hold a build against its promises, and say what breaks one: month, table, expected and found."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import duckdb

from finops.errors import CheckFailed
from finops.warehouse.models import Model

# What breaks for a promise that is about all months together.
ALL_MONTHS = "*"
# So many rows of a broken promise are shown.
_SHOWN = 3
_EXPECTED, _FOUND = "expected_", "found_"
# Columns whose values say what they are.
_PLAIN = {"billing_period", "charge_date", "billing_currency"}


def keep_promises(con: duckdb.DuckDBPyConnection, promises: Iterable[Model]) -> None:
    """Raise CheckFailed with a line per promise that some row breaks, and with its months."""
    lines, periods = [], defaultdict[str, list[str]](list)
    for promise in promises:
        count, line = broken(con, promise)
        if count:
            lines.append(line)
            for period in _periods(con, promise):
                periods[period].append(promise.name)
    if lines:
        raise CheckFailed("\n".join(lines), {key: ", ".join(one) for key, one in periods.items()})


def broken(con: duckdb.DuckDBPyConnection, promise: Model) -> tuple[int, str]:
    """Return how many rows break a promise, and a line that says which; it is empty if none does.

    The line names month, table, what was expected and what was found.
    """
    count = int(con.execute(f"select count(*) from ({promise.sql})").fetchall()[0][0])
    if not count:
        return 0, ""
    found = con.execute(f"select * from ({promise.sql}) order by all limit {_SHOWN}")
    names = [column[0] for column in found.description or []]
    rows = [_row_text(dict(zip(names, row, strict=True))) for row in found.fetchall()]
    more = f"; and {count - len(rows)} more" if count > len(rows) else ""
    where = f"In {_table(promise)}: " if promise.reads else ""
    return count, f"{promise.name}: {promise.grain} {where}{'; '.join(rows)}{more}."


def _periods(con: duckdb.DuckDBPyConnection, promise: Model) -> list[str]:
    """Return the months whose rows break a promise; `ALL_MONTHS` where they name none."""
    columns = con.execute(f"select * from ({promise.sql}) limit 0").description or []
    if "billing_period" not in {column[0] for column in columns}:
        return [ALL_MONTHS]
    month = f"coalesce(billing_period, '{ALL_MONTHS}')"
    query = f"select distinct {month} from ({promise.sql}) order by all"
    return [row[0] for row in con.execute(query).fetchall()]


def _table(promise: Model) -> str:
    """Return the table that a promise is about; its name begins with it, or it compares several."""
    tables = sorted(promise.reads)
    own = [one for one in tables if promise.name.startswith(f"{one.partition('.')[2]}_")]
    return max(own, key=len) if own else " and ".join(tables)


def _row_text(row: dict[str, Any]) -> str:
    """Return a row such as `2026-10, USD: billed_cost expected 10, found 9`."""
    where = [
        _value(value) if name in _PLAIN else f"{name} {_value(value)}"
        for name, value in row.items()
        if not name.startswith((_EXPECTED, _FOUND)) and value is not None
    ]
    differences = list(_differences(row))
    return ", ".join(where) + (f": {', '.join(differences)}" if differences else "")


def _differences(row: dict[str, Any]) -> Iterator[str]:
    for name, found in row.items():
        measure = name.removeprefix(_FOUND)
        expected = row.get(f"{_EXPECTED}{measure}")
        if name.startswith(_FOUND) and found != expected:
            yield f"{measure} expected {_value(expected)}, found {_value(found)}"


def _value(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "none" if value is None else str(value)
