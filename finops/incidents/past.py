"""Say what came before an incident: a commitment that ended, or the same usage long ago."""

import datetime as dt
from collections.abc import Sequence

from finops.incidents.origin import Asked
from finops.sql import read_query
from finops.warehouse.connect import Warehouse

__all__ = ["commitment_ends", "last_uses"]

_ENDS = read_query("finops.incidents", "commitment_ends")
_EARLIER_USE = read_query("finops.incidents", "earlier_use")
_LEAST_SHARE = 0.5


def commitment_ends(warehouse: Warehouse) -> dict[str, dt.date]:
    """Return the last day of each commitment that ended before the bill does."""
    ends = warehouse.sql(_ENDS).astype(object)
    return dict(zip(ends["commitment_discount_id"], ends["x_last_date"], strict=True))


def last_uses(warehouse: Warehouse, asked: Sequence[tuple[Asked, float]]) -> dict[int, dt.date]:
    """Return when each that is asked was used before its first day, by place; none never was.

    Beside each is what it costs a day: days that cost half of that count.
    """
    if not asked:
        return {}
    values = [
        {name: value for name, value in one.values.items() if not name.endswith("_date")}
        | {"x_asked": place, "start_date": one.start, "least": _LEAST_SHARE * per_day}
        for place, (one, per_day) in enumerate(asked)
    ]
    found = warehouse.sql(_EARLIER_USE, asked=values).astype(object)
    return dict(zip(found["x_asked"], found["x_last_date"], strict=True))
