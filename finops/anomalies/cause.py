"""Say what an incident comes from: a part of the bill, and usage, price, mix or coverage."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from finops.anomalies.localise import Cell, localise
from finops.anomalies.series import Mask
from finops.business.effects import EXACT, usage_effects, whole_parts
from finops.warehouse import Warehouse

__all__ = [
    "DIMENSIONS",
    "EFFECTS",
    "Cause",
    "Scope",
    "causes_of",
    "main_effect",
    "moved_commitment",
    "resources_of",
]

# In this order a dimension is preferred to another that says the same.
DIMENSIONS = (
    "service_name", "x_usage_type", "region_id", "x_operation", "sub_account_id", "x_team",
)  # fmt: skip
# What each effect of the bridge is called here; usage that came or went is usage.
EFFECTS = {
    "per_driver": "usage",
    "new": "usage",
    "gone": "usage",
    "list_price": "price",
    "commitment_rate": "price",
    "discounts": "price",
    "mix": "mix",
    "coverage": "coverage",
    "not_priced": "other",
}
_PARAMETERS = {
    "x_team": "team",
    "service_name": "service",
    "sub_account_id": "account",
    "region_id": "region",
    "x_usage_type": "usage_type",
    "x_operation": "operation",
    "resource_id": "resource",
    "billing_currency": "currency",
}
_BASE_DAYS = (28, 91)
_LEAST_SHARE = 0.1
_NAMED_SHARE, _MOST_NAMED = 0.8, 5
_DIGIT = Decimal("1e-10")
_BASE = [
    "x_base_consumed_quantity",
    "x_base_list_cost",
    "x_base_covered_list_cost",
    "x_base_effective_cost",
    "x_base_covered_effective_cost",
]
_LEAVES = (files("finops.anomalies") / "cause_leaves.sql").read_text(encoding="utf-8")
_IDLE = """
select coalesce(sum(effective_cost), 0) as effective_cost from facts.daily_cost
where charge_date between $start and $end and commitment_discount_status = 'Unused'
    and list_contains($ids, commitment_discount_id)
"""

# The values that all cost of a series has, by column: such as x_team and service_name.
Scope = Mapping[str, str]


@dataclass(frozen=True)
class Cause:
    """A part of the bill that explains an incident, in its billing currency.

    `where` has the dimensions that tell it and `same` all values that its cost shares; both are
    empty for what is left elsewhere. `effects` (usage, price, mix, coverage, other) sum to
    `excess`, exactly. `items` has a row per resource and commitment, with what was expected, and
    `idle` is the effective cost that these commitments left unused on the days of the incident.
    """

    where: dict[str, str]
    same: dict[str, str]
    excess: Decimal
    effects: dict[str, Decimal]
    items: pd.DataFrame = field(repr=False, compare=False)
    idle: Decimal = Decimal(0)


def causes_of(
    warehouse: Warehouse,
    scope: Scope,
    *,
    start: dt.date,
    end: dt.date,
    expected: float,
) -> list[Cause]:
    """Return what the excess of the days `start` to `end` of a `scope` comes from, largest first.

    What was `expected` is spread over the parts of the scope as they cost in the 28 days before
    (91 if there was nothing), weekday by weekday. At most three causes, and what is left as one
    without `where`; together they are actual less expected, to the last digit.
    """
    leaves = _leaves(warehouse, scope, start, end, expected)
    cost = leaves[["effective_cost", "x_base_effective_cost"]].astype(float)
    leaves_only = leaves.assign(**cost)
    cells = localise(
        leaves_only, DIMENSIONS, actual="effective_cost", expected="x_base_effective_cost"
    )
    free = np.ones(len(leaves), dtype=bool)
    change = abs(float(cost["effective_cost"].sum() - cost["x_base_effective_cost"].sum()))
    causes: list[Cause] = []
    for cell in cells:
        rows = cell.rows & free
        if abs(cell.excess) < _LEAST_SHARE * change:
            continue
        free &= ~rows
        causes.append(_cause(warehouse, scope, (start, end), leaves, cell, rows))
    rest = _rest(leaves[free], Decimal(repr(expected)).quantize(_DIGIT), leaves)
    return causes + ([rest] if rest.excess else [])


def main_effect(cause: Cause) -> str:
    """Return the largest effect of a cause."""
    return max(cause.effects, key=lambda name: abs(cause.effects[name]), default="usage")


def moved_commitment(cause: Cause) -> str:
    """Return the commitment whose coverage moved most the way that explains a cause, if any."""
    base = cause.items["x_covered_list_cost"] - cause.items["x_base_covered_list_cost"]
    moved = base.astype(float).groupby(cause.items["commitment_discount_id"]).sum()
    moved = moved.drop("", errors="ignore")
    if moved.empty:
        return ""
    return str(moved.idxmin() if cause.excess > 0 else moved.idxmax())


def resources_of(cause: Cause) -> list[str]:
    """Return up to five resources that changed most, as many as explain 80 per cent of a cause."""
    change = cause.items["effective_cost"] - cause.items["x_base_effective_cost"]
    parts = change.astype(float).groupby(cause.items["resource_id"]).sum()
    parts = (parts * (1 if cause.excess > 0 else -1)).drop("", errors="ignore")
    parts = parts[parts > 0].sort_values(ascending=False, kind="stable")
    before = parts.cumsum().shift(fill_value=0.0)
    return [str(name) for name in parts[before < _NAMED_SHARE * abs(float(cause.excess))].index][
        :_MOST_NAMED
    ]


def _leaves(
    warehouse: Warehouse, scope: Scope, start: dt.date, end: dt.date, expected: float
) -> pd.DataFrame:
    """Return the leaves of a scope with exact amounts; the base sums to `expected`."""
    for days in _BASE_DAYS:
        leaves = _read(warehouse, scope, start, end, start - dt.timedelta(days=days))
        base = float(leaves["x_base_effective_cost"].sum())
        if base > 0:
            break
    return _scaled(leaves, expected / base if base > 0 else 0.0)


def _read(
    warehouse: Warehouse,
    scope: Scope,
    start: dt.date,
    end: dt.date,
    base: dt.date,
    *,
    in_detail: bool = False,
) -> pd.DataFrame:
    asked = {name: scope.get(column) for column, name in _PARAMETERS.items()}
    days = {"start": start, "end": end, "base": base}
    return warehouse.sql(_LEAVES, **asked, **days, in_detail=in_detail).assign(x_base_from=base)


def _scaled(leaves: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Return leaves as Python objects, the base times a factor and as decimals."""
    exact = leaves.astype(object)
    for name in _BASE:
        values = leaves[name].to_numpy(dtype=float) * factor
        decimals = [Decimal(repr(float(one))).quantize(_DIGIT) for one in values]
        exact[name] = pd.Series(decimals, index=exact.index, dtype=object)
    return exact.assign(x_factor=factor)


