"""Say what an incident comes from: a part of the bill, and usage, price, mix or coverage."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pandas as pd

from finops.business.effects import EXACT, usage_effects, whole_parts
from finops.business.tiers import at_other_prices
from finops.incidents.origin import BASE, Asked, Origin, read_leaves
from finops.incidents.past import commitment_ends, last_uses
from finops.warehouse.connect import Warehouse

__all__ = [
    "EFFECTS", "NEW_SHARE", "Cause", "causes_of", "main_effect", "moved_commitment", "resources_of",
]  # fmt: skip

# What each effect of the bridge is called here; usage that came or went is usage.
EFFECTS = {
    "per_driver": "usage",
    "new": "usage",
    "gone": "usage",
    # A price that a volume reaches is no price that AWS changed.
    "price_tier": "usage",
    "list_price": "price",
    "commitment_rate": "price",
    "discounts": "price",
    "mix": "mix",
    "coverage": "coverage",
    "not_priced": "other",
}
# What is expected of new usage is less than this part of what it costs.
NEW_SHARE = Decimal("0.05")
_NAMED_SHARE, _MOST_NAMED = 0.8, 5
_DIGIT = Decimal("1e-10")
_IDLE_COLUMNS = ["charge_date", "commitment_discount_id", "effective_cost"]
_IDLE = """
select charge_date, commitment_discount_id, sum(effective_cost) as effective_cost
from facts.daily_cost
where commitment_discount_status = 'Unused' and list_contains($ids, commitment_discount_id)
group by charge_date, commitment_discount_id
"""


@dataclass(frozen=True)
class Cause:
    """A part of the bill that explains an incident, in its billing currency.

    `where` has the dimensions that tell it and `same` all values that its cost shares; both are
    empty for what is left elsewhere. `effects` (usage, price, mix, coverage, other) sum to
    `excess`, exactly. `items` has a row per resource and commitment, with what was expected, and
    `idle` is the effective cost that these commitments left unused on the days of the incident.
    `last_use` is when what looks new was used before, and `ended` the last day of the commitment
    whose coverage moved; None where there is none.
    """

    where: dict[str, str]
    same: dict[str, str]
    excess: Decimal
    effects: dict[str, Decimal]
    items: pd.DataFrame = field(repr=False, compare=False)
    idle: Decimal = Decimal(0)
    last_use: dt.date | None = None
    ended: dt.date | None = None


def causes_of(warehouse: Warehouse, origins: Sequence[Origin]) -> list[list[Cause]]:
    """Return the causes of each origin: one per part, largest first, then what is left if any.

    What is left has no `where`. Together they are actual less expected, to the last digit.
    """
    if not origins:
        return []
    leaves = [_labelled(origin, str(number)) for number, origin in enumerate(origins)]
    whole = pd.concat(leaves, ignore_index=True)
    excess = _excess(whole)
    effects = _effects(whole, excess)
    items = iter(_items(warehouse, origins))
    causes = []
    for number, origin in enumerate(origins):
        own = []
        for part, where in enumerate(origin.where):
            label = f"{number} {part}"
            cause = Cause(where, origin.same(part), excess[label], effects[label], *next(items))
            own.append(cause)
        left = excess.get(f"{number} rest", Decimal(0)), effects.get(f"{number} rest", {})
        rest = _rest(leaves[number], origin.asked, *left)
        causes.append(own + ([rest] if rest.excess else []))
    return _with_past(warehouse, origins, causes)


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


def _with_past(
    warehouse: Warehouse, origins: Sequence[Origin], causes: list[list[Cause]]
) -> list[list[Cause]]:
    """Return the causes with what came before: usage like theirs, and commitments that ended."""
    asked, new = [], []
    for origin, own in zip(origins, causes, strict=True):
        for cause in own:
            if cause.where and _looks_new(cause):
                scope = {**origin.asked.scope, **cause.where}
                days = (origin.asked.end - origin.asked.start).days + 1
                asked.append((replace(origin.asked, scope=scope), float(cause.excess) / days))
                new.append(id(cause))
    uses = {new[place]: day for place, day in last_uses(warehouse, asked).items()}
    lost = any(main_effect(one) == "coverage" and one.excess > 0 for own in causes for one in own)
    ends = commitment_ends(warehouse) if lost else {}
    return [
        [
            replace(one, last_use=uses.get(id(one)), ended=ends.get(moved_commitment(one)))
            for one in own
        ]
        for own in causes
    ]


def _looks_new(cause: Cause) -> bool:
    actual, expected = (
        _sum(cause.items[name]) for name in ("effective_cost", "x_base_effective_cost")
    )
    return bool(actual > 0 and expected <= NEW_SHARE * actual)


def _labelled(origin: Origin, number: str) -> pd.DataFrame:
    """Return the leaves of an origin, exact; x_service says of which part or `rest` each is."""
    label = np.full(len(origin.leaves), f"{number} rest", dtype=object)
    for part, rows in enumerate(origin.rows):
        label[rows] = f"{number} {part}"
    return _exact(origin.leaves, origin.factor).assign(x_service=label)


def _exact(leaves: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Return leaves with the base times a factor and as decimals."""
    decimals = {
        name: np.array(
            [Decimal(repr(one)).quantize(_DIGIT) for one in (leaves[name] * factor).tolist()],
            dtype=object,
        )
        for name in BASE
    }
    return leaves.assign(**decimals)


