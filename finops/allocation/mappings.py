"""Read who owns what, as FinOps writes it in mappings/*.csv."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

import duckdb
import pyarrow as pa
from pydantic import BeforeValidator, Field

from finops.csv_input import Row, check_known, check_unique, read_rows
from finops.errors import BadInput

Name = Annotated[str, Field(min_length=1)]
Day = Annotated[date | None, BeforeValidator(lambda value: value or None)]
# What a rule looks at, and the column of facts.owner_keys that holds it.
MATCHED = {
    "sub_account_id": "sub_account_id",
    "service_code": "x_service_code",
    "usage_type": "x_usage_type",
    "operation": "x_operation",
    "region_id": "region_id",
    "resource_id": "resource_id",
    "line_item_type": "x_line_item_type",
}
ALWAYS = date(1, 1, 1), date(9999, 12, 31)


class Team(Row):
    """A team that pays (`team`) or whose cost others share (`shared`)."""

    team: Name
    name: str = ""
    name_ko: str = ""
    kind: Literal["team", "shared"] = "team"
    cost_centre: str = ""
    aliases: str = ""


class Service(Row):
    """One of the company's own services and the team that runs it."""

    service: Name
    name: str = ""
    name_ko: str = ""
    team: Name
    aliases: str = ""


class TagKey(Row):
    """A tag key and what its value names; the smallest priority is read first."""

    tag_key: Name
    dimension: Literal["team", "service", "environment", "cost_centre"]
    priority: int = 1


class Rule(Row):
    """A pattern over charges and the owner it gives them."""

    rule_id: Name
    priority: int
    sub_account_id: str = ""
    service_code: str = ""
    usage_type: str = ""
    operation: str = ""
    region_id: str = ""
    resource_id: str = ""
    line_item_type: str = ""
    service: str = ""
    team: str = ""
    environment: str = ""
    cost_centre: str = ""
    valid_from: Day = None
    valid_to: Day = None
    author: str = ""
    note: str = ""


class SharedCost(Row):
    """How the cost of a shared team is split over the teams that pay."""

    pool: Name
    method: Literal["proportional", "even"]
    note: str = ""


_MODELS: dict[str, type[Row]] = {
    "teams": Team,
    "services": Service,
    "tag_keys": TagKey,
    "rules": Rule,
    "shared_costs": SharedCost,
}
# Columns of each file in mappings/.
FILES = {
    name: [column for column in model.model_fields if column != "line"]
    for name, model in _MODELS.items()
}


