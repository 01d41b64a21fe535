"""Split a change of cost into what caused it, so that the parts are the whole change."""

from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from finops.business.tiers import OTHER_PRICES
from finops.coins import apportion

__all__ = ["DIGIT", "EXACT", "product_effects", "usage_effects", "whole_parts"]

# Effects are computed with 60 digits and given with 16 decimals: billed money has ten, an exchange
# rate six more.
EXACT = Context(prec=60)
DIGIT = Decimal("1e-16")
ZERO, ONE, TWO = Decimal(0), Decimal(1), Decimal(2)

Exact = npt.NDArray[np.object_]

GROUP = ["x_team", "x_service", "service_name"]
_RATES = ["list_price", "price_tier", "coverage", "commitment_rate", "discounts"]


def product_effects(before: Sequence[Any], after: Sequence[Any]) -> list[Any]:
    """Return how much each factor moved a product; together they are its change.

    Factors are Decimals or arrays of them. Each change counts at the mean of what it is multiplied
    with, so no order of events is assumed, and back is the negative of forth: Bennet, "The theory
    of measurement of changes in cost of living" (1920), applied to one factor after the other.
    """
    effects: list[Any] = []
    start: Any = ONE
    end: Any = ONE
    for old, new in zip(before, after, strict=True):
        mean = (old + new) / TWO
        effects = [effect * mean for effect in effects] + [(start + end) / TWO * (new - old)]
        start, end = start * old, end * new
    return effects


def usage_effects(
    items: pd.DataFrame, before: Sequence[Decimal], after: Sequence[Decimal]
) -> pd.DataFrame:
    """Return one row per team, service, AWS service, unit and effect on the cost of usage.

    `items` are the rows of kind `usage` of bridge_items.sql. `before` and `after` are what usage
    follows, such as days and orders per day: their effects are named `driver_0`, `driver_1`, and
    `per_driver` is that of usage per each. Within one unit of one AWS service, cost is quantity x
    list price x paid share, and the paid share is that of commitments (`commitment_rate`) where
    they cover (`coverage`) and of the list price elsewhere (`discounts`). Where `items` have
    tiers.OTHER_PRICES, a list price changes by what AWS changed of each tier (`list_price`) and by
    the tiers that the volume reached (`price_tier`). What quantities do to cost is volume at the
    mean rate of all, and the rest is `mix`; a unit without any usage before is `new`, after it
    `gone`. Usage without a quantity or list price is `not_priced`.
    The column x_effect_cost sums to the change of effective cost, in its currency.
    """
    if items.empty:
        return pd.DataFrame(columns=[*GROUP, "x_effect", "x_effect_cost"])
    priced = _is_priced(items)
    rates = _rate_effects(items.loc[priced])
    loose = items.loc[~priced, GROUP].assign(
        x_effect="not_priced",
        x_effect_cost=items["effective_cost"] - items["x_base_effective_cost"],
    )
    parts = [loose]
    if len(rates):
        parts += [_tall(rates, _RATES), _volume_effects(rates, before, after)]
    found = pd.concat(parts, ignore_index=True)
    sums: pd.DataFrame = found.groupby([*GROUP, "x_effect"], as_index=False).sum()
    return sums


def whole_parts(parts: Sequence[Decimal], total: Decimal, digit: Decimal = DIGIT) -> list[Decimal]:
    """Return `parts` in whole `digit`s that sum to `total`: largest remainder, first come on ties.

    `parts` must sum to `total` but for less than one digit each, and `total` be whole digits.
    """
    whole = [
        units * digit for units in apportion([part / digit for part in parts], int(total / digit))
    ]
    if sum(whole, ZERO) != total:
        raise ArithmeticError(f"The parts of {total} sum to {sum(parts, ZERO)}.")
    return whole


def _is_priced(items: pd.DataFrame) -> "pd.Series[bool]":
    """Return which items have a quantity and a list price whenever they cost anything."""
    sound = [_side(items, base) for base in ("x_base_", "")]
    tiered = _has_tiers(items)
    usable = [_is_sound(*side) | _is_empty(*side) | (tiered & _is_free(*side)) for side in sound]
    some = _is_sound(*sound[0]) | _is_sound(*sound[1])
    return pd.Series(usable[0] & usable[1] & some, index=items.index)


def _side(items: pd.DataFrame, base: str) -> tuple[Exact, ...]:
    """Return quantity, and list and effective cost of what commitments cover and of the rest."""
    covered = base if base else "x_"
    quantity, listed, covered_list, cost, covered_cost = (
        items[name].to_numpy(dtype=object)
        for name in (
            f"{base}consumed_quantity",
            f"{base}list_cost",
            f"{covered}covered_list_cost",
            f"{base}effective_cost",
            f"{covered}covered_effective_cost",
        )
    )
    return quantity, covered_list, covered_cost, listed - covered_list, cost - covered_cost


def _is_sound(quantity: Exact, covered: Exact, paid: Exact, rest: Exact, rest_paid: Exact) -> Any:
    parts = (covered >= 0) & (rest >= 0) & (covered + rest > 0)
    known = ((covered > 0) | (paid == 0)) & ((rest > 0) | (rest_paid == 0))
    return ((quantity > 0) & parts & known).astype(bool)


def _is_empty(*values: Exact) -> Any:
    return np.logical_and.reduce([(value == 0).astype(bool) for value in values])


def _is_free(quantity: Exact, *costs: Exact) -> Any:
    """Return which items are used and cost nothing, as in a tier that is free."""
    return (quantity > 0).astype(bool) & _is_empty(*costs)


