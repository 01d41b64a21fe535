"""Write the mappings as tables that the models join with."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import duckdb
import pyarrow as pa

from finops.allocation.owners import Owner, owner_values
from finops.allocation.rules import Rule, in_order, pattern_rows, patterns
from finops.csv_input import Day, Row

_OWNER = {
    "x_service": pa.string(),
    "x_team": pa.string(),
    "x_environment": pa.string(),
    "x_cost_centre": pa.string(),
    "valid_from": pa.date32(),
    "valid_to": pa.date32(),
}
_RULE_OWNER = {
    "x_rank": pa.int32(),
    "x_rule_id": pa.string(),
    "x_priority": pa.int32(),
    "x_line": pa.int32(),
    "x_columns": pa.int32(),
    **_OWNER,
}
_PATTERN = {
    "x_rank": pa.int32(),
    "x_column": pa.string(),
    "x_place": pa.int32(),
    "x_attribute": pa.string(),
    "x_pattern": pa.string(),
    "x_is_exact": pa.bool_(),
}


def create_rows(
    con: duckdb.DuckDBPyConnection, name: str, model: type[Row], rows: Iterable[Row]
) -> None:
    """Create `mappings.<name>`: one row per line of the file, as it is written there."""
    kinds = {column: _kind(field.annotation) for column, field in model.model_fields.items()}
    _create(con, name, [row.model_dump() for row in rows], kinds)


def create_files(con: duckdb.DuckDBPyConnection, files: Iterable[tuple[Path, int]]) -> None:
    """Create `mappings.files`: one row per file that is there, with its version and rows.

    The version, `sha256`, is the first 12 digits of the file's hash.
    """
    rows = [
        {"file": path.name, "sha256": _version(path), "rows": count}
        for path, count in files
        if path.exists()
    ]
    _create(con, "files", rows, {"file": pa.string(), "sha256": pa.string(), "rows": pa.int32()})


def create_names(con: duckdb.DuckDBPyConnection, names: Mapping[tuple[str, str], str]) -> None:
    """Create `mappings.names`: one row per dimension and spelling, with the name it means."""
    rows = [
        {"dimension": dimension, "match_key": key, "value": value}
        for (dimension, key), value in names.items()
    ]
    _create(con, "names", rows, dict.fromkeys(("dimension", "match_key", "value"), pa.string()))


def create_rules(
    con: duckdb.DuckDBPyConnection, rules: list[Rule], service_teams: Mapping[str, str]
) -> None:
    """Create `mappings.rule_owners`, one row per rule, and `mappings.rule_patterns`.

    `x_rank` is 1 for the rule that is asked first, `x_columns` how many columns it asks for. A
    pattern row is one alternative of one of them; `x_place` is 1 for the most telling column.
    """
    owners = [
        {
            "x_rank": rank,
            "x_rule_id": rule.rule_id,
            "x_priority": rule.priority,
            "x_line": rule.line,
            "x_columns": len(patterns(rule)),
            **owner_values(rule, service_teams),
        }
        for rank, rule in enumerate(in_order(rules), start=1)
    ]
    _create(con, "rule_owners", owners, _RULE_OWNER)
    _create(con, "rule_patterns", list(pattern_rows(rules)), _PATTERN)


def create_owners(
    con: duckdb.DuckDBPyConnection,
    name: str,
    key: str,
    owners: Sequence[Owner],
    service_teams: Mapping[str, str],
) -> None:
    """Create `mappings.<name>`: one row per `key` and days, with the owner of both."""
    rows = [{key: getattr(one, key), **owner_values(one, service_teams)} for one in owners]
    _create(con, name, rows, {key: pa.string(), **_OWNER})


def _version(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _kind(annotation: object) -> pa.DataType:
    if annotation is int:
        return pa.int32()
    return pa.date32() if annotation == get_args(Day)[0] else pa.string()


def _create(
    con: duckdb.DuckDBPyConnection,
    name: str,
    rows: list[dict[str, Any]],
    kinds: Mapping[str, pa.DataType],
) -> None:
    con.register("mapping_rows", pa.Table.from_pylist(rows, pa.schema(list(kinds.items()))))
    con.execute(f"create or replace table mappings.{name} as select * from mapping_rows")
    con.unregister("mapping_rows")