def _excess(leaves: pd.DataFrame) -> dict[str, Decimal]:
    """Return actual less expected of each label in x_service."""
    excess: dict[str, Decimal] = {}
    change = leaves["effective_cost"] - leaves["x_base_effective_cost"]
    for label, one in zip(leaves["x_service"], change, strict=True):
        excess[label] = excess.get(label, Decimal(0)) + one
    return excess


def _effects(leaves: pd.DataFrame, excess: dict[str, Decimal]) -> dict[str, dict[str, Decimal]]:
    """Return what usage, price, mix and coverage did by label; together its `excess`, exactly."""
    with localcontext(EXACT):
        # Days of a month may have its last tiers only.
        prices = at_other_prices(leaves, of_whole_months=False)
        found = usage_effects(prices, [], []).replace({"x_effect": EFFECTS})
        sums = found.groupby(["x_service", "x_effect"], as_index=False)["x_effect_cost"].sum()
        effects: dict[str, dict[str, Decimal]] = {label: {} for label in excess}
        for label, name, value in sums.itertuples(index=False):
            effects[str(label)][str(name)] = value
        return {label: _whole(own, excess[label]) for label, own in effects.items()}


def _whole(effects: dict[str, Decimal], excess: Decimal) -> dict[str, Decimal]:
    parts = whole_parts(list(effects.values()), excess, _DIGIT)
    return {name: part for name, part in zip(effects, parts, strict=True) if part}


def _items(warehouse: Warehouse, origins: Sequence[Origin]) -> list[tuple[pd.DataFrame, Decimal]]:
    """Return the items of each part of each origin, and what its commitments left unused."""
    parts = [(origin, where) for origin in origins for where in origin.where]
    inside = [
        replace(origin.asked, scope={**origin.asked.scope, **where}) for origin, where in parts
    ]
    read = read_leaves(warehouse, inside, in_detail=True)
    items = [_exact(own, origin.factor) for own, (origin, _) in zip(read, parts, strict=True)]
    ids = sorted({id_ for own in items for id_ in own["commitment_discount_id"] if id_})
    idle = warehouse.sql(_IDLE, ids=ids) if ids else pd.DataFrame(columns=_IDLE_COLUMNS)
    return [(own, _idle(idle, own, asked)) for own, asked in zip(items, inside, strict=True)]


def _idle(idle: pd.DataFrame, items: pd.DataFrame, asked: Asked) -> Decimal:
    is_of = idle["charge_date"].between(asked.start, asked.end)
    is_of &= idle["commitment_discount_id"].isin(items["commitment_discount_id"].unique())
    return _sum(idle.loc[is_of, "effective_cost"])


def _rest(leaves: pd.DataFrame, asked: Asked, own: Decimal, effects: dict[str, Decimal]) -> Cause:
    """Return what no cause explains; what could not be spread over parts is part of it."""
    spread = _sum(leaves["x_base_effective_cost"]) - Decimal(repr(asked.expected)).quantize(_DIGIT)
    whole = effects | {"other": effects.get("other", Decimal(0)) + spread}
    items = leaves[leaves["x_service"].str.endswith("rest")]
    return Cause({}, {}, own + spread, {name: one for name, one in whole.items() if one}, items)


def _sum(values: Any) -> Decimal:
    return sum(values, Decimal(0))
