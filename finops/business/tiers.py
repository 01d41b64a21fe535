"""Tell a price tier that a volume reached from a list price that AWS changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pandas as pd

__all__ = ["OTHER_PRICES", "PRICE", "at_other_prices"]

# What tells the prices of a meter apart, and what one is for a payer.
PRICE = ["billing_account_id", "list_unit_price", "sku_price_id"]
_METER = ["billing_account_id", "service_name", "x_usage_type", "x_operation", "region_id",
          "pricing_unit"]  # fmt: skip
# The base's usage at the other month's prices, and the other month's at those of the base.
OTHER_PRICES = ["x_base_list_cost_then", "x_list_cost_before"]
# Prices closer than this are one: a list cost is rounded, and a price that is told from it.
_NEAR = Decimal("0.005")
ZERO = Decimal(0)


@dataclass(eq=False)
class _Tier:
    """What one month used at one list price: its rows, quantity, list cost and price ids."""

    rows: list[int] = field(default_factory=list)
    quantity: Decimal = ZERO
    listed: Decimal = ZERO
    ids: set[str] = field(default_factory=set)

    @property
    def price(self) -> Decimal:
        """The mean list price."""
        return self.listed / self.quantity

    def __add__(self, other: "_Tier") -> "_Tier":
        """Return both as one."""
        amounts = self.quantity + other.quantity, self.listed + other.listed
        return _Tier(self.rows + other.rows, *amounts, self.ids | other.ids)


# The tiers of a month: what is free first, then the dearest first, as a volume fills them.
_Tiers = list[_Tier]
_Pair = tuple[_Tier, _Tier]


def at_other_prices(items: pd.DataFrame, *, of_whole_months: bool) -> pd.DataFrame:
    """Return `items` with one row for all prices of an item, and OTHER_PRICES instead of PRICE.

    `items` are as usage_effects takes them, with a row per price where the payer's id is filled.
    A meter has tiers where one month has several list prices of it; all accounts of a payer fill
    them together. For an item of such a meter x_base_list_cost_then is what the base's usage would
    cost if each of its tiers had the price of the other month, and x_list_cost_before the other
    way round; others have None. A tier is known by the id of its price (the rate code of AWS), else
    by its price, and one whose price changed by its place among the others. A month fills the
    first tier first, so `of_whole_months` the first are the same; days of a month may lack it.
    """
    if not set(PRICE) <= set(items):
        return items
    is_priced = items["billing_account_id"].notna()
    plain = items[~is_priced].drop(columns=PRICE)
    priced = items[is_priced]
    then, before = priced["x_base_list_cost"].copy(), priced["list_cost"].copy()
    tiered = pd.Series(False, index=priced.index)
    # What is too small to tell its price stays as it is.
    known = priced[priced["list_unit_price"].notna()]
    for _, rows in known.groupby(_METER, dropna=False, sort=False):
        base = _tiers(rows, "x_base_consumed_quantity", "x_base_list_cost")
        now = _tiers(rows, "consumed_quantity", "list_cost")
        tiered[rows.index] = len(base) > 1 or len(now) > 1 or _are_of_one_list(base, now)
        for old, new in _pairs(base, now, of_whole_months):
            if not _is_near(old.price, new.price):
                before_usage: Any = priced.loc[new.rows, "consumed_quantity"]
                then_usage: Any = priced.loc[old.rows, "x_base_consumed_quantity"]
                then[old.rows] = then_usage * new.price
                before[new.rows] = before_usage * old.price
    return pd.concat(
        [plain.assign(**dict.fromkeys(OTHER_PRICES)), _whole(priced, then, before, tiered)],
        ignore_index=True,
    )


def _whole(priced: pd.DataFrame, then: Any, before: Any, tiered: Any) -> pd.DataFrame:
    """Return one row per item."""
    rows = priced.drop(columns=PRICE)
    amounts = [name for name in rows if str(name).endswith(("_cost", "_quantity"))]
    keys = [name for name in rows if name not in amounts]
    rows = rows.assign(**dict(zip(OTHER_PRICES, (then, before), strict=True)), x_tiered=tiered)
    sums = dict.fromkeys([*amounts, *OTHER_PRICES], "sum") | {"x_tiered": "any"}
    whole: pd.DataFrame = rows.groupby(keys, dropna=False, sort=False, as_index=False).agg(sums)
    whole = whole.astype(dict.fromkeys([*keys, *OTHER_PRICES], object))
    whole.loc[~whole["x_tiered"].astype(bool), OTHER_PRICES] = None
    return whole.drop(columns="x_tiered")


def _tiers(rows: pd.DataFrame, quantity: str, listed: str) -> _Tiers:
    """Return the tiers that a month used: by price, or by id where that has changed its price."""
    found: _Tiers = []
    values = zip(rows.index, rows[quantity], rows[listed], rows["sku_price_id"], strict=True)
    used = [_Tier([row], q, cost, _known(id_)) for row, q, cost, id_ in values if q > 0]
    for one in sorted(used, key=lambda one: (one.price != 0, -one.price)):
        same = [tier for tier in found if _is_near(tier.price, one.price) or tier.ids & one.ids]
        found = [tier for tier in found if tier not in same] + [sum(same, one)]
    return sorted(found, key=lambda one: (one.price != 0, -one.price))


def _known(id_: object) -> set[str]:
    return {id_} if isinstance(id_, str) else set()


def _is_near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= _NEAR * max(abs(one), abs(other))


def _lists(tiers: Iterable[_Tier]) -> set[str]:
    """Return the price lists of ids: what AWS's rate codes say before their last point."""
    return {id_.rpartition(".")[0] for tier in tiers for id_ in tier.ids} - {""}


