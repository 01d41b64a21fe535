"""The obvious ways to ask every rule of every charge, timed on as many charges as they can bear."""

import math
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from finops.sql import literal

Rule = dict[str, str]
# Columns of rules.csv, and where the charges below have them.
COLUMNS = {
    "resource_id": "resource_id",
    "service_code": "x_service_code",
    "usage_type": "x_usage_type",
    "operation": "x_operation",
    "region_id": "region_id",
    "tag": "tag_project",
}
NO_RULE = 999


def naive_seconds_per_line(bill: Path, rules: list[Rule]) -> dict[str, float]:
    """Return the seconds that each way takes for one charge; NaN where it is not installed.

    Raises ValueError if two ways do not find the same rules.
    """
    seconds: dict[str, float] = {}
    answers = []
    for name, (way, lines) in WAYS.items():
        con = duckdb.connect()
        con.execute("set enable_progress_bar = false")
        con.execute(
            "create table charges as select row_number() over () as line, *, "
            "lower(tags['project']) as tag_project "
            f"from (from read_parquet({literal(str(bill))}) limit {lines})"
        )
        try:
            start = time.perf_counter()
            answers.append(way(con, rules))
            seconds[name] = (time.perf_counter() - start) / lines
        except ImportError:
            seconds[name] = math.nan
    if any(answer[:1000] != answers[0][:1000] for answer in answers):
        raise ValueError("The ways do not find the same rules.")
    return seconds


def _pattern_join(con: duckdb.DuckDBPyConnection, rules: list[Rule]) -> list[int]:
    """Join every charge with every rule by its patterns."""
    con.execute("create table patterns (rule int, " + ", ".join(f"{c} text" for c in COLUMNS) + ")")
    for number, rule in enumerate(rules):
        for one in rule.get("service_code", "").split("|"):
            for region in rule.get("region_id", "").split("|"):
                values = rule | {"service_code": one, "region_id": region}
                likes = [_like(_value(values.get(column, ""))) for column in COLUMNS]
                con.execute(
                    f"insert into patterns values (?{', ?' * len(likes)})", [number, *likes]
                )
    match = " and ".join(
        f"(patterns.{column} is null or charges.{found} like patterns.{column})"
        for column, found in COLUMNS.items()
    )
    return _rules_of(
        con,
        f"select line, min(rule) from charges left join patterns on {match} group by line",
    )


def _big_case(con: duckdb.DuckDBPyConnection, rules: list[Rule]) -> list[int]:
    """Ask the rules one by one in a CASE with a branch for each."""
    branches = " ".join(
        f"when {_condition(rule)} then {number}" for number, rule in enumerate(rules)
    )
    return _rules_of(con, f"select line, case {branches} end from charges")


def _polars(con: duckdb.DuckDBPyConnection, rules: list[Rule]) -> list[int]:
    """Ask the rules one by one in a polars expression with a branch for each."""
    import polars as pl

    charges: Any = pl.from_arrow(con.sql(_CHARGES).to_arrow_table())
    tests = [
        pl.all_horizontal(
            pl.col(COLUMNS[column]).str.contains(_regex(text)).fill_null(False)
            for column, text in _asked(rule)
        )
        for rule in rules
    ]
    found = [pl.when(test).then(pl.lit(number)) for number, test in enumerate(tests)]
    rule = pl.coalesce(*found, pl.lit(NO_RULE)).alias("rule")
    answer: list[int] = charges.select(rule)["rule"].to_list()
    return answer


def _pandas(con: duckdb.DuckDBPyConnection, rules: list[Rule]) -> list[int]:
    """Ask the rules one by one of the charges that no rule before them took."""
    charges = con.sql(_CHARGES).to_arrow_table().to_pandas()
    answer = charges["line"] * 0 + NO_RULE
    for number, rule in enumerate(rules):
        left = answer == NO_RULE
        for column, text in _asked(rule):
            left &= charges[COLUMNS[column]].str.contains(_regex(text), na=False)
        answer[left] = number
    return list(answer)


_CHARGES = f"select line, {', '.join(COLUMNS.values())} from charges order by line"
# Each way, and the charges it is tried on.
WAYS: dict[str, tuple[Callable[[duckdb.DuckDBPyConnection, list[Rule]], list[int]], int]] = {
    "pattern_join": (_pattern_join, 5_000),
    "one_big_case": (_big_case, 100_000),
    "polars": (_polars, 100_000),
    "pandas": (_pandas, 20_000),
}


def _rules_of(con: duckdb.DuckDBPyConnection, query: str) -> list[int]:
    rows = con.execute(f"select * from ({query}) as found(line, rule) order by line").fetchall()
    return [NO_RULE if rule is None else rule for _, rule in rows]


def _asked(rule: Rule) -> list[tuple[str, str]]:
    return [(column, _value(rule[column])) for column in COLUMNS if column in rule]


def _value(text: str) -> str:
    return text.removeprefix("project=")


def _like(pattern: str) -> str | None:
    return pattern.replace("*", "%") or None


def _condition(rule: Rule) -> str:
    return " and ".join(
        "("
        + " or ".join(
            f"{COLUMNS[column]} like {literal(_like(one) or '')}" for one in text.split("|")
        )
        + ")"
        for column, text in _asked(rule)
    )


def _regex(text: str) -> str:
    parts = [re.escape(one).replace("\\*", ".*") for one in text.split("|")]
    return f"^(?:{'|'.join(parts)})$"
