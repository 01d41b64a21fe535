"""Compare what each team would pay of each pool under the three methods of cost accounting."""

import duckdb
import pandas as pd

from finops.errors import BadInput
from finops.models.reciprocal import METHODS
from finops.sql import literal
from finops.warehouse.connect import Warehouse
from finops.warehouse.database import address, open_database
from finops.warehouse.models import Model, models_in_order
from finops.warehouse.months import create_model

# What is made again for each method, of what the build has.
_MODELS = "pools.pool_shares", "pools.split_shares", "facts.allocated_cost", "marts.pool_month"
_COMPARED = """
select
    x_pool,
    x_team,
    billing_currency,
    coalesce(sum(effective_cost) filter (where method = 'direct'), 0) as direct_effective_cost,
    coalesce(sum(effective_cost) filter (where method = 'step_down'), 0)
        as step_down_effective_cost,
    coalesce(sum(effective_cost) filter (where method = 'reciprocal'), 0)
        as reciprocal_effective_cost,
    reciprocal_effective_cost - direct_effective_cost as x_effective_cost_change
from parts
group by x_pool, x_team, billing_currency
order by x_pool, x_team, billing_currency
"""


def compare_methods(warehouse: Warehouse, billing_period: str) -> pd.DataFrame:
    """Return one row per pool, payer and billing currency of a month, with its part by each method.

    The columns direct_, step_down_ and reciprocal_effective_cost are exact decimals that sum to the
    pools' cost; x_effective_cost_change is reciprocal less direct. Where pools feed each other in a
    circle, step-down closes the first of the file first. Raises BadInput for a month not built.
    """
    if billing_period not in set(warehouse.status()["billing_period"]):
        raise BadInput(f"{billing_period} is not built. Example of a month: 2026-10.")
    models = [model for model in models_in_order() if model.name in _MODELS]
    with open_database(":memory:", warehouse.settings) as con:
        con.execute(f"attach {literal(address(warehouse.settings.database))} as build (read_only)")
        _show_month(con, models, billing_period)
        con.execute(
            "create table parts as select '' as method, * from build.marts.pool_month limit 0"
        )
        for method in METHODS:
            _allocate(con, models, method)
        rows = con.sql(_COMPARED).to_arrow_table()
    frame: pd.DataFrame = rows.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def _allocate(con: duckdb.DuckDBPyConnection, models: list[Model], method: str) -> None:
    con.execute(
        "create or replace view mappings.settings as select * replace "
        f"({literal(method)} as shared_cost) from build.mappings.settings"
    )
    for model in models:
        create_model(con, model)
    con.execute(f"insert into parts select {literal(method)}, * from marts.pool_month")


def _show_month(con: duckdb.DuckDBPyConnection, models: list[Model], billing_period: str) -> None:
    """Create views of the tables that `models` read, of the facts one month only."""
    for name in {name for model in models for name in model.reads} - set(_MODELS):
        schema = name.partition(".")[0]
        con.execute(f"create schema if not exists {schema}")
        where = (
            f" where billing_period = {literal(billing_period)}"
            if schema in ("facts", "owners", "pools")
            else ""
        )
        con.execute(f"create view {name} as select * from build.{name}{where}")
