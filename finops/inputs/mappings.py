"""Read who owns what, as FinOps writes it in mappings/*.csv."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import duckdb
from pydantic import AfterValidator, BeforeValidator

from finops.csv_input import (
    Day,
    Name,
    Row,
    RowType,
    Whole,
    check_known,
    check_unique,
    columns,
    read_rows,
)
from finops.errors import BadInput
from finops.inputs import mapping_tables as tables
from finops.inputs import shared_costs as pools
from finops.inputs.owner_lines import (
    Days,
    Owner,
    ServiceTeams,
    check_days,
    check_no_overlap,
    check_owners,
    days,
    newest,
)
from finops.inputs.rules import Rule, check_rules
from finops.names import Named, account_id, account_keys, match_key, spellings

# An empty cell is a team: only `shared` means something else.
Kind = Annotated[Literal["team", "shared"], BeforeValidator(lambda kind: kind or "team")]


class Team(Row):
    """A team that pays (`team`) or whose cost others share (`shared`), and its cost centre.

    A cost centre that changes has a line for the days of each.
    """

    team: Name
    name: str = ""
    name_ko: str = ""
    kind: Kind = "team"
    cost_centre: str = ""
    aliases: str = ""
    valid_from: Day = None
    valid_to: Day = None


class Service(Row):
    """One of the company's own services, the team that runs it and the product it is part of.

    A service that moves has a line for the days of each team.
    """

    service: Name
    name: str = ""
    name_ko: str = ""
    team: Name
    aliases: str = ""
    product: str = ""
    valid_from: Day = None
    valid_to: Day = None


class TagKey(Row):
    """A tag key and what its value names; the smallest priority is read first.

    `required` by one key of a dimension means that the tag policy asks for the dimension.
    """

    tag_key: Name
    dimension: Literal["team", "service", "environment", "cost_centre"]
    priority: Whole = 1
    required: Literal["yes", "no", ""] = ""


class TagValue(Row):
    """An environment or cost centre and the spellings of it that tags use."""

    dimension: Literal["environment", "cost_centre"]
    value: Name
    aliases: str = ""


class Resource(Owner):
    """The owner of one resource, whatever its tags say."""

    resource_id: Name


class AccountDefault(Owner):
    """The owner of what nothing else gives an owner in an account."""

    sub_account_id: Annotated[Name, AfterValidator(account_id)]


_MODELS: dict[str, type[Row]] = {
    "teams": Team,
    "services": Service,
    "tag_keys": TagKey,
    "tag_values": TagValue,
    "rules": Rule,
    "resources": Resource,
    "account_defaults": AccountDefault,
}
# Columns of each file in mappings/.
FILES = {name: columns(model) for name, model in (_MODELS | pools.MODELS).items()}


@dataclass(frozen=True)
class Mappings:
    """The rows of every file, each under its file's name; no row where there is no file."""

    folder: Path
    teams: list[Team]
    services: list[Service]
    tag_keys: list[TagKey]
    tag_values: list[TagValue]
    rules: list[Rule]
    resources: list[Resource]
    account_defaults: list[AccountDefault]

    def path(self, name: str) -> Path:
        """Return the path of a file."""
        return self.folder / f"{name}.csv"

    def rows(self, name: str) -> Sequence[Row]:
        """Return the rows of a file."""
        found: Sequence[Row] = getattr(self, name)
        return found

    @property
    def service_teams(self) -> ServiceTeams:
        """The teams that run each service, and on which days."""
        found: dict[str, list[tuple[str, Days]]] = defaultdict(list)
        for one in sorted(self.services, key=days):
            found[one.service].append((one.team, days(one)))
        return dict(found)


