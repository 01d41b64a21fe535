"""One row per month, day, billing currency, pool and payer: its final share of the pool's cost.

Shares are whole 10^15ths that add up to one per pool. Pools that feed each other are solved by the
method of the settings; a pool whose cost can't leave on a day has no row.
"""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa

from finops import coins
from finops.errors import BadInput
from finops.models import reciprocal
from finops.models.reciprocal import share_units, solve

SQL = """\
-- One row per month, day, billing currency, pool and direct target; NULL without a quantity.
select
    pool_days.billing_period,
    pool_days.charge_date,
    pool_days.billing_currency,
    pool_days.x_pool,
    pools.line,
    coalesce(pools.driver, pools.method) as driver,
    pools.missing_driver,
    settings.shared_cost,
    weights.x_target,
    weights.x_driver,
    weights.x_weight
from pools.pool_days
inner join mappings.shared_costs as pools
    on pool_days.x_pool = pools.pool
cross join mappings.settings
left join pools.pool_weights as weights
    on
        pool_days.billing_period = weights.billing_period
        and pool_days.charge_date = weights.charge_date
        and pool_days.billing_currency = weights.billing_currency
        and pool_days.x_pool = weights.x_pool
"""
USES = (reciprocal, coins)

_DAY = "billing_period", "charge_date", "billing_currency"
_SCHEMA = pa.schema(
    [
        ("billing_period", pa.string()),
        ("charge_date", pa.date32()),
        ("billing_currency", pa.string()),
        ("x_pool", pa.string()),
        ("x_team", pa.string()),
        ("x_driver", pa.string()),
        ("x_share_units", pa.int64()),
    ]
)

Rows = list[dict[str, Any]]
Flows = tuple[tuple[str, tuple[tuple[str, int], ...]], ...]


def transform(weights: pa.Table) -> pa.Table:
    """Return the shares of each day's pools; `weights` has the rows of `SQL`.

    Raises BadInput for a day without a quantity, where the pool refuses such days.
    """
    order = [(name, "ascending") for name in (*_DAY, "line", "x_target")]
    rows = weights.sort_by(order).to_pylist()
    _refuse_gaps(rows)
    # Days often have the weights of the day before; they are solved once.
    solved: dict[Flows, dict[str, dict[str, int]]] = {}
    shares = []
    for day, found in groupby(rows, key=itemgetter(*_DAY)):
        rows_of_day = list(found)
        flows = _flows(rows_of_day)
        if flows not in solved:
            solved[flows] = _solve(flows, rows_of_day[0]["shared_cost"])
        shares += list(_share_rows(day, rows_of_day, solved[flows]))
    return pa.table([list(column) for column in zip(*shares, strict=True)] or [[]] * 7, _SCHEMA)


def _refuse_gaps(rows: Rows) -> None:
    for row in rows:
        if row["x_target"] is None and row["missing_driver"] in ("fail", "previous"):
            raise BadInput(
                f"mappings/shared_costs.csv line {row['line']}: {row['x_pool']} has cost of "
                f"{row['charge_date']} in {row['billing_period']} and no {row['driver']} to split "
                "it by. Add that day, or set missing_driver to even or proportional."
            )


def _flows(rows: Rows) -> Flows:
    pools = groupby(rows, key=itemgetter("x_pool"))
    return tuple(
        (pool, tuple((row["x_target"], int(row["x_weight"])) for row in found if row["x_target"]))
        for pool, found in pools
    )


def _solve(flows: Flows, method: str) -> dict[str, dict[str, int]]:
    shares = solve({pool: dict(flow) for pool, flow in flows}, method)
    return {pool: share_units(payers) for pool, payers in shares.items()}


def _share_rows(
    day: tuple[Any, ...], rows: Rows, shares: dict[str, dict[str, int]]
) -> Iterable[tuple[Any, ...]]:
    drivers = {row["x_pool"]: row["x_driver"] for row in rows}
    for pool, payers in shares.items():
        for payer, units in payers.items():
            if units:
                yield *day, pool, payer, drivers[pool], units
