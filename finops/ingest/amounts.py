"""Read amounts of money with every digit that the bill has, or not at all."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal, localcontext

import duckdb

from finops.ingest.layouts import Field, Layout
from finops.sql import literal

__all__ = [
    "NARROW",
    "WIDE",
    "TooNarrow",
    "amount",
    "exact_sum",
    "is_too_narrow",
    "proven",
    "whole_digits",
]

# Eight digits before the point and ten after it hold nearly every bill in USD, in 64 bits. A
# delivery with one amount that they don't hold gets the wide type for all its amounts.
NARROW = "decimal(18, 10)"
WIDE = "decimal(38, 18)"
_INTEGERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?")
_DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)")
# Below it, the nearest ten-billionth of a double is found without a look at its text.
_SAFE = 200_000
# So many digits tell a double from every other, and fewer of one mostly aren't written.
_DOUBLE_DIGITS = "15 and 17"
# 3 x 2^51: a double of up to 2^51 that it is added to, and taken from again, is rounded to a whole
# number, three times faster than by round().
_ROUNDER = "6755399441055744.0"


class TooNarrow(Exception):
    """The narrow type does not hold some amount of a delivery."""


def is_too_narrow(error: Exception) -> bool:
    """Return whether a query failed because of an amount that the narrow type doesn't hold."""
    # The lines below the first one quote the query.
    return "decimal(18" in str(error).partition("\n")[0].lower()


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Return the sum of amounts with all their digits; Python rounds to 28 of them."""
    with localcontext(prec=60):
        return sum(amounts, Decimal(0))


def whole_digits(target: str) -> tuple[int, int]:
    """Return how many digits an amount of this type may have before the point, and after it."""
    width, scale = (int(digits) for digits in re.findall(r"\d+", target))
    return width - scale, scale


def amount(sql: str, kind: str, target: str, *, is_lenient: bool = False) -> str:
    """Return SQL for the values of a column of the type `kind` as exact amounts of `target`.

    What has more digits than `target` is an error, or NULL in lenient SQL: a cast alone would
    round it. A double is the shortest text that reads back as it; of that, WIDE keeps what stands
    up to the eighteenth decimal, as a double's digits beyond it are not its source's.
    """
    if kind in ("DOUBLE", "FLOAT"):
        return _of_float(sql, kind, target, is_lenient)
    if _INTEGERS.fullmatch(kind):
        return _cast(sql, target, is_lenient)
    if found := _DECIMAL.fullmatch(kind):
        cast = _cast(sql, target, is_lenient)
        is_whole = int(found[2]) <= whole_digits(target)[1]
        return (
            cast
            if is_whole
            else _unless(f"cast({cast} as {kind}) <> {sql}", cast, target, is_lenient)
        )
    return _of_text(sql if kind == "VARCHAR" else f"cast({sql} as varchar)", target, is_lenient)


def proven(
    con: duckdb.DuckDBPyConnection, layout: Layout, is_amount: Callable[[str], bool]
) -> Layout:
    """Return a layout of Parquet with a plain cast of each column of doubles that NARROW holds.

    To look at every value once, before, costs less than to look at it in each query. Raises
    TooNarrow for a value with more digits.
    """
    small = _small_columns(con, layout)
    checked = [
        one.sql
        for one in layout.fields
        if one.type == "DOUBLE" and is_amount(one.header) and one.header in small
    ]
    longer = " or ".join(
        f"(({sql} * 1e10 + {_ROUNDER}) - {_ROUNDER}) / 1e10 <> {sql}" for sql in checked
    )
    if longer and con.execute(f"select 1 from {layout.scan} where {longer} limit 1").fetchall():
        raise TooNarrow
    fields = [
        Field(one.header, f"cast({one.sql} as {NARROW})", NARROW.upper())
        if one.sql in checked
        else one
        for one in layout.fields
    ]
    return replace(layout, fields=tuple(fields))


def _small_columns(con: duckdb.DuckDBPyConnection, layout: Layout) -> set[str]:
    """Return the columns of Parquet files whose numbers are known to be below _SAFE."""
    files = ", ".join(literal(str(file)) for file in layout.files)
    # Older writers, AWS's among them, have the totals of numbers in the deprecated fields alone.
    rows = con.execute(
        "select path_in_schema from parquet_metadata([" + files + "]) group by path_in_schema "
        "having bool_and(coalesce("
        f"try_cast(coalesce(stats_min_value, stats_min) as double) > -{_SAFE} "
        f"and try_cast(coalesce(stats_max_value, stats_max) as double) < {_SAFE}, "
        "num_values = stats_null_count, false))"
    ).fetchall()
    return {name for (name,) in rows}


def _of_float(sql: str, kind: str, target: str, is_lenient: bool) -> str:
    text = f"cast({sql} as varchar)"
    if kind == "FLOAT":
        return (
            _cast(text, WIDE, is_lenient) if target == WIDE else _of_text(text, target, is_lenient)
        )
    if target == WIDE:
        # Text costs ten times as much, and most doubles are the nearest ten-billionth.
        # NaN is not in the statistics of Parquet, from which DuckDB infers that all are small.
        is_short = (
            f"isfinite({sql}) and abs({sql}) < {_SAFE} and round({sql} * 1e10) / 1e10 = {sql}"
        )
        short = f"cast(cast({sql} as {NARROW}) as {WIDE})"
        return f"case when {is_short} then {short} else {_cast(text, WIDE, is_lenient)} end"
    by_text = _unless(
        f"strlen({text}) - instr({text}, '.') > 10",
        _cast(text, target, is_lenient),
        target,
        is_lenient,
    )
    by_value = _unless(
        f"round({sql} * 1e10) / 1e10 <> {sql}",
        _cast(sql, target, is_lenient),
        target,
        is_lenient,
    )
    return f"case when abs({sql}) >= {_SAFE} then {by_text} else {by_value} end"


def _of_text(text: str, target: str, is_lenient: bool) -> str:
    scale = whole_digits(target)[1]
    # A cast that can't fail has no value for the empty text anyway, and is done once per text.
    cast = _cast(text if is_lenient else f"nullif({text}, '')", target, is_lenient)
    may_be_longer = (
        f"strlen({text}) - instr({text}, '.') > {scale} "
        f"or contains({text}, 'e') or contains({text}, 'E')"
    )
    is_cut = f"{_decimals(text)} > {scale}"
    if target == WIDE:
        # With that many digits it is a double as somebody has written it, and counts as one.
        is_cut = f"({is_cut} and {_digits(text)} not between {_DOUBLE_DIGITS})"
    exact = _unless(is_cut, cast, target, is_lenient)
    return f"case when {may_be_longer} then {exact} else {cast} end"


def _decimals(text: str) -> str:
    """Return SQL for how many decimals a number has, however it is written; 0 has none."""
    decimals = rf"length(rtrim(regexp_extract({text}, '\.([0-9_]*)', 1), '0'))"
    exponent = rf"try_cast(regexp_extract({text}, '[eE]([-+]?[0-9]+)\s*$', 1) as bigint)"
    is_zero = rf"regexp_matches({text}, '^\s*[-+]?[0.]*([eE]|\s*$)')"
    return f"(case when {is_zero} then 0 else {decimals} - coalesce({exponent}, 0) end)"


def _digits(text: str) -> str:
    """Return SQL for how many digits of a number count, from the first that is not 0."""
    mantissa = rf"regexp_extract({text}, '^\s*[-+]?([0-9.]*)', 1)"
    return f"length(ltrim(replace({mantissa}, '.', ''), '0'))"


def _unless(is_cut: str, cast: str, target: str, is_lenient: bool) -> str:
    otherwise = "null" if is_lenient else f"error('more digits than {target} has')"
    return f"case when {is_cut} then {otherwise} else {cast} end"


def _cast(sql: str, target: str, is_lenient: bool) -> str:
    return f"{'try_cast' if is_lenient else 'cast'}({sql} as {target})"
