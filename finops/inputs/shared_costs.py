"""Read how shared cost is split, as FinOps writes it in mappings/shared_costs.csv."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import duckdb
from pydantic import BeforeValidator

from finops.csv_input import Name, Row, check_known, check_unique, read_rows
from finops.errors import BadInput
from finops.inputs.shared_cost_shares import SharedCostShare, check_shares, valid_days
from finops.models.reciprocal import find_cycle, trapped

Kind = Literal["support", "tax", "credit", "enterprise_discount", "unused_commitment"]
Missing = Literal["fail", "previous", "even", "proportional"]


def _parts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return tuple(filter(None, (part.strip() for part in value.split("|"))))


class SharedCost(Row):
    """A pool: which charges it collects and how its cost is split over those who pay."""

    pool: Name
    charges: Annotated[tuple[Kind, ...], BeforeValidator(_parts)] = ()
    method: Literal["even", "fixed", "proportional", "driver", "split_cost"]
    driver: str = ""
    targets: Annotated[tuple[str, ...], BeforeValidator(_parts)] = ()
    missing_driver: Annotated[Missing | None, BeforeValidator(lambda value: value or None)] = None
    idle: Annotated[Literal["keep", "spread"] | None, BeforeValidator(lambda v: v or None)] = None
    note: str = ""


# The files that this module reads.
MODELS: dict[str, type[Row]] = {
    "shared_costs": SharedCost,
    "shared_cost_shares": SharedCostShare,
}
# Which method a column belongs to.
_OPTIONS = {
    "driver": ("driver",),
    "targets": ("even", "proportional", "driver"),
    "missing_driver": ("driver", "split_cost"),
    "idle": ("split_cost",),
}
# The days on which a driver has a quantity above zero, by team.
_DRIVER_DAYS = """
select driver, team, date from business.drivers where quantity > 0
union
select 'orders', services.team, orders.date
from business.daily_orders as orders
inner join mappings.service_days as services
    on
        orders.service = services.service
        and orders.date >= services.valid_from
        and orders.date < services.valid_to
where orders.x_known_orders > 0 and services.team is not null
"""
# The days of the bill's months; a charge may be dated outside of them.
_BILL_DAYS = """
select distinct cast(unnest(generate_series(
    greatest(first_charge_date, cast(billing_period || '-01' as date)),
    least(last_charge_date, last_day(cast(billing_period || '-01' as date))),
    interval 1 day
)) as date) as charge_date
from ledger.deliveries where status = 'current' order by 1
"""


def load_pools(con: duckdb.DuckDBPyConnection, folder: Path, shared_cost: str) -> None:
    """Read the pools in `folder` into `mappings`, once teams, drivers and ledger are there.

    Creates `shared_costs` (one row per pool), `pool_charges` (pool and kind of charge),
    `pool_targets` (pool and who may get a part) and `shared_cost_shares`. `shared_cost` is the
    setting. Raises BadInput, with file and line, for a pool that can't be split as it says.
    """
    path, share_path = folder / "shared_costs.csv", folder / "shared_cost_shares.csv"
    pools = read_rows(path, SharedCost)
    shares = read_rows(share_path, SharedCostShare)
    kinds = dict(con.execute("select team, kind from mappings.teams").fetchall())
    driver_days = _driver_days(con)
    bill_days = [day for (day,) in con.execute(_BILL_DAYS).fetchall()]
    _check_pools(path, pools, kinds, driver_days)
    fixed = [pool.pool for pool in pools if pool.method == "fixed"]
    check_shares(share_path, shares, fixed, kinds, bill_days)
    targets = {
        pool.pool: _targets(pool, shares, kinds, driver_days.get(pool.driver, {})) for pool in pools
    }
    _check_flows(path, pools, targets, shared_cost)
    for pool in pools:
        if pool.method == "driver":
            _check_gaps(path, pool, targets[pool.pool], driver_days[pool.driver], bill_days)
    _create_tables(con, pools, shares, targets)


def row_counts(folder: Path) -> dict[str, int]:
    """Return how many rows each of the files has. Raises BadInput for a line that can't be read."""
    return {name: len(read_rows(folder / f"{name}.csv", model)) for name, model in MODELS.items()}


def _driver_days(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, set[date]]]:
    days: dict[str, dict[str, set[date]]] = defaultdict(lambda: defaultdict(set))
    for driver, team, day in con.execute(_DRIVER_DAYS).fetchall():
        days[driver][team].add(day)
    return days


def _check_pools(
    path: Path, pools: list[SharedCost], kinds: dict[str, str], drivers: Collection[str]
) -> None:
    check_unique(path, pools, lambda row: row.pool)
    shared = [team for team, kind in kinds.items() if kind == "shared"]
    collectors: dict[str, SharedCost] = {}
    for pool in pools:
        check_known(path, pool.line, "shared team", pool.pool, shared)
        _check_options(path, pool)
        check_known(path, pool.line, "driver", pool.driver, {*drivers, "orders"})
        for target in pool.targets:
            check_known(path, pool.line, "team", target, kinds)
            if target == pool.pool:
                raise BadInput(f"{path} line {pool.line}: {pool.pool} can't pay itself.")
        for charge in pool.charges:
            first = collectors.setdefault(charge, pool)
            if first is not pool:
                raise BadInput(
                    f"{path} line {pool.line}: {charge} is already collected by {first.pool} on "
                    f"line {first.line}; keep one."
                )