def _are_of_one_list(base: _Tiers, now: _Tiers) -> bool:
    """Return whether ids say that all prices are of one list, and both months used others of it."""
    ids = [set().union(*(tier.ids for tier in side)) for side in (base, now)]
    return bool(_lists(base) & _lists(now)) and not ids[0] & ids[1]


def _pairs(base: _Tiers, now: _Tiers, of_whole_months: bool) -> list[_Pair]:
    """Return which tier of the base is which tier of the other month."""
    if _lists(base) & _lists(now) and all(tier.ids for tier in base + now):
        return [(old, new) for old in base for new in now if old.ids & new.ids]
    # What is free in one month only is no price that AWS changed.
    base, now = ([tier for tier in side if tier.price] for side in (base, now))
    if not base or not now:
        return []
    if not of_whole_months or _is_near(base[0].price, now[0].price):
        return _in_order(base, now)
    full = min(len(base), len(now)) > 1
    if full and _is_near(base[0].quantity, now[0].quantity):
        # The first tier ends where it did, so each has the price of another.
        return list(zip(base, now, strict=False))
    return _in_order(_joined(base, now[0].price), _joined(now, base[0].price), first=True)


def _joined(tiers: _Tiers, price: Decimal) -> _Tiers:
    """Return tiers with those down to `price` as one: within the month AWS changed its price."""
    near = [number for number, tier in enumerate(tiers) if _is_near(tier.price, price)]
    end = near[0] + 1 if near else 1
    return [sum(tiers[1:end], tiers[0]), *tiers[end:]]


def _in_order(base: _Tiers, now: _Tiers, *, first: bool = False) -> list[_Pair]:
    """Return the pairs of one price, and in order those between them; `first` ones are a pair."""
    if first:
        return [(base[0], now[0]), *_in_order(base[1:], now[1:])]
    for place, old in enumerate(base):
        for other, new in enumerate(now):
            if _is_near(old.price, new.price):
                between = list(zip(base[:place], now[:other], strict=False))
                return [*between, (old, new), *_in_order(base[place + 1 :], now[other + 1 :])]
    return list(zip(base, now, strict=False))
