"""Find the parts of a bill that incidents come from, for many incidents at once."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from finops.daily.grid import Mask
from finops.incidents.localise import localise
from finops.sql import read_query
from finops.warehouse.connect import Warehouse

__all__ = ["BASE", "DIMENSIONS", "Asked", "Origin", "Scope", "origins_of", "read_leaves"]

# In this order a dimension is preferred to another that says the same.
DIMENSIONS = (
    "service_name", "x_usage_type", "region_id", "x_operation", "sub_account_id", "x_team",
)  # fmt: skip
BASE = [
    "x_base_consumed_quantity",
    "x_base_list_cost",
    "x_base_covered_list_cost",
    "x_base_effective_cost",
    "x_base_covered_effective_cost",
]
_SCOPE = ("billing_currency", "x_team", "service_name", "sub_account_id", "region_id",
          "x_usage_type", "x_operation", "resource_id")  # fmt: skip
_LONG_BASE_DAYS = 91
_LEAST_SHARE = 0.1
_LEAVES = read_query("finops.incidents", "cause_leaves")

# The values that all cost of a series has, by column: such as x_team and service_name.
Scope = Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """The days `start` to `end` of a scope, what they should cost, and the days before to ask."""

    scope: Scope
    start: dt.date
    end: dt.date
    expected: float
    base_days: int = 28

    @property
    def values(self) -> dict[str, object]:
        """What cause_leaves.sql asks for."""
        first = self.start - dt.timedelta(days=self.base_days)
        days = {"first_date": first, "start_date": self.start, "end_date": self.end}
        return days | {name: self.scope.get(name) for name in _SCOPE}


@dataclass(frozen=True)
class Origin:
    """Where the excess of what was asked comes from, the largest part first.

    `leaves` has a row per owner, account and price of the scope. Each of `where` has the dimensions
    of a part, and that of `rows` its leaves. `factor` makes the base what was expected.
    """

    asked: Asked
    leaves: pd.DataFrame = field(repr=False)
    factor: float
    where: list[dict[str, str]]
    rows: list[Mask]

    @property
    def rest(self) -> Mask:
        """The leaves that are in none of the parts."""
        found: Mask = ~np.logical_or.reduce([*self.rows, np.zeros(len(self.leaves), dtype=bool)])
        return found

    def same(self, part: int) -> dict[str, str]:
        """Return the values that all leaves of a part share."""
        own = self.leaves[self.rows[part]]
        values = {
            name: own[name].to_numpy()
            for name in (*DIMENSIONS, "x_service_code", "x_instance_type")
        }
        alike = {name: str(one[0]) for name, one in values.items() if (one == one[0]).all()}
        return {**self.asked.scope, **alike}


def origins_of(warehouse: Warehouse, asked: Sequence[Asked]) -> list[Origin]:
    """Return where the excess of each that is `asked` comes from, at most three parts of each.

    What was expected is spread over the leaves of the scope as they cost in the 28 days before (91
    if there was nothing), weekday by weekday.
    """
    leaves = read_leaves(warehouse, asked)
    bare = [n for n, own in enumerate(leaves) if own["x_base_effective_cost"].sum() <= 0]
    asked = [
        replace(one, base_days=_LONG_BASE_DAYS) if n in bare else one for n, one in enumerate(asked)
    ]
    longer = read_leaves(warehouse, [asked[n] for n in bare]) if bare else []
    known = dict(enumerate(leaves)) | dict(zip(bare, longer, strict=True))
    return [_origin(one, known[n]) for n, one in enumerate(asked)]


def read_leaves(
    warehouse: Warehouse, asked: Sequence[Asked], *, in_detail: bool = False
) -> list[pd.DataFrame]:
    """Return the leaves of each that is asked; `in_detail` also by resource and commitment.

    Texts and decimals are Python objects. The base is the mean of its days, as floats.
    """
    values = [one.values | {"x_asked": number} for number, one in enumerate(asked)]
    read = warehouse.sql(_LEAVES, asked=values, in_detail=in_detail)
    places = read.pop("x_asked").to_numpy(dtype=int).searchsorted(np.arange(len(asked) + 1))
    plain = read.astype(object).assign(**{name: read[name].astype(float) for name in BASE})
    return [plain.iloc[places[n] : places[n + 1]] for n in range(len(asked))]


def _origin(asked: Asked, leaves: pd.DataFrame) -> Origin:
    base = float(leaves["x_base_effective_cost"].sum())
    factor = asked.expected / base if base > 0 else 0.0
    actual = leaves["effective_cost"].to_numpy(dtype=float)
    expected = leaves["x_base_effective_cost"].to_numpy() * factor
    cells = localise(leaves.assign(actual=actual, expected=expected), DIMENSIONS)
    free = np.ones(len(leaves), dtype=bool)
    where, rows = [], []
    for cell in cells:
        if abs(cell.excess) >= _LEAST_SHARE * abs(float(actual.sum() - expected.sum())):
            where.append(cell.where)
            rows.append(cell.rows & free)
            free &= ~cell.rows
    return Origin(asked, leaves, factor, where, rows)
