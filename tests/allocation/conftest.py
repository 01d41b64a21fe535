"""Allocate literal rows by the mapping files of a project, as a build does."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from finops.allocation.mappings import load_mappings
from finops.allocation.pools import load_pools
from finops.business.data import load_business
from finops.models import checks, models_in_order
from finops.months import create_model
from finops.promises import keep_promises
from tests.conftest import insert_rows

DAY = dt.date(2026, 10, 5)
MEASURES = ("list_cost", "contracted_cost", "billed_cost", "effective_cost", "x_unblended_cost")
PROMISES = ("allocation_is_complete", "pool_shares_are_whole", "pools_collect_every_charge",
            "driver_gaps_has_one_row_per_grain")  # fmt: skip


def cost(team, amount=0, **values):
    """Return a row of owned cost with one amount in every measure."""
    place = {"charge_date": DAY, "billing_period": "2026-10", "billing_currency": "USD"}
    return {**place, "x_team": team, **dict.fromkeys(MEASURES, Decimal(amount)), **values}


@pytest.fixture
def load_files(empty_tables, tmp_path):
    """Return a function that reads mapping and business files, given as text, into a database.

    The bill's days are 4 to 6 October 2026.
    """

    # Of few rows, one thread makes tables fastest.
    con = duckdb.connect(config={"threads": 1})
    con.execute(f"attach '{empty_tables}' as built (read_only)")
    con.execute("create schema ledger; create schema facts; create schema mappings")

    def load(shared_cost="reciprocal", commitment_benefit="used", **files):
        folder = tmp_path / "project"
        _write(folder, files)
        con.execute(
            "create or replace table ledger.deliveries as select 'current' as status, '2026-10' as "
            "billing_period, date '2026-10-04' as first_charge_date, "
            "date '2026-10-06' as last_charge_date"
        )
        load_mappings(con, folder / "mappings")
        load_business(con, folder / "business", "UTC")
        load_pools(con, folder / "mappings", shared_cost)
        con.execute(
            "create or replace table mappings.settings as select ? as shared_cost, ? as commitment_benefit",
            [shared_cost, commitment_benefit],
        )
        return con

    return load


@pytest.fixture
def allocate(load_files):
    """Return a function that allocates rows of owned cost; its promises are checked.

    `rows` of the result are the rows of allocated cost, `gaps` of the report on missing drivers.
    """

    def run(costs, **files):
        con = load_files(**files)
        con.execute(
            "create or replace table facts.owned_cost as from built.facts.owned_cost limit 0"
        )
        insert_rows(con, "facts.owned_cost", costs)
        for model in _allocation_models():
            create_model(con, model)
        keep_promises(con, [check for check in checks() if check.name in PROMISES])
        return SimpleNamespace(
            rows=_rows(con, "facts.allocated_cost"), gaps=_rows(con, "marts.driver_gaps")
        )

    return run


def _allocation_models():
    """Return the models between owned cost and the report on drivers, in order."""
    made = {"facts.owned_cost"}
    for model in models_in_order():
        inputs = {
            name for name in model.reads if name.partition(".")[0] not in ("mappings", "business")
        }
        if inputs and inputs <= made and model.name.startswith(("facts.", "marts.driver_gaps")):
            made.add(model.name)
            yield model


def _write(folder: Path, files: dict[str, str]) -> None:
    for kind in ("mappings", "business"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for file in (folder / kind).iterdir():
            file.unlink()
    for name, text in files.items():
        kind = "business" if name in ("drivers", "orders") else "mappings"
        (folder / kind / f"{name}.csv").write_text(text, encoding="utf-8")


def _rows(con, table):
    result = con.sql(f"from {table}")
    return [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]
