"""Say who would pay more and who less under changed mapping files, and publish nothing."""

import csv
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from finops.errors import BadInput, CheckFailed, SourceNotFound
from finops.ingest.deliveries import read_records
from finops.inputs.mappings import FILES
from finops.memory import limit_memory
from finops.settings import FILE_NAME, Settings
from finops.sql import literal, read_query
from finops.warehouse.build import BUILD_BYTES, load_inputs, plan_of
from finops.warehouse.connect import Warehouse, silent
from finops.warehouse.database import address, open_database
from finops.warehouse.models import Model, checks, models_in_order
from finops.warehouse.months import Progress, changed_months, create_changed, show
from finops.warehouse.promises import keep_promises

__all__ = ["Outcome", "what_if"]

_MONTHS = 3
_RESULT = "facts.allocated_cost"
_PUBLISHED = "facts.allocated_cost", "facts.owned_cost"
Records = list[dict[str, Any]]
_CHANGES = ["x_billed_cost_change", "x_effective_cost_change"]
_CHANGES += ["x_reporting_billed_cost_change", "x_reporting_effective_cost_change"]


@dataclass(frozen=True)
class Outcome:
    """What changed files would do, in exact decimals; no change of money sums to anything but 0.

    All is before recoverable tax.

    `teams`: one row per month, team and billing_currency with x_old_, x_new_billed_cost and
    effective_cost, their changes, and the changes in the reporting currency. `parts`: one row per
    team, x_pool (NULL is own cost) and currency, over all months, whose changes add up to the
    team's. `moves`: one row per old and new owner of own cost and what decided each.
    """

    periods: list[str]
    files: list[str]
    teams: pd.DataFrame
    parts: pd.DataFrame
    moves: pd.DataFrame


def what_if(
    warehouse: Warehouse,
    changed: Iterable[str | Path],
    *,
    progress: Progress = silent,
) -> Outcome:
    """Return what `changed` mapping files would do to the last three months, against the build.

    A file takes the place of the mapping file of its name, or else of that with its columns. The
    models and promises are those of a build, in memory. Raises BadInput, with file and line, as a
    build would, and for a project that has changes which are not built; CheckFailed likewise.
    """
    settings = warehouse.settings
    periods = sorted(set(warehouse.status()["billing_period"]))[-_MONTHS:]
    sources = _recognised([Path(one) for one in changed])
    records = read_records(settings.warehouse, as_of=settings.as_of)
    _check_built(settings, records)
    with tempfile.TemporaryDirectory() as scratch, _named(settings, sources, Path(scratch)):
        project = _project_with(settings, sources, Path(scratch))
        with open_database(":memory:", settings) as con:
            limit_memory(con, scratch, most=BUILD_BYTES)
            con.execute(f"attach {literal(address(settings.database))} as last_build (read_only)")
            con.execute("use last_build")
            outcome = _outcome(con, project, records, periods, sorted(sources), progress)
    _check_nothing_lost(outcome.teams)
    return outcome


def _recognised(paths: list[Path]) -> dict[str, Path]:
    """Return the files by the mapping that they change. Raises BadInput, SourceNotFound."""
    found: dict[str, Path] = {}
    for path in paths:
        if not path.is_file():
            raise SourceNotFound(f"There is no file {path}.")
        name = path.stem if path.stem in FILES else _by_header(path)
        if name in found:
            raise BadInput(f"{path} and {found[name]} are both {name}.csv; compare one at a time.")
        found[name] = path
    return found


def _by_header(path: Path) -> str:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        header = {name.strip() for name in next(csv.reader(stream), [])}
    fitting = [name for name, columns in FILES.items() if header and header <= set(columns)]
    same = [name for name in fitting if header == set(FILES[name])]
    if len(same or fitting) != 1:
        raise BadInput(
            f"{path} line 1: these columns are not of one mapping file. Name it as the file that "
            f"it changes: {', '.join(f'{name}.csv' for name in FILES)}."
        )
    return (same or fitting)[0]


def _check_built(settings: Settings, records: Records) -> None:
    """Raise BadInput if files of the project are not those of the last build."""
    if plan_of(settings, records, models_in_order()).stale:
        raise BadInput(
            f"{settings.project} has changes that are not built yet, so nothing can be compared "
            "with what is published. Run: finops build"
        )


@contextmanager
def _named(settings: Settings, sources: dict[str, Path], scratch: Path) -> Iterator[None]:
    """Let an error name the files where their reader finds them, not their copies."""
    try:
        yield
    except BadInput as error:
        text = str(error)
        for name, path in sources.items():
            text = text.replace(str(scratch / "mappings" / f"{name}.csv"), str(path))
        raise BadInput(text.replace(str(scratch), str(settings.project))) from error


def _project_with(settings: Settings, sources: dict[str, Path], scratch: Path) -> Settings:
    """Return the settings of a copy of the project's mapping and business files, with `sources`."""
    (scratch / "mappings").mkdir()
    for path in (settings.project / "mappings").glob("*.csv"):
        shutil.copyfile(path, scratch / "mappings" / path.name)
    for name, path in sources.items():
        shutil.copyfile(path, scratch / "mappings" / f"{name}.csv")
    if (settings.project / "business").is_dir():
        shutil.copytree(settings.project / "business", scratch / "business")
    if settings.fetched:
        shutil.copytree(settings.warehouse / "business", scratch / "warehouse" / "business")
    shutil.copyfile(settings.project / FILE_NAME, scratch / FILE_NAME)
    return replace(settings, project=scratch)


def _outcome(
    con: duckdb.DuckDBPyConnection,
    project: Settings,
    records: Records,
    periods: list[str],
    names: list[str],
    progress: Progress,
) -> Outcome:
    models, stale = _models()
    with changed_months(con, periods, records) as build:
        con.execute("drop schema mappings cascade; drop schema if exists business cascade")
        # Files are checked against all months, as a build does.
        show(con, build, "ledger.deliveries", None)
        load_inputs(con, project, frozenset(["mappings"]))
        create_changed(con, build, models, stale, periods, progress)
        made = {model.name for model in models}
        keep_promises(con, [check for check in checks() if check.reads <= made])
        for name in _PUBLISHED:
            show(con, build, name, periods, schema="published")
        show(con, build, "facts.exchange_rates", periods)
        frames = [_frame(con, name) for name in ("teams", "parts", "moves")]
    return Outcome(periods, [f"{name}.csv" for name in names], *frames)


def _models() -> tuple[list[Model], frozenset[str]]:
    """Return the models to make or to show for the result, and those that mappings change."""
    needed: set[str] = {_RESULT}
    stale: set[str] = set()
    models = models_in_order()
    for model in reversed(models):
        needed |= model.reads if model.name in needed else set()
    for model in models:
        # A changed file says nothing of tax.
        files = {name for name in model.reads if name.startswith("mappings.")} - {"mappings.tax"}
        if files or not stale.isdisjoint(model.reads):
            stale.add(model.name)
    stale &= needed
    read = {name for model in models if model.name in stale for name in model.reads}
    return [model for model in models if model.name in stale | read], frozenset(stale)


def _frame(con: duckdb.DuckDBPyConnection, name: str) -> pd.DataFrame:
    query = read_query("finops.allocation", f"what_if_{name}")
    frame: pd.DataFrame = con.sql(query).to_arrow_table().to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def _check_nothing_lost(teams: pd.DataFrame) -> None:
    sums = teams.groupby(["billing_period", "billing_currency"])[_CHANGES].sum()
    if (sums != 0).any(axis=None):
        raise CheckFailed(f"The differences don't sum to 0: {sums[(sums != 0).any(axis=1)]}")
