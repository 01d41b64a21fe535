"""Read what belongs to what, and tags that the bill lacks, from the project's inventory/ folder."""

import csv
import os
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from pathlib import Path
from typing import Annotated, ClassVar, NamedTuple

import duckdb
import pyarrow as pa
from pydantic import ConfigDict, Field

from finops.csv_input import Row, check_unique, read_rows
from finops.csv_text import is_hidden
from finops.errors import BadInput
from finops.inputs.aws_exports import Related, Resource, read_export
from finops.inputs.resource_ids import is_unique, resource_key
from finops.names import match_key

TAG_PREFIX = "tag:"


class Belonging(Row):
    """A resource, what it belongs to, and its tags in columns such as `tag:team`."""

    model_config = ConfigDict(extra="allow")
    free_prefix: ClassVar[str | None] = TAG_PREFIX

    resource_id: Annotated[str, Field(min_length=1)]
    belongs_to: str = ""
    relation: Annotated[str, Field(pattern="^([a-z][a-z0-9_]*)?$")] = ""


# Columns of a list made by hand.
BELONGS_TO = ["resource_id", "belongs_to", "relation"]


class Relation(NamedTuple):
    """A resource and what it belongs to, both by resource_key; `place` is where that is written."""

    place: str
    resource: str
    belongs_to: str
    relation: str


def load_inventory(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Read the files in `folder` into the schema `inventory`; without a folder it is empty.

    `inventory.relationships` has one row per resource and resource that it belongs to,
    `inventory.tags` one per resource and tag key. Of files that disagree about a tag the last
    one by name counts.

    Raises BadInput, with file and place, for a file of another format, a wrong line, or resources
    that belong to each other.
    """
    relations, resources = [], []
    for path in inventory_files(folder):
        if path.suffix == ".csv":
            rows = read_rows(path, Belonging)
            check_unique(path, rows, lambda row: (row.resource_id, row.belongs_to))
            relations += [_written_relation(path, row) for row in rows if row.belongs_to]
            resources += [_written_resource(path, row) for row in rows]
        else:
            resources += read_export(path)
    relations += _config_relations(resources)
    _check_cycles(relations)
    con.execute("create schema if not exists inventory")
    _create(con, "relationships", _RELATIONSHIPS, {one[1:] for one in relations})
    _create(con, "tags", _TAGS, _tags(resources))


def inventory_files(folder: Path) -> list[Path]:
    """Return the files of the inventory, by name. Raises BadInput for one that is no inventory.

    Hidden files and those that Excel keeps beside an open one are not looked at.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise BadInput(f"{folder} is no folder; remove it, or make it one.")
    found = [path for path in sorted(folder.rglob("*")) if not path.is_dir()]
    found = [path for path in found if not is_hidden(path.name)]
    for path in found:
        if not path.is_file():
            raise BadInput(f"{path} is a link that leads nowhere; remove it.")
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BadInput(f"{path} is a link out of the folder; put a copy there.")
        if not path.name.endswith((".csv", ".json", ".json.gz")):
            raise BadInput(f"{path} is neither .csv, .json nor .json.gz; remove it.")
    return found


def _written_relation(path: Path, row: Belonging) -> Relation:
    place = f"{path} line {row.line}"
    belongs_to = resource_key(row.belongs_to)
    return Relation(place, resource_key(row.resource_id), belongs_to, row.relation or "part_of")


def _written_resource(path: Path, row: Belonging) -> Resource:
    extra = row.model_extra or {}
    tags = {name.removeprefix(TAG_PREFIX).strip(): value.strip() for name, value in extra.items()}
    return Resource(f"{path} line {row.line}", row.resource_id, tags)


def _config_relations(resources: list[Resource]) -> Iterator[Relation]:
    """Yield what AWS Config relates, from what belongs to what it belongs to.

    Config names both ends, either way round; other relations, such as a security group's, don't
    say whose a resource is.
    """
    known = _known_names(resources)
    for one in resources:
        for related in one.related:
            other = _related_key(one, related, known)
            if other and (relation := belongings().get((one.type, related.type))):
                yield Relation(one.place, resource_key(one.id), other, relation)
            elif other and (relation := belongings().get((related.type, one.type))):
                yield Relation(one.place, other, resource_key(one.id), relation)


@cache
def belongings() -> dict[tuple[str, str], str]:
    """Return the relation of each resource type of AWS Config and the type that it belongs to."""
    table = files("finops.inputs") / "config_relations.csv"
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return {(row["resource_type"], row["belongs_to_type"]): row["relation"] for row in rows}


_Names = dict[tuple[str, str, str, str], str]


def _known_names(resources: list[Resource]) -> _Names:
    return {
        (one.account, one.region, one.type, name): resource_key(one.id)
        for one in resources
        for name in one.names
    }


def _related_key(one: Resource, related: Related, known: _Names) -> str | None:
    """Return the key of a related resource, or None if the export does not tell its ARN."""
    for name in (related.id, related.name):
        if key := known.get((one.account, one.region, related.type, name)):
            return key
    return resource_key(related.id) if is_unique(related.id) else None


def _check_cycles(relations: list[Relation]) -> None:
    graph: TopologicalSorter[str] = TopologicalSorter()
    for one in relations:
        graph.add(one.resource, one.belongs_to)
    try:
        graph.prepare()
    except CycleError as error:
        # Each of these is what the next one belongs to; the last one is the first again.
        circle = error.args[1][::-1]
        place = next(one.place for one in relations if [*one[1:3]] == circle[:2])
        raise BadInput(
            f"{place}: {' belongs to '.join(circle)}; remove one of these relations."
        ) from error


def _tags(resources: list[Resource]) -> Iterable[tuple[str, ...]]:
    tags = {
        (resource_key(one.id), key): value
        for one in resources
        for key, value in one.tags.items()
        if value
    }
    return [
        (resource, key, value, f"tag:{match_key(key)}", match_key(value))
        for (resource, key), value in tags.items()
    ]


_RELATIONSHIPS = ("resource_id", "x_related_resource_id", "x_relation")
# The last two are the key and the value as they are compared, as in owners.tag_values.
_TAGS = ("resource_id", "tag_key", "tag_value", "x_attribute", "match_key")


def _create(
    con: duckdb.DuckDBPyConnection,
    name: str,
    columns: tuple[str, ...],
    rows: Iterable[tuple[str, ...]],
) -> None:
    ordered = sorted(rows)
    arrays = [pa.array([row[at] for row in ordered], pa.string()) for at in range(len(columns))]
    con.register("inventory_rows", pa.table(arrays, names=list(columns)))
    con.execute(f"create or replace table inventory.{name} as from inventory_rows")
    con.unregister("inventory_rows")
