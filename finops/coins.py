"""Round parts to cents so that they add up to their rounded sum."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

import pandas as pd

__all__ = ["add_cents", "apportion", "whole"]


def whole(value: Decimal) -> int:
    """Return an amount in whole units, half a unit rounded away from zero."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def apportion(values: Sequence[Decimal] | Sequence[Fraction], total: int) -> list[int]:
    """Return `values` as whole numbers that add up to `total`: the largest remainders round up.

    Of equal remainders the first rounds up. `total` is the sum of `values`, rounded up or down.
    """
    floors = [floor(value) for value in values]
    left = total - sum(floors)
    order = sorted(range(len(values)), key=lambda place: floors[place] - values[place])
    for place in order[:left]:
        floors[place] += 1
    return floors


def add_cents(frame: pd.DataFrame, amount: str, levels: Sequence[str], places: int) -> pd.DataFrame:
    """Return `frame` with `x_cents`: `amount`, exact, in the smallest coin (10^-`places`).

    The sum of all is rounded, and then given to the groups of each of `levels` within the one
    before, down to the rows: at no level is a sum more than a coin off.
    """
    exact = frame.assign(_units=[value.scaleb(places) for value in frame[amount]])
    cents = pd.Series(0, index=frame.index, dtype="int64")
    _give(exact, list(levels), whole(sum(exact["_units"], Decimal(0))), cents)
    return frame.assign(x_cents=cents)


def _give(part: pd.DataFrame, levels: list[str], total: int, cents: pd.Series) -> None:
    if not levels:
        cents.loc[part.index] = apportion(list(part["_units"]), total)
        return
    groups = [group for _, group in part.groupby(levels[0], sort=True, dropna=False)]
    sums = [sum(group["_units"], Decimal(0)) for group in groups]
    for group, units in zip(groups, apportion(sums, total), strict=True):
        _give(group, levels[1:], units, cents)
