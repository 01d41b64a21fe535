"""The models: the folder is the schema, the file is the table, the first line is its grain.

A model is a query, `<table>.sql`. Where sets are not enough there is a `<table>.py`: a function
`transform` that makes the table's rows of the query's, and the query `SQL` if it is in no file.
What is known of AWS itself, such as the sizes of instances, is `seeds/<table>.csv`.
"""

import csv
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from graphlib import TopologicalSorter
from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from finops.findings import words
from finops.sql import literal
from finops.warehouse import promised

if TYPE_CHECKING:
    import pyarrow as pa

LAYERS = ("staging", "facts", "owners", "pools", "marts")
# A line of a model for the build, not for who reads the table.
READS_ALL = "Reads all months."
# What a finding is about; x_found_cost is the money that it names.
_FINDING = (
    "billing_period",
    "billing_currency",
    "sub_account_id",
    "x_line_item_type",
    "commitment_discount_id",
    "x_first_charge_date",
    "x_last_charge_date",
    "cast(x_lines as bigint) as x_lines",
    "x_found_cost",
)


@dataclass(frozen=True)
class Model:
    """One file: its table `name`, its `grain` line and its `sql`.

    `notes` are what the lines after the first say of the table. A model in Python has a `transform`
    of the query's rows, too; `version` is of its code.
    """

    name: str
    grain: str
    sql: str
    transform: "Callable[[pa.Table], pa.Table] | None" = None
    version: str = ""
    notes: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the model compares or sums months, so that one changed month changes it all."""
        return f"\n-- {READS_ALL}\n" in self.sql

    @cached_property
    def reads(self) -> set[str]:
        """Names of the tables that the model selects from."""
        # Here, because only a build asks.
        import sqlglot
        from sqlglot import exp

        tree = sqlglot.parse_one(self.sql, dialect="duckdb")
        # A common table expression has no schema; every table of ours has one.
        return {f"{table.db}.{table.name}" for table in tree.find_all(exp.Table) if table.db}


@cache
def all_models() -> dict[str, Model]:
    """Return all models by name."""
    return {model.name: model for model in (*_read_models(), findings())}


@cache
def models_in_order() -> list[Model]:
    """Return all models, each after those that it reads. Raises graphlib.CycleError."""
    models = all_models()
    reads = {name: sorted(model.reads & models.keys()) for name, model in sorted(models.items())}
    return [models[name] for name in TopologicalSorter(reads).static_order()]


@cache
def seeds() -> list[Model]:
    """Return the tables that models read and no company changes: the rows of a CSV, all text."""
    folder = files("finops.models") / "seeds"
    found = sorted(folder.iterdir(), key=lambda file: file.name)
    return [_seed(file) for file in found if file.name.endswith(".csv")]


@cache
def checks() -> list[Model]:
    """Return all promises; the SQL of each selects the rows that break it.

    They are the files of checks/, and what a line at the top of a model promises of its table.
    """
    found = [_read(file, file.name) for file in _sql_files(files("finops.checks"))]
    for model in _read_models():
        made = promised.promises(model.name, _comment(model.sql))
        found += [Model(name, grain, sql) for name, (grain, sql) in made.items()]
    return sorted(found, key=lambda check: check.name)


@cache
def findings() -> Model:
    """Return the model of all findings: what each query in findings/ selects, in words."""
    queries = [_read(file, file.name) for file in _sql_files(files("finops.findings"))]
    grain = "One row per month, currency and oddity of the bill itself; none stops a build."
    # Each query as it is, with its own comments and common table expressions.
    sql = "\nunion all\n".join(
        f"select '{one.name}' as x_kind, {', '.join(_FINDING)} from (\n{one.sql})"
        for one in queries
    )
    version = inspect.getsource(words)
    return Model("ledger.findings", grain, f"-- {grain}\n{sql}", words.described, version)


def _read_models() -> Iterator[Model]:
    for layer in LAYERS:
        folder = files("finops.models") / layer
        queries = {file.name.removesuffix(".sql"): file for file in _sql_files(folder)}
        names = [file.name for file in folder.iterdir()]
        scripts = {name.removesuffix(".py") for name in names if name.endswith(".py")}
        for table, file in queries.items():
            model = _read(file, f"{layer}.{file.name}")
            yield _with_code(model) if table in scripts else model
        for table in sorted(scripts - queries.keys()):
            yield _import(layer, table)


def _sql_files(folder: Traversable) -> list[Traversable]:
    found = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    return sorted(found, key=lambda file: file.name)


def _read(file: Traversable, name: str) -> Model:
    sql = file.read_text(encoding="utf-8")
    grain, *notes = _comment(sql)
    said = " ".join(one for one in notes if one != READS_ALL and not promised.is_promise(one))
    return Model(name.removesuffix(".sql"), grain, sql, notes=said)


def _comment(sql: str) -> list[str]:
    lines = takewhile(lambda line: line.startswith("-- "), sql.splitlines())
    return [line.removeprefix("-- ") for line in lines]


def _seed(file: Traversable) -> Model:
    names, *lines = csv.reader(file.read_text(encoding="utf-8").splitlines())
    grain = f"One row per line of finops/models/seeds/{file.name}."
    rows = ",\n".join(f"({', '.join(map(literal, line))})" for line in lines)
    sql = f"-- {grain}\nselect * from (values\n{rows}\n) as seed ({', '.join(names)})"
    return Model(f"seeds.{file.name.removesuffix('.csv')}", grain, sql)


def _import(layer: str, table: str) -> Model:
    module, version = _module(f"{layer}.{table}")
    grain, _, notes = module.__doc__.partition("\n")
    notes = " ".join(notes.split())
    return Model(f"{layer}.{table}", grain, module.SQL, module.transform, version, notes)


def _with_code(model: Model) -> Model:
    module, version = _module(model.name)
    return replace(model, transform=module.transform, version=version)


def _module(name: str) -> tuple[Any, str]:
    module: Any = import_module(f"finops.models.{name}")
    # A change of what it computes with is a change of the model.
    return module, "".join(inspect.getsource(one) for one in (module, *module.USES))