def _has_tiers(items: pd.DataFrame) -> Exact:
    """Return which items are of a meter of which a month has several list prices."""
    if not set(OTHER_PRICES) <= set(items):
        return np.zeros(len(items), dtype=bool)
    return np.asarray(items[OTHER_PRICES[0]].notna())


def _rate_effects(items: pd.DataFrame) -> pd.DataFrame:
    """Return priced items with what rates did to their cost, and `usage`, what quantities did."""
    q0, c0, f0, u0, g0 = _side(items, "x_base_")
    q1, c1, f1, u1, g1 = _side(items, "")
    matched = (q0 > 0) & (q1 > 0)
    ones, zeros = _all(len(items), ONE), _all(len(items), ZERO)
    n0, n1 = (np.where(matched, q, ones) for q in (q0, q1))
    l0, l1 = (np.where(matched, c + u, ones) for c, u in ((c0, u0), (c1, u1)))
    share0, share1 = _paid_shares(*(np.where(matched, one, zeros) for one in (c0, l0, c1, l1)))
    rate0, rate1 = _paid_shares(f0, c0, f1, c1)
    rest0, rest1 = _paid_shares(g0, u0, g1, u1)
    paid0 = share0 * rate0 + (ones - share0) * rest0
    paid1 = share1 * rate1 + (ones - share1) * rest1
    usage, price, _ = product_effects([n0, l0 / n0, paid0], [n1, l1 / n1, paid1])
    level = (l0 + l1) / TWO
    cover, rate = product_effects([share0, rate0], [share1, rate1])
    cover_rest, rest = product_effects([ones - share0, rest0], [ones - share1, rest1])
    change = items["effective_cost"] - items["x_base_effective_cost"]
    own_price = _price_changes(items, matched, (n0, n1), (l0, l1))
    # What a change of the list price by one counts.
    weight = (n0 + n1) / TWO * (paid0 + paid1) / TWO
    list_price = np.where(_has_tiers(items), own_price * weight, price)
    return items.assign(
        list_price=np.where(matched, list_price, zeros),
        price_tier=np.where(matched, price - list_price, zeros),
        coverage=np.where(matched, level * (cover + cover_rest), zeros),
        commitment_rate=np.where(matched, level * rate, zeros),
        discounts=np.where(matched, level * rest, zeros),
        usage=np.where(matched, usage, change.to_numpy()),
    )


def _price_changes(
    items: pd.DataFrame, matched: Any, used: tuple[Exact, Exact], listed: tuple[Exact, Exact]
) -> Exact:
    """Return what AWS changed of the list price of an item with tiers, at those of both months."""
    zeros = _all(len(items), ZERO)
    known = matched & _has_tiers(items)
    if not known.any():
        return zeros
    then, before = (items[name].to_numpy(dtype=object) for name in OTHER_PRICES)
    changes: Exact = (np.where(known, then, listed[0]) - listed[0]) / used[0] + (
        listed[1] - np.where(known, before, listed[1])
    ) / used[1]
    halves: Exact = changes / TWO
    return halves


def _paid_shares(paid0: Exact, list0: Exact, paid1: Exact, list1: Exact) -> tuple[Exact, Exact]:
    """Return what is paid of the list price in both months; one without any takes the other's."""
    ones = _all(len(list0), ONE)
    share0, share1 = (
        paid / np.where(listed > 0, listed, ones)
        for paid, listed in ((paid0, list0), (paid1, list1))
    )
    return np.where(list0 > 0, share0, share1), np.where(list1 > 0, share1, share0)


def _volume_effects(
    rates: pd.DataFrame, before: Sequence[Decimal], after: Sequence[Decimal]
) -> pd.DataFrame:
    """Return what quantities did per unit of an AWS service: its volume, mix, or that it is new."""
    sums = ["x_base_consumed_quantity", "consumed_quantity", "x_base_effective_cost"]
    grouped = rates.groupby([*GROUP, "pricing_unit"], as_index=False, dropna=False)
    units: pd.DataFrame = grouped[[*sums, "effective_cost", "usage"]].sum()
    q0, q1, cost0, cost1 = (
        units[name].to_numpy(dtype=object) for name in [*sums, "effective_cost"]
    )
    lasting = ((q0 > 0) & (q1 > 0)).astype(bool)
    stay, came = units[lasting], (q0 == 0).astype(bool)
    q0, q1, cost0, cost1 = q0[lasting], q1[lasting], cost0[lasting], cost1[lasting]
    per0, per1 = q0, q1
    for old, new in zip(before, after, strict=True):
        per0, per1 = per0 / old, per1 / new
    # One array per factor, so that zero rows pass too.
    olds = [_all(len(stay), one) for one in before]
    news = [_all(len(stay), one) for one in after]
    *volume, _ = product_effects([*olds, per0, cost0 / q0], [*news, per1, cost1 / q1])
    names = [*(f"driver_{n}" for n in range(len(olds))), "per_driver"]
    stay = stay.assign(**dict(zip(names, volume, strict=True)))
    stay = stay.assign(mix=stay["usage"] - sum(volume))
    others = units.loc[~lasting].assign(x_effect=np.where(came[~lasting], "new", "gone"))
    others = others.rename(columns={"usage": "x_effect_cost"})
    return pd.concat([_tall(stay, [*names, "mix"]), others[[*GROUP, "x_effect", "x_effect_cost"]]])


def _all(rows: int, value: Decimal) -> Exact:
    return np.full(rows, value, dtype=object)


def _tall(frame: pd.DataFrame, effects: list[str]) -> pd.DataFrame:
    """Return one row per row of `frame` and effect."""
    tall: pd.DataFrame = frame.melt(
        id_vars=GROUP, value_vars=effects, var_name="x_effect", value_name="x_effect_cost"
    )
    return tall