def load_mappings(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Read the files in `folder` into the tables of the schema `mappings`; absent files are empty.

    Raises BadInput, with file and line, for a wrong row or an unknown team or service.
    """
    found = read_mappings(folder)
    con.execute("create schema if not exists mappings")
    rows = {name: found.rows(name) for name in _MODELS}
    # One row per name, as it is called today; who it was on a day is in tables of their own.
    rows["teams"] = newest(found.teams, lambda one: one.team)
    rows["services"] = newest(found.services, lambda one: one.service)
    for name, model in _MODELS.items():
        compared = "tag_key" if model is TagKey else None
        tables.create_rows(con, name, model, rows[name], compared)
    tables.create_team_days(con, found.teams)
    tables.create_service_days(con, found.services)
    counts = {name: len(found.rows(name)) for name in _MODELS} | pools.row_counts(folder)
    tables.create_files(con, [(found.path(name), rows) for name, rows in counts.items()])
    tables.create_names(con, spellings(_named(found)))
    tables.create_rules(con, found.rules, found.service_teams)
    teams = found.service_teams
    tables.create_owners(con, "resource_owners", "resource_id", found.resources, teams)
    tables.create_account_owners(con, found.account_defaults, teams)


def read_mappings(folder: Path) -> Mappings:
    """Return the rows of the files in `folder`. Raises BadInput, with file and line."""
    teams = read_rows(folder / "teams.csv", Team)
    team_names = {match_key(one.team): one.team for one in teams}
    services = _renamed(read_rows(folder / "services.csv", Service), {"team": team_names})
    names = {
        "team": team_names,
        "service": {match_key(one.service): one.service for one in services},
    }
    found = Mappings(
        folder,
        teams,
        services,
        read_rows(folder / "tag_keys.csv", TagKey),
        read_rows(folder / "tag_values.csv", TagValue),
        _renamed(read_rows(folder / "rules.csv", Rule), names),
        _renamed(read_rows(folder / "resources.csv", Resource), names),
        _renamed(read_rows(folder / "account_defaults.csv", AccountDefault), names),
    )
    _check_names(found)
    _check_owners(found)
    return found


def _renamed(rows: list[RowType], names: dict[str, dict[str, str]]) -> list[RowType]:
    """Return the rows with teams and services called as their own file calls them."""
    return [
        row.model_copy(
            update={
                column: known.get(match_key(getattr(row, column)), getattr(row, column))
                for column, known in names.items()
            }
        )
        for row in rows
    ]


def _check_names(found: Mappings) -> None:
    teams = [one.team for one in found.teams]
    check_days(found.path("teams"), found.teams)
    check_no_overlap(found.path("teams"), found.teams, lambda row: row.team, "is already")
    check_days(found.path("services"), found.services)
    check_no_overlap(found.path("services"), found.services, lambda row: row.service, "is already")
    kinds: dict[str, str] = {}
    for team in found.teams:
        if kinds.setdefault(team.team, team.kind) != team.kind:
            raise BadInput(
                f"{found.path('teams')} line {team.line}: {team.team!r} is {kinds[team.team]!r} on "
                "another line; a team has one kind on all days."
            )
    for one in found.services:
        check_known(found.path("services"), one.line, "team", one.team, teams)
    check_unique(
        found.path("tag_keys"), found.tag_keys, lambda row: (row.dimension, match_key(row.tag_key))
    )
    spellings(_named(found))


def _check_owners(found: Mappings) -> None:
    teams = {one.team for one in found.teams}
    owners: dict[str, Sequence[Owner]] = {
        "rules": found.rules,
        "resources": found.resources,
        "account_defaults": found.account_defaults,
    }
    for name, rows in owners.items():
        check_owners(found.path(name), rows, teams, found.service_teams)
    check_rules(found.path("rules"), found.rules)
    check_no_overlap(found.path("resources"), found.resources, lambda row: row.resource_id)
    check_no_overlap(
        found.path("account_defaults"),
        found.account_defaults,
        lambda row: account_keys(row.sub_account_id)[0],
    )


def _named(found: Mappings) -> Iterator[Named]:
    for team in found.teams:
        yield Named("team", team.team, team.aliases, found.path("teams"), team.line)
    for one in found.services:
        yield Named("service", one.service, one.aliases, found.path("services"), one.line)
    for value in found.tag_values:
        path = found.path("tag_values")
        yield Named(value.dimension, value.value, value.aliases, path, value.line)