def _check_options(path: Path, pool: SharedCost) -> None:
    for column, methods in _OPTIONS.items():
        if getattr(pool, column) and pool.method not in methods:
            raise BadInput(
                f"{path} line {pool.line}: {column} has no meaning for the method {pool.method}; "
                f"leave it empty. It belongs to {' and '.join(methods)}."
            )
    if pool.method == "driver" and not pool.driver:
        raise BadInput(
            f"{path} line {pool.line}: the method driver needs a driver: `orders`, or a series of "
            "business/drivers.csv."
        )
    if pool.method == "split_cost" and pool.missing_driver == "previous":
        raise BadInput(
            f"{path} line {pool.line}: split rows of an earlier day say nothing about this day's "
            "pods; set missing_driver to fail, even or proportional."
        )


def _targets(
    pool: SharedCost,
    shares: list[SharedCostShare],
    kinds: dict[str, str],
    driver_days: dict[str, set[date]],
) -> list[str]:
    """Return who may get a part: whom the pool, its shares or its driver name, or who pays."""
    paying = [team for team, kind in kinds.items() if kind == "team"]
    if pool.method == "fixed":
        named = {share.team for share in shares if share.pool == pool.pool}
    else:
        named = set(pool.targets) or set(driver_days) or set(paying)
    return sorted(named - {pool.pool})


def _check_flows(
    path: Path, pools: list[SharedCost], targets: dict[str, list[str]], shared_cost: str
) -> None:
    """Raise BadInput for pools whose cost can't leave, and for a circle where none is allowed."""
    lines = {pool.pool: pool.line for pool in pools}
    if shared_cost == "direct":
        targets = {pool: [one for one in to if one not in targets] for pool, to in targets.items()}
    for pool in trapped(targets):
        raise BadInput(
            f"{path} line {lines[pool]}: the cost of {pool} reaches no team that pays, only "
            f"{', '.join(targets[pool]) or 'nobody'}; name a team of kind team as target."
        )
    cycle = find_cycle(targets)
    if cycle and shared_cost == "step_down":
        raise BadInput(
            f"{path} line {lines[cycle[0]]}: step_down can't split pools that feed each other: "
            f"{' → '.join(cycle)}. Remove a target, or set shared_cost to reciprocal."
        )


def _check_gaps(
    path: Path,
    pool: SharedCost,
    targets: list[str],
    driver_days: dict[str, set[date]],
    bill_days: list[date],
) -> None:
    """Raise BadInput for the first day of the bill whose missing quantity nothing stands in for."""
    known = set().union(*(driver_days.get(team, set()) for team in targets))
    missing = [day for day in bill_days if day not in known]
    if pool.missing_driver == "previous":
        missing = [day for day in missing if not any(one < day for one in known)]
    if missing and pool.missing_driver not in ("even", "proportional"):
        file = "orders.csv" if pool.driver == "orders" else "drivers.csv"
        raise BadInput(
            f"{path} line {pool.line}: business/{file} has no {pool.driver} of {missing[0]} for "
            f"{pool.pool} ({len(missing)} such days of the bill). Add them, or set missing_driver "
            "to previous, even or proportional."
        )


def _create_tables(
    con: duckdb.DuckDBPyConnection,
    pools: list[SharedCost],
    shares: list[SharedCostShare],
    targets: dict[str, list[str]],
) -> None:
    _create(
        con,
        "shared_costs",
        "pool varchar, charges varchar, method varchar, driver varchar, targets varchar, "
        "missing_driver varchar, idle varchar, note varchar, line integer",
        [_pool_row(pool) for pool in pools],
    )
    charges = [(pool.pool, charge) for pool in pools for charge in pool.charges]
    _create(con, "pool_charges", "pool varchar, charge_kind varchar", charges)
    flows = [(pool, target) for pool, to in targets.items() for target in to]
    _create(con, "pool_targets", "pool varchar, target varchar", flows)
    _create(
        con,
        "shared_cost_shares",
        "pool varchar, team varchar, share decimal(16, 15), valid_from date, valid_to date, "
        "line integer",
        [(one.pool, one.team, one.share, *valid_days(one), one.line) for one in shares],
    )


def _pool_row(pool: SharedCost) -> tuple[object, ...]:
    """Return a pool with the defaults of its method, and nothing that belongs to other methods."""
    by_quantity = pool.method in _OPTIONS["missing_driver"]
    missing = pool.missing_driver or ("fail" if by_quantity else None)
    idle = pool.idle or ("keep" if pool.method == "split_cost" else None)
    charges, targets = "|".join(pool.charges), "|".join(pool.targets)
    driver = pool.driver or None
    return pool.pool, charges, pool.method, driver, targets, missing, idle, pool.note, pool.line


def _create(con: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[Any]) -> None:
    con.execute(f"create or replace table mappings.{name} ({columns})")
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        con.executemany(f"insert into mappings.{name} values ({marks})", rows)
