"""Read the company's own numbers, as it keeps them in business/ or in its databases."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import duckdb

from finops.csv_input import check_known
from finops.errors import BadInput
from finops.inputs.holidays import create_holidays
from finops.inputs.series import SERIES, WHOLE_COMPANY, Series
from finops.inputs.series_days import create_series_days, create_zone_days
from finops.inputs.series_files import Source, find_source, read_text
from finops.inputs.series_gaps import create_spans
from finops.inputs.series_values import (
    MONEY_IN,
    check_clocks,
    check_times,
    check_values,
    repeated_hour,
)
from finops.sql import literal

__all__ = ["MADE_OF", "load_business"]

# Tables that are made of a series, beside its own.
MADE_OF = {
    "business.daily_orders": "business.orders",
    "business.local_orders": "business.orders",
    "business.local_revenue": "business.revenue",
    "business.monthly_orders": "business.orders",
    "business.zone_days": "business.zone",
    "business.monthly_rates": "business.exchange_rates",
}
_NOTHING: Mapping[str, Path] = MappingProxyType({})
# Rows that can't be used: which, and why.
_WRONG = {
    "orders": [("orders < 0", "orders {orders} are below zero")],
    "order_plan": [("orders < 0", "orders {orders} are below zero")],
    "revenue": [],
    "drivers": [
        ("quantity < 0", "quantity {quantity} is below zero"),
        ("driver = 'orders'", "{driver} comes from orders.csv; take another name"),
    ],
    "budgets": [],
    "exchange_rates": [("rate <= 0", "rate {rate} must be above zero")],
    "events": [('"end" < "start"', "it ends on {end}, before it starts")],
    "holidays": [
        ("change not in ('add', 'remove')", "change {change!r} is neither add nor remove")
    ],
}


def load_business(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    timezone: str,
    fetched: Mapping[str, Path] = _NOTHING,
) -> None:
    """Read the series in `folder` and `fetched` into the schema `business`; absent ones are empty.

    One table per series with the columns of SERIES; of orders, `business.orders` has hours (UTC)
    and `business.monthly_orders` what is known by month only. `create_series_days` makes the days
    of orders, revenue and drivers, `business.zone_days` says when a day begins.
    `business.monthly_rates` has the rate of each month, or the mean of its days.
    `business.series` says of each what it holds and lacks, `business.holidays` is the calendar.
    Hours without an offset are read in `timezone`. `fetched` are the rows of queries, by series.
    Raises BadInput, with file and line, for a value that doesn't parse, a missing column, a
    repeated key or an unknown name.
    """
    con.execute("create schema if not exists business")
    sources = {name: find_source(folder, name, fetched) for name in SERIES}
    for name, series in SERIES.items():
        _load_series(con, sources[name], name, series, timezone)
    create_zone_days(con, timezone)
    read_from = {name: source.table_name for name, source in sources.items() if source}
    create_spans(con, read_from, timezone)
    create_series_days(con, timezone)
    _create_orders(con)
    _create_rates(con)
    create_holidays(con)


def _load_series(
    con: duckdb.DuckDBPyConnection,
    source: Source | None,
    name: str,
    series: Series,
    timezone: str,
) -> None:
    kinds = ", ".join(f'"{column}" {kind}' for column, kind in series.columns.items())
    if source is None:
        con.execute(f"create or replace table business.{name} ({kinds})")
        con.execute(f"create or replace table business.{name} as {_in_utc(name, series)}")
        return
    found = read_text(con, source, list(series.columns))
    _check_columns(source, series, found)
    for column in MONEY_IN & series.columns.keys():
        con.execute(f'update series_text set "{column}" = upper("{column}")')
    con.execute(f"set TimeZone = {literal(timezone)}")
    casts = ", ".join(
        f'try_cast("{column}" as {kind}) as "{column}"' for column, kind in series.columns.items()
    )
    con.execute(f"create or replace temp table series as select line, {casts} from series_text")
    con.execute("set TimeZone = 'UTC'")
    check_values(con, source, series, series.needed(found))
    check_times(con, source, series)
    check_clocks(con, source, series, timezone)
    _check_rows(con, source, name, series, timezone)
    con.execute(f"create or replace table business.{name} as {_in_utc('series', series)}")
    con.execute("drop table series; drop table series_text")


def _in_utc(table: str, series: Series) -> str:
    columns = ", ".join(
        f'timezone(\'UTC\', "{column}") as "{column}"' if kind == "timestamptz" else f'"{column}"'
        for column, kind in series.columns.items()
    )
    place = table if table == "series" else f"business.{table}"
    return f"select {columns} from {place}"


def _check_columns(source: Source, series: Series, found: list[str]) -> None:
    missing = [name for name in series.needed(found) if name not in found]
    if not missing and series.owners and not set(series.owners) & set(found):
        missing = [" or ".join(series.owners)]
    if missing:
        raise BadInput(
            f"{source.at(1)}: missing {', '.join(missing)}. "
            f"The columns are {','.join(series.header)}{_other_times(series)}."
        )
    unknown = [name for name in found if name not in series.columns] if source.is_csv else []
    if unknown:
        close = difflib.get_close_matches(unknown[0], series.columns, n=1)
        hint = f"did you mean {close[0]}?" if close else "remove it."
        raise BadInput(
            f"{source.at(1)}: unknown {unknown[0]}; {hint} "
            f"The columns are {','.join(series.header)}{_other_times(series)}."
        )
    times = [name for name in series.times if name in found]
    if len(times) > 1:
        raise BadInput(f"{source.at(1)}: {' and '.join(times)} both tell the time; keep one.")


def _other_times(series: Series) -> str:
    first, *others = series.times
    return f" (or {' or '.join(others)} instead of {first})" if others else ""


def _check_rows(
    con: duckdb.DuckDBPyConnection, source: Source, name: str, series: Series, timezone: str
) -> None:
    _check_key(con, source, series, timezone)
    texts = ", ".join(f'cast("{column}" as varchar)' for column in series.columns)
    for condition, reason in _WRONG[name]:
        wrong = con.execute(
            f"select line, {texts} from series where {condition} order by line limit 1"
        ).fetchone()
        if wrong:
            line, *cells = wrong
            values = dict(zip(series.columns, cells, strict=True))
            raise BadInput(f"{source.at(line)}: {reason.format(**values)}.")
    if series.owners:
        _check_owners(con, source, series)
    for column in ("service", "team"):
        if column in series.columns:
            _check_names(con, source, column)


def _check_key(
    con: duckdb.DuckDBPyConnection, source: Source, series: Series, timezone: str
) -> None:
    names = ", ".join(f'"{column}"' for column in series.key)
    filled = ", ".join(f'any_value("{column}") is not null' for column in series.key)
    repeated = con.execute(
        f"select min(line), max(line), [{filled}] from series group by {names} "
        "having count(*) > 1 order by 1"
    ).fetchone()
    if not repeated:
        return
    first, last, is_filled = repeated
    is_hour = series.key[0] == "hour" and is_filled[0]
    lines = [first, last] if is_hour else []
    if twice := next(filter(None, (repeated_hour(con, line, timezone) for line in lines)), None):
        advice = (
            f"clocks in {timezone} show this hour twice: give each its offset, as in "
            f"{' and '.join(twice)}"
        )
    else:
        # What is counted in two parts is lost with one of them.
        is_counted = set(series.columns) & {"orders", "revenue", "quantity"}
        advice = "add them up, or keep one if they repeat each other" if is_counted else "keep one"
    key = [name for name, has_value in zip(series.key, is_filled, strict=True) if has_value]
    raise BadInput(
        f"{source.at(last)}: same {' and '.join(key)} as {source.row} {first}; {advice}."
    )


def _check_owners(con: duckdb.DuckDBPyConnection, source: Source, series: Series) -> None:
    filled = " + ".join(f'cast("{name}" is not null as integer)' for name in series.owners)
    wrong = con.execute(f"select min(line) from series where {filled} <> 1").fetchone()
    if wrong and wrong[0]:
        raise BadInput(f"{source.at(wrong[0])}: fill exactly one of {', '.join(series.owners)}.")


def _check_names(con: duckdb.DuckDBPyConnection, source: Source, column: str) -> None:
    """Refuse a team or service that the mappings lack; orders of all have the service `*`."""
    known = [name for (name,) in con.execute(f"select {column} from mappings.{column}s").fetchall()]
    unknown = con.execute(
        f'select line, "{column}" from series '
        f'where "{column}" not in (select unnest(?)) order by line limit 1',
        [[*known, WHOLE_COMPANY] if column == "service" else known],
    ).fetchone()
    if unknown:
        check_known(Path(source.name), unknown[0], column, unknown[1], known)


def _create_orders(con: duckdb.DuckDBPyConnection) -> None:
    """Part the orders by grain: those of a month have no days, those of a day no hours."""
    con.execute(
        "create or replace table business.monthly_orders as "
        "select billing_period, service, orders from business.orders "
        "where billing_period is not null"
    )
    con.execute(
        "create or replace table business.orders as "
        "select hour, service, orders from business.orders where hour is not null"
    )


def _create_rates(con: duckdb.DuckDBPyConnection) -> None:
    """Give each month its rate, or the mean of its days that have one, as weekends have none.

    In whole ten-billionths, half up, so that it is exact.
    """
    con.execute(
        "create or replace table business.monthly_rates as "
        "select coalesce(billing_period, strftime(date, '%Y-%m')) as billing_period, "
        "from_currency, to_currency, "
        "cast((2 * sum(cast(rate * 10000000000 as hugeint)) + count(*)) // (2 * count(*)) "
        "as decimal(20, 0)) * cast(0.0000000001 as decimal(11, 10)) as rate, "
        "count(*) as x_rates from business.exchange_rates group by 1, 2, 3"
    )
    con.execute("alter table business.monthly_rates alter rate type decimal(20, 10)")
