"""Write the mappings as tables that the models join with."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import duckdb
import pyarrow as pa

from finops.csv_input import Day, Row
from finops.inputs.owner_lines import Owner, ServiceTeams, days, gaps, owner_rows
from finops.inputs.rules import Rule, in_order, pattern_rows, patterns
from finops.names import account_keys, match_key

if TYPE_CHECKING:
    from finops.inputs.mappings import AccountDefault, Service, Team

_DAYS = {"valid_from": pa.date32(), "valid_to": pa.date32()}
_OWNER = {
    "x_service": pa.string(),
    "x_team": pa.string(),
    "x_environment": pa.string(),
    "x_cost_centre": pa.string(),
    **_DAYS,
}
_RULE_OWNER = {
    "x_rank": pa.int32(),
    "x_rule_id": pa.string(),
    "x_priority": pa.int32(),
    "x_line": pa.int32(),
    "x_columns": pa.int32(),
    "x_is_of_service": pa.bool_(),
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
    con: duckdb.DuckDBPyConnection,
    name: str,
    model: type[Row],
    rows: Iterable[Row],
    compared: str | None = None,
) -> None:
    """Create `mappings.<name>`: one row per line of the file, as it is written there.

    And with the column `match_key`: the column `compared` as names are compared, if there is one.
    """
    kinds = {column: _kind(field.annotation) for column, field in model.model_fields.items()}
    found = [row.model_dump() for row in rows]
    if compared:
        kinds["match_key"] = pa.string()
        found = [row | {"match_key": match_key(row[compared])} for row in found]
    _create(con, name, found, kinds)


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
    con: duckdb.DuckDBPyConnection, rules: list[Rule], service_teams: ServiceTeams
) -> None:
    """Create `mappings.rule_owners`, one row per rule, and `mappings.rule_patterns`.

    `x_is_of_service` says that the rule names a service alone: `x_team` is who runs it last, and
    owners.direct_owners asks who did on the day. `x_rank` is 1 for the rule that is asked first,
    `x_columns` how many columns it asks for. A pattern row is one alternative of one of them;
    `x_place` is 1 for the most telling column.
    """
    owners = [
        {
            "x_rank": rank,
            "x_rule_id": rule.rule_id,
            "x_priority": rule.priority,
            "x_line": rule.line,
            "x_columns": len(patterns(rule)),
            "x_is_of_service": not rule.team,
            **_last_owner(rule, service_teams),
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
    service_teams: ServiceTeams,
) -> None:
    """Create `mappings.<name>`: one row per `key` and days, with the owner of both."""
    rows = [
        {key: getattr(one, key), **row} for one in owners for row in owner_rows(one, service_teams)
    ]
    _create(con, name, rows, {key: pa.string(), **_OWNER})


def create_service_days(con: duckdb.DuckDBPyConnection, services: Sequence["Service"]) -> None:
    """Create `mappings.service_days`: the team and product of each service on each of all days.

    On days of no line both are NULL.
    """
    rows: list[tuple[object, ...]] = []
    for name in dict.fromkeys(one.service for one in services):
        lines = sorted((one for one in services if one.service == name), key=days)
        rows += [(name, one.team, one.product, *days(one)) for one in lines]
        rows += [(name, None, None, *gap) for gap in gaps([days(one) for one in lines])]
    kinds = {"service": pa.string(), "team": pa.string(), "product": pa.string(), **_DAYS}
    _create(con, "service_days", [dict(zip(kinds, row, strict=True)) for row in rows], kinds)


def create_team_days(con: duckdb.DuckDBPyConnection, teams: Sequence["Team"]) -> None:
    """Create `mappings.team_days`: the cost centre of each team and days."""
    kinds = {"team": pa.string(), "cost_centre": pa.string(), **_DAYS}
    rows = [(one.team, one.cost_centre, *days(one)) for one in teams]
    _create(con, "team_days", [dict(zip(kinds, row, strict=True)) for row in rows], kinds)


def _last_owner(rule: Rule, service_teams: ServiceTeams) -> dict[str, Any]:
    """Return the owner columns of a rule, whole days, with the team that its service has last."""
    team = rule.team or service_teams[rule.service][-1][0]
    (row,) = owner_rows(rule.model_copy(update={"team": team}), service_teams)
    return row


def create_account_owners(
    con: duckdb.DuckDBPyConnection, owners: Sequence["AccountDefault"], service_teams: ServiceTeams
) -> None:
    """Create `mappings.account_owners`: one row per days and `x_account_key` of an account."""
    rows = [
        {"sub_account_id": one.sub_account_id, "x_account_key": key, **row}
        for one in owners
        for key in account_keys(one.sub_account_id)
        for row in owner_rows(one, service_teams)
    ]
    kinds = {"sub_account_id": pa.string(), "x_account_key": pa.string(), **_OWNER}
    _create(con, "account_owners", rows, kinds)


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
