"""Split a change of cost into price, volume and mix, as finance does: at last month's prices."""

from decimal import Decimal, localcontext

import pandas as pd

from finops.business.effects import EXACT
from finops.sql import read_query
from finops.warehouse.connect import Warehouse

__all__ = ["PARTS", "price_volume_mix", "variance"]

PARTS = ("volume", "mix", "price", "new", "gone", "fees", "support", "tax", "credits", "other")
_KINDS = {
    "fees": "fees",
    "support": "support",
    "tax": "tax",
    "vat": "tax",
    "credits": "credits",
    "refunds": "credits",
}
_DIGIT = Decimal("1e-10")


def price_volume_mix(items: pd.DataFrame) -> dict[str, Decimal]:
    """Return what price, volume and mix moved of the cost of items that share a unit.

    `items` has q0, q1 (quantities in that unit) and cost0, cost1, exact. With Q the sum of
    quantities and p the cost of one: volume is (Q1 - Q0) x cost0 / Q0, mix the sum of
    (q1 - q0 x Q1 / Q0) x p0, price that of q1 x (p1 - p0), over items of both months; `new` and
    `gone` are the cost of the others, so the parts are the change exactly. The bridge of
    finops.business weighs with the mean of both months instead.
    """
    with localcontext(EXACT):
        rows = [
            tuple(map(Decimal, row)) for row in items[["q0", "q1", "cost0", "cost1"]].to_numpy()
        ]
        both = [row for row in rows if row[0] > 0 and row[1] > 0]
        old = sum((row[0] for row in both), Decimal(0))
        growth = sum((row[1] for row in both), Decimal(0)) / old if old else Decimal(1)
        before = sum((row[2] for row in both), Decimal(0))
        at_old_prices = sum((q1 * cost0 / q0 for q0, q1, cost0, _ in both), Decimal(0))
        rest = [row for row in rows if not (row[0] > 0 and row[1] > 0)]
        return {
            "volume": (growth - 1) * before,
            "mix": at_old_prices - growth * before,
            "price": sum((row[3] for row in both), Decimal(0)) - at_old_prices,
            "new": sum((cost1 - cost0 for q0, _, cost0, cost1 in rest if q0 <= 0), Decimal(0)),
            "gone": sum((cost1 - cost0 for q0, _, cost0, cost1 in rest if q0 > 0), Decimal(0)),
        }


def variance(warehouse: Warehouse, base: str, period: str, currency: str) -> pd.DataFrame:
    """Return what moved the effective cost of each AWS service from month `base` to `period`.

    One row per service, the largest change first: x_base_effective_cost, effective_cost, the PARTS
    between them in billing `currency` with 10 decimals. Quantities add up within one unit of a
    service; unused commitments, discount lines and usage without a quantity are `other`.
    """
    query = read_query("finops.business", "bridge_items")
    items = warehouse.sql(query, base=base, period=period).astype(object)
    items = items[items["billing_currency"] == currency]
    rows = [_service(str(name), part) for name, part in items.groupby("service_name")]
    frame = pd.DataFrame(
        rows, columns=["service_name", "x_base_effective_cost", "effective_cost", *PARTS]
    )
    size = (frame["effective_cost"] - frame["x_base_effective_cost"]).abs()
    return frame.iloc[size.argsort(kind="stable")[::-1]].reset_index(drop=True)


def _service(name: str, items: pd.DataFrame) -> dict[str, object]:
    parts = dict.fromkeys(PARTS, Decimal(0))
    usage = items[items["x_effect"] == "usage"]
    keys = ["pricing_unit", "x_usage_type", "x_operation", "region_id"]
    prices = usage.groupby(keys, dropna=False, as_index=False)[
        ["x_base_consumed_quantity", "consumed_quantity", "x_base_effective_cost", "effective_cost"]
    ].sum()
    named = prices.set_axis([*keys, "q0", "q1", "cost0", "cost1"], axis=1)
    for _, unit in named.groupby("pricing_unit", dropna=False):
        for part, value in price_volume_mix(unit).items():
            parts[part] += value
    for kind, others in items[items["x_effect"] != "usage"].groupby("x_effect"):
        changes = others["effective_cost"] - others["x_base_effective_cost"]
        parts[_KINDS.get(str(kind), "other")] += sum(changes, Decimal(0))
    before, after = (
        sum(items[column], Decimal(0)) for column in ("x_base_effective_cost", "effective_cost")
    )
    rounded = {part: value.quantize(_DIGIT) for part, value in parts.items()}
    rounded["other"] += after - before - sum(rounded.values(), Decimal(0))
    return {
        "service_name": name,
        "x_base_effective_cost": before,
        "effective_cost": after,
        **rounded,
    }
