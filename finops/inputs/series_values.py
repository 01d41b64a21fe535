"""Say row and value of a series where a cell is not what its column holds."""

import datetime as dt
from zoneinfo import ZoneInfo

import duckdb

from finops.csv_input import FIRST_DAY, LAST_DAY
from finops.csv_text import shown
from finops.errors import BadInput
from finops.inputs.series import Series
from finops.inputs.series_files import Source

__all__ = ["MONEY_IN", "check_clocks", "check_times", "check_values", "repeated_hour"]

# The columns that name a currency.
MONEY_IN = {"currency", "from_currency", "to_currency"}
_DAY = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
# An hour without an offset: what clocks of the company's time zone show.
_CLOCK = rf"{_DAY}[ T][0-9]{{1,2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]*)?)?"
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", "1234.5"
_CURRENCY = "[A-Z]{3}", "USD"
# How a cell is written, and an example: by the column, or by its type.
_WRITTEN = {
    "billing_period": ("[0-9]{4}-(0[1-9]|1[0-2])", "2026-10"),
    **dict.fromkeys(MONEY_IN, _CURRENCY),
    # A database may write a day as its midnight.
    "date": (rf"{_DAY}([ T]00:00(:00(\.0+)?)?)?", "2026-10-01"),
    "timestamptz": (rf"{_DAY}[ T][0-9]{{1,2}}:.*", "2026-10-01T09:00:00+09:00"),
    "varchar": ("(?s).*", "text"),
}


def check_values(
    con: duckdb.DuckDBPyConnection, source: Source, series: Series, needed: list[str]
) -> None:
    """Raise BadInput for a cell that does not parse or would be rounded, and an empty `needed` one.

    `series_text` has the cells as text, `series` their values.
    """
    for column, kind in series.columns.items():
        written, example = _WRITTEN.get(column) or _WRITTEN.get(kind, _NUMBER)
        text, value = f'series_text."{column}"', f'series."{column}"'
        empty = f"or {text} is null" if column in needed else ""
        bad = con.execute(
            f"select line, {text} from series_text inner join series using (line) "
            f"where ({text} is not null and ({value} is null "
            f"or not regexp_full_match({text}, ?) {_rounded(column, kind)})) {empty} "
            "order by line",
            [written],
        ).fetchall()
        if bad:
            line, found = bad[0]
            cell = "is empty" if found is None else f"{shown(found)} {_wrong(kind, example)}"
            more = f" ({len(bad)} such lines)" if len(bad) > 1 else ""
            raise BadInput(f"{source.at(line)}: {column} {cell}{more}.")


def check_times(con: duckdb.DuckDBPyConnection, source: Source, series: Series) -> None:
    """Raise BadInput for a time that no company has numbers of, such as one of the year 0026."""
    for column, kind in series.columns.items():
        if column != "billing_period" and kind not in ("date", "timestamptz"):
            continue
        time = "billing_period || '-01'" if column == "billing_period" else f'"{column}"'
        wrong = con.execute(
            f'select line, cast("{column}" as varchar) from series '
            f"where cast({time} as date) not between ? and ? order by line limit 1",
            [FIRST_DAY, LAST_DAY],
        ).fetchone()
        if wrong:
            raise BadInput(
                f"{source.at(wrong[0])}: {column} {wrong[1]} is not in the years "
                f"{FIRST_DAY.year} to {LAST_DAY.year}."
            )


def check_clocks(
    con: duckdb.DuckDBPyConnection, source: Source, series: Series, timezone: str
) -> None:
    """Raise BadInput for an hour without an offset that clocks in `timezone` never show."""
    if "hour" not in series.columns:
        return
    skipped = con.execute(
        "select line, series_text.hour from series_text inner join series using (line) "
        "where regexp_full_match(series_text.hour, ?) "
        "and cast(series_text.hour as timestamp) <> timezone(?, series.hour) "
        "order by line limit 1",
        [_CLOCK, timezone],
    ).fetchone()
    if skipped:
        raise BadInput(
            f"{source.at(skipped[0])}: clocks in {timezone} never show {shown(skipped[1])}, as "
            "they are put forward: give the hour its offset, as in 2026-03-08T03:00:00-04:00."
        )


def repeated_hour(con: duckdb.DuckDBPyConnection, line: int, timezone: str) -> list[str]:
    """Return both times of the hour on a line, if it has no offset and clocks show it twice."""
    (text,) = con.execute("select hour from series_text where line = ?", [line]).fetchall()[0]
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return []
    if moment.tzinfo:
        return []
    first = moment.replace(tzinfo=ZoneInfo(timezone))
    second = first.replace(fold=1)
    # The second time is told apart only while clocks go back.
    is_repeated = first.utcoffset() > second.utcoffset()  # type: ignore[operator]
    return [first.isoformat(), second.isoformat()] if is_repeated else []


def _rounded(column: str, kind: str) -> str:
    """Return the condition that a cast loses some of a number."""
    text, value = f'series_text."{column}"', f'series."{column}"'
    if column == "quantity":
        # It is a weight: digits that measure nothing may go, all of it may not.
        return f"or ({value} = 0 and try_cast({text} as double) <> 0)"
    if kind.startswith(("decimal", "bigint", "integer")):
        return f"or try_cast({text} as decimal(38, 18)) <> {value}"
    return ""


def _wrong(kind: str, example: str) -> str:
    """Return in words why a cell is refused."""
    if kind in ("bigint", "integer"):
        return "does not parse as a whole number"
    places = kind.removesuffix(")").rpartition(", ")[2]
    if kind.startswith("decimal"):
        return f"does not parse as a number like {example} with at most {places} decimals"
    if kind in ("date", "timestamptz"):
        return f"does not parse as a time like {example}"
    return f"is not like {example}"