def load_mappings(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Read the files in `folder` into the tables of the schema `mappings`; absent files are empty.

    Raises BadInput, with file and line, for a wrong row or an unknown team or service.
    """
    teams = read_rows(folder / "teams.csv", Team)
    services = read_rows(folder / "services.csv", Service)
    tag_keys = read_rows(folder / "tag_keys.csv", TagKey)
    rules = read_rows(folder / "rules.csv", Rule)
    shared_costs = read_rows(folder / "shared_costs.csv", SharedCost)
    _check_owners(folder, teams, services)
    _check_rules(folder / "rules.csv", rules, teams, services)
    _check_pools(folder / "shared_costs.csv", shared_costs, teams)
    check_unique(folder / "tag_keys.csv", tag_keys, lambda row: (row.dimension, row.tag_key))

    con.execute("create schema if not exists mappings")
    files: list[Sequence[Row]] = [teams, services, tag_keys, rules, shared_costs]
    for (name, model), rows in zip(_MODELS.items(), files, strict=True):
        _create(con, name, model, [row.model_dump() for row in rows])
    _create_names(con, folder, teams, services)
    _create_rule_patterns(con, rules, services)


def match_key(name: str) -> str:
    """Return `name` as names are compared: `Base Load`, `base-load` and `BaseLoad` are one."""
    return re.sub(r"[\s._-]+", "", name).lower()


def _check_owners(folder: Path, teams: list[Team], services: list[Service]) -> None:
    check_unique(folder / "teams.csv", teams, lambda row: row.team)
    check_unique(folder / "services.csv", services, lambda row: row.service)
    for service in services:
        check_known(
            folder / "services.csv", service.line, "team", service.team, [one.team for one in teams]
        )


def _check_rules(path: Path, rules: list[Rule], teams: list[Team], services: list[Service]) -> None:
    check_unique(path, rules, lambda row: row.rule_id)
    known_teams = {one.team for one in teams}
    known_services = {one.service for one in services}
    for rule in rules:
        check_known(path, rule.line, "team", rule.team, known_teams)
        check_known(path, rule.line, "service", rule.service, known_services)
        if not (rule.team or rule.service):
            raise BadInput(f"{path} line {rule.line}: the rule gives neither team nor service.")
        if all(_is_anything(getattr(rule, name)) for name in MATCHED):
            raise BadInput(f"{path} line {rule.line}: the rule matches every charge; narrow it.")
        if rule.valid_from and rule.valid_to and rule.valid_to <= rule.valid_from:
            raise BadInput(
                f"{path} line {rule.line}: valid_to {rule.valid_to} is not after {rule.valid_from}."
            )


def _check_pools(path: Path, shared_costs: list[SharedCost], teams: list[Team]) -> None:
    check_unique(path, shared_costs, lambda row: row.pool)
    pools = [one.team for one in teams if one.kind == "shared"]
    for shared_cost in shared_costs:
        check_known(path, shared_cost.line, "shared team", shared_cost.pool, pools)


def _is_anything(pattern: str) -> bool:
    return not pattern or any(set(part.strip()) == {"*"} for part in pattern.split("|"))


def _create_names(
    con: duckdb.DuckDBPyConnection, folder: Path, teams: list[Team], services: list[Service]
) -> None:
    """Create `mappings.names`: one row per dimension and spelling, with the name it means."""
    named = [("team", one.team, one.aliases, one.line) for one in teams]
    named += [("service", one.service, one.aliases, one.line) for one in services]
    names: dict[tuple[str, str], str] = {}
    for dimension, value, aliases, line in named:
        for spelling in (value, *filter(None, aliases.split("|"))):
            key = dimension, match_key(spelling)
            if names.setdefault(key, value) != value:
                raise BadInput(
                    f"{folder / f'{dimension}s.csv'} line {line}: {spelling.strip()!r} already "
                    f"means {names[key]!r}."
                )
    rows = [
        {"dimension": dimension, "match_key": key, "value": value}
        for (dimension, key), value in names.items()
    ]
    schema = pa.schema([(name, pa.string()) for name in ("dimension", "match_key", "value")])
    _create_table(con, "names", pa.Table.from_pylist(rows, schema))


def _create_rule_patterns(
    con: duckdb.DuckDBPyConnection, rules: list[Rule], services: list[Service]
) -> None:
    """Create `mappings.rule_patterns`: one row per rule and combination of alternatives.

    A pattern is in the LIKE form with `!` as escape; NULL matches anything. `x_rank` is 1 for the
    rule that is asked first.
    """
    owners = {one.service: one.team for one in services}
    ordered = sorted(rules, key=lambda rule: (rule.priority, rule.line))
    rows = [
        dict(zip(MATCHED.values(), patterns, strict=True))
        | {
            "x_rule_id": rule.rule_id,
            "x_rank": rank,
            "x_service": rule.service or None,
            "x_team": rule.team or owners[rule.service],
            "x_environment": rule.environment or None,
            "x_cost_centre": rule.cost_centre or None,
            "valid_from": rule.valid_from or ALWAYS[0],
            "valid_to": rule.valid_to or ALWAYS[1],
        }
        for rank, rule in enumerate(ordered, start=1)
        for patterns in product(*(_like_patterns(getattr(rule, name)) for name in MATCHED))
    ]
    text = (*MATCHED.values(), "x_rule_id", "x_service", "x_team", "x_environment", "x_cost_centre")
    schema = pa.schema(
        [(name, pa.string()) for name in text]
        + [("x_rank", pa.int32()), ("valid_from", pa.date32()), ("valid_to", pa.date32())]
    )
    _create_table(con, "rule_patterns", pa.Table.from_pylist(rows, schema))


def _like_patterns(pattern: str) -> list[str | None]:
    if _is_anything(pattern):
        return [None]
    return [_like(part.strip()) for part in pattern.split("|") if part.strip()]


def _like(pattern: str) -> str:
    escaped = re.sub(r"([!%_])", r"!\1", pattern)
    return escaped.replace("*", "%").replace("?", "_")


def _create(
    con: duckdb.DuckDBPyConnection, name: str, model: type[Row], rows: list[dict[str, Any]]
) -> None:
    fields = model.model_fields
    schema = pa.schema(
        [
            (column, pa.int32() if kind.annotation is int else _text_or_date(kind.annotation))
            for column, kind in fields.items()
        ]
    )
    _create_table(con, name, pa.Table.from_pylist(rows, schema))


def _text_or_date(annotation: object) -> pa.DataType:
    return pa.date32() if annotation == date | None else pa.string()


def _create_table(con: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    con.register("mapping_rows", rows)
    con.execute(f"create or replace table mappings.{name} as select * from mapping_rows")
    con.unregister("mapping_rows")