def _cause(
    warehouse: Warehouse,
    scope: Scope,
    days: tuple[dt.date, dt.date],
    leaves: pd.DataFrame,
    cell: Cell,
    rows: Mask,
) -> Cause:
    own = leaves[rows]
    inside = {**scope, **cell.where}
    items = _read(warehouse, inside, *days, own["x_base_from"].iloc[0], in_detail=True)
    items = _scaled(items.drop(columns="x_base_from"), own["x_factor"].iloc[0])
    excess = _sum(own["effective_cost"]) - _sum(own["x_base_effective_cost"])
    same = {**scope, **_same(own)}
    idle = _idle(warehouse, items, days)
    return Cause(cell.where, same, excess, _effects(own, excess), items, idle)


def _idle(warehouse: Warehouse, items: pd.DataFrame, days: tuple[dt.date, dt.date]) -> Decimal:
    ids = [id_ for id_ in items["commitment_discount_id"].unique() if id_]
    if not ids:
        return Decimal(0)
    found = warehouse.sql(_IDLE, ids=ids, start=days[0], end=days[1])["effective_cost"]
    return Decimal(found.iloc[0])


def _same(leaves: pd.DataFrame) -> dict[str, str]:
    """Return the values that all leaves share."""
    names = [*DIMENSIONS, "x_service_code", "x_instance_type"]
    return {name: str(leaves[name].iloc[0]) for name in names if leaves[name].nunique() == 1}


def _rest(leaves: pd.DataFrame, expected: Decimal, all_leaves: pd.DataFrame) -> Cause:
    """Return what no cause explains; what could not be spread over parts is part of it."""
    spread = _sum(all_leaves["x_base_effective_cost"])
    own = _sum(leaves["effective_cost"]) - _sum(leaves["x_base_effective_cost"])
    effects = _effects(leaves, own)
    effects["other"] = effects.get("other", Decimal(0)) + spread - expected
    effects = {name: value for name, value in effects.items() if value}
    return Cause({}, {}, own + spread - expected, effects, leaves)


def _effects(leaves: pd.DataFrame, excess: Decimal) -> dict[str, Decimal]:
    """Return what usage, price, mix and coverage did; they sum to `excess`, exactly."""
    if leaves.empty:
        return {}
    with localcontext(EXACT):
        found = usage_effects(leaves.assign(x_service=""), [], [])
        named = found["x_effect_cost"].groupby(found["x_effect"].map(EFFECTS)).sum()
        parts = whole_parts(list(named), excess, _DIGIT)
    return {str(name): part for name, part in zip(named.index, parts, strict=True) if part}


def _sum(values: Any) -> Decimal:
    return sum(values, Decimal(0))
