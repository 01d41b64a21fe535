"""Compare what each team would pay of each pool under the three methods of cost accounting."""

from functools import reduce

import duckdb
import pandas as pd

from finops.allocation.shared_costs import METHODS
from finops.build import open_database
from finops.errors import BadInput
from finops.models import Model, models_in_order
from finops.months import create_model
from finops.sql import literal
from finops.warehouse import Warehouse

# What is made again for each method, of what the build has.
_MODELS = "facts.pool_shares", "facts.split_shares", "facts.allocated_cost"
_QUERY = """
select
    x_allocated_from as x_pool,
    x_team,
    billing_currency,
    sum(effective_cost) as {method}_effective_cost
from facts.allocated_cost
where x_driver <> 'commitment_benefit'
group by x_pool, x_team, billing_currency
"""


def compare_methods(warehouse: Warehouse, billing_period: str) -> pd.DataFrame:
    """Return one row per pool, payer and billing currency of a month, with its part by each method.

    The columns are direct_, step_down_ and reciprocal_effective_cost, exact decimals that sum to
    the pool's cost. Where pools feed each other in a circle, step-down closes the first of the file
    first. Raises BadInput for a month that is not built.
    """
    if billing_period not in set(warehouse.status()["billing_period"]):
        raise BadInput(f"{billing_period} is not built. Example of a month: 2026-10.")
    keys = ["x_pool", "x_team", "billing_currency"]
    frames = [_allocated(warehouse, billing_period, method).set_index(keys) for method in METHODS]
    joined = reduce(lambda left, right: left.join(right, how="outer"), frames)
    return joined.fillna(0).sort_index().reset_index()


def _allocated(warehouse: Warehouse, billing_period: str, method: str) -> pd.DataFrame:
    models = [model for model in models_in_order() if model.name in _MODELS]
    with open_database(":memory:", warehouse.settings) as con:
        con.execute(f"attach {literal(str(warehouse.settings.database))} as build (read_only)")
        _show_month(con, models, billing_period)
        con.execute(
            "create or replace view mappings.settings as select * replace "
            f"({literal(method)} as shared_cost) from build.mappings.settings"
        )
        for model in models:
            create_model(con, model)
        rows = con.sql(_QUERY.format(method=method)).to_arrow_table()
    frame: pd.DataFrame = rows.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def _show_month(con: duckdb.DuckDBPyConnection, models: list[Model], billing_period: str) -> None:
    """Create views of the tables that `models` read, of the facts one month only."""
    names = {name for model in models for name in model.reads} - set(_MODELS)
    for name in names:
        schema = name.partition(".")[0]
        con.execute(f"create schema if not exists {schema}")
        where = f" where billing_period = {literal(billing_period)}" if schema == "facts" else ""
        con.execute(f"create view {name} as select * from build.{name}{where}")
