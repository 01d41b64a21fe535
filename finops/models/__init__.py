"""The SQL models: the folder is the schema, the file is the table, the first line is its grain."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from graphlib import TopologicalSorter
from importlib.resources import files
from importlib.resources.abc import Traversable

import sqlglot
from sqlglot import exp

LAYERS = ("staging", "facts", "marts")


@dataclass(frozen=True)
class Model:
    """One SQL file: its table `name`, its `grain` line and its `sql`."""

    name: str
    grain: str
    sql: str

    @property
    def is_whole(self) -> bool:
        """Whether the model compares or sums months, so that one changed month changes it all."""
        return "\n-- Reads all months.\n" in self.sql

    @cached_property
    def reads(self) -> set[str]:
        """Names of the tables that the model selects from."""
        tree = sqlglot.parse_one(self.sql, dialect="duckdb")
        # A common table expression has no schema; every table of ours has one.
        return {f"{table.db}.{table.name}" for table in tree.find_all(exp.Table) if table.db}


@cache
def models_in_order() -> list[Model]:
    """Return all models, each after those that it reads. Raises graphlib.CycleError."""
    models = {model.name: model for model in _read_models()}
    reads = {name: sorted(model.reads & models.keys()) for name, model in sorted(models.items())}
    return [models[name] for name in TopologicalSorter(reads).static_order()]


@cache
def checks() -> list[Model]:
    """Return all promises; the SQL of each selects the rows that break it."""
    return [_read(file, file.name) for file in _sql_files(files("finops.checks"))]


def _read_models() -> Iterator[Model]:
    for layer in LAYERS:
        for file in _sql_files(files("finops.models") / layer):
            yield _read(file, f"{layer}.{file.name}")


def _sql_files(folder: Traversable) -> list[Traversable]:
    found = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    return sorted(found, key=lambda file: file.name)


def _read(file: Traversable, name: str) -> Model:
    sql = file.read_text(encoding="utf-8")
    grain = sql.partition("\n")[0].removeprefix("-- ")
    return Model(name.removesuffix(".sql"), grain, sql)
