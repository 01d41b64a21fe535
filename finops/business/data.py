"""Read the company's own numbers, as it keeps them in business/*.csv."""

from pathlib import Path

import duckdb

from finops.csv_input import check_known
from finops.errors import BadInput
from finops.sql import literal

# Columns and types of each series; the key says what one row is.
SERIES: dict[str, tuple[dict[str, str], list[str]]] = {
    "orders": (
        {"hour": "timestamptz", "service": "varchar", "orders": "bigint"},
        ["hour", "service"],
    ),
    "revenue": (
        {"date": "date", "service": "varchar", "revenue": "decimal(18, 4)", "currency": "varchar"},
        ["date", "service"],
    ),
    "drivers": (
        {"date": "date", "driver": "varchar", "team": "varchar", "quantity": "decimal(28, 6)"},
        ["date", "driver", "team"],
    ),
    "budgets": (
        {
            "billing_period": "varchar",
            "team": "varchar",
            "budget": "decimal(18, 4)",
            "currency": "varchar",
            "version": "integer",
        },
        ["billing_period", "team", "version"],
    ),
    "exchange_rates": (
        {
            "billing_period": "varchar",
            "from_currency": "varchar",
            "to_currency": "varchar",
            "rate": "decimal(18, 6)",
            "source": "varchar",
        },
        ["billing_period", "from_currency", "to_currency"],
    ),
    "events": (
        {"start": "date", "end": "date", "key": "varchar", "kind": "varchar", "name": "varchar"},
        ["start", "key", "kind", "name"],
    ),
}
WHOLE_COMPANY = "*"


def load_business(con: duckdb.DuckDBPyConnection, folder: Path, timezone: str) -> None:
    """Read the series in `folder` into the tables of the schema `business`; absent ones are empty.

    Hours without an offset are read in `timezone` and kept in UTC. Raises BadInput, with file and
    line, for a value that doesn't parse, a missing column, a repeated key or an unknown name.
    """
    con.execute("create schema if not exists business")
    for name, (columns, key) in SERIES.items():
        _load_series(con, folder / f"{name}.csv", name, columns, key, timezone)
    for name in ("orders", "revenue"):
        _check_names(con, folder / f"{name}.csv", name, "service", "services")
    _check_names(con, folder / "budgets.csv", "budgets", "team", "teams")
    _check_periods(con, folder, "budgets")
    _check_periods(con, folder, "exchange_rates")


def _load_series(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    columns: dict[str, str],
    key: list[str],
    timezone: str,
) -> None:
    _read_text(con, path, columns)
    con.execute(f"set TimeZone = {literal(timezone)}")
    casts = ", ".join(
        f'try_cast("{column}" as {kind}) as "{column}"' for column, kind in columns.items()
    )
    con.execute(f"create or replace temp table series as select line, {casts} from series_text")
    con.execute("set TimeZone = 'UTC'")
    for column in columns:
        _check_values(con, path, column)
    _check_key(con, path, key)
    if name == "drivers":
        _check_drivers(con, path)
    utc = ", ".join(
        f'timezone(\'UTC\', "{column}") as "{column}"' if kind == "timestamptz" else f'"{column}"'
        for column, kind in columns.items()
    )
    con.execute(f"create or replace table business.{name} as select {utc} from series")
    con.execute("drop table series; drop table series_text")


def _read_text(con: duckdb.DuckDBPyConnection, path: Path, columns: dict[str, str]) -> None:
    """Create `series_text`: the file's columns as text, with the number of each line."""
    if not path.exists():
        empty = ", ".join(f'cast(null as varchar) as "{column}"' for column in columns)
        con.execute(
            f"create or replace temp table series_text as select 1 as line, {empty} limit 0"
        )
        return
    scan = f"read_csv({literal(str(path))}, all_varchar = true, header = true, parallel = false)"
    try:
        found = [row[0] for row in con.execute(f"describe select * from {scan}").fetchall()]
        missing = [column for column in columns if column not in found]
        if missing:
            raise BadInput(
                f"{path} line 1: missing {', '.join(missing)}. The columns are {','.join(columns)}."
            )
        names = ", ".join(f'"{column}"' for column in columns)
        con.execute(
            "create or replace temp table series_text as "
            f"select row_number() over () + 1 as line, {names} from {scan}"
        )
    except duckdb.Error as error:
        raise BadInput(f"{path} can't be read as CSV: {error}") from error


def _check_values(con: duckdb.DuckDBPyConnection, path: Path, column: str) -> None:
    bad = con.execute(
        f'select series_text.line, series_text."{column}" from series_text '
        f'inner join series on series_text.line = series.line where series."{column}" is null '
        "order by series_text.line"
    ).fetchall()
    if bad:
        line, value = bad[0]
        more = f" ({len(bad)} such lines)" if len(bad) > 1 else ""
        raise BadInput(f"{path} line {line}: {column} {value!r} does not parse{more}.")


def _check_key(con: duckdb.DuckDBPyConnection, path: Path, key: list[str]) -> None:
    names = ", ".join(f'"{column}"' for column in key)
    repeated = con.execute(
        f"select min(line), max(line) from series group by {names} having count(*) > 1 order by 1"
    ).fetchone()
    if repeated:
        raise BadInput(
            f"{path} line {repeated[1]}: same {' and '.join(key)} as line {repeated[0]}; keep one."
        )


def _check_drivers(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    wrong = con.execute(
        "select line, driver, team, quantity from series where quantity < 0 or driver = 'orders' "
        "or team not in (select team from mappings.teams) order by line limit 1"
    ).fetchone()
    if wrong:
        line, driver, team, quantity = wrong
        known = [one for (one,) in con.execute("select team from mappings.teams").fetchall()]
        check_known(path, line, "team", team, known)
        if quantity < 0:
            raise BadInput(f"{path} line {line}: quantity {quantity} is below zero.")
        raise BadInput(f"{path} line {line}: {driver} comes from orders.csv; take another name.")


def _check_names(
    con: duckdb.DuckDBPyConnection, path: Path, series: str, column: str, mapping: str
) -> None:
    unknown = con.execute(
        f"select {column} from business.{series} where {column} <> ? "
        f"and {column} not in (select {column} from mappings.{mapping}) order by 1 limit 1",
        [WHOLE_COMPANY],
    ).fetchone()
    if unknown:
        raise BadInput(f"{path}: {column} {unknown[0]!r} is not in mappings/{mapping}.csv.")


def _check_periods(con: duckdb.DuckDBPyConnection, folder: Path, series: str) -> None:
    wrong = con.execute(
        f"select billing_period from business.{series} "
        "where not regexp_full_match(billing_period, '[0-9]{4}-(0[1-9]|1[0-2])') limit 1"
    ).fetchone()
    if wrong:
        raise BadInput(f"{folder / series}.csv: billing_period {wrong[0]!r} is not like 2026-10.")
