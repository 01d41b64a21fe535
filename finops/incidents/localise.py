"""Find the few cells of a bill that explain why it differs from what was expected.

A cell is all cost that has some value in one to three dimensions, such as one usage type in one
region. The method is the generalised potential score of Li et al., "Generic and Robust Localization
of Multi-Dimensional Root Causes" (Squeeze, ISSRE 2019), weighted by money.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from finops.daily.grid import Floats, Mask

__all__ = ["Cell", "localise"]

_MOST_DIMENSIONS = 3
_PRICE_OF_A_DIMENSION = 0.005
_EXPLAINED_SHARE = 0.8
_TINY = 1e-9


@dataclass(frozen=True)
class Cell:
    """A part of the leaves: the values that all of it has, which rows it is, and its excess."""

    where: dict[str, str]
    rows: Mask
    excess: float


@dataclass(frozen=True)
class _Cuboid:
    """All cells of some dimensions: the number of the cell of each leaf, and how many there are."""

    dimensions: tuple[str, ...]
    cells: NDArray[np.int_]
    count: int


def localise(
    leaves: pd.DataFrame,
    dimensions: Sequence[str],
    *,
    actual: str = "actual",
    expected: str = "expected",
    most: int = 3,
) -> list[Cell]:
    """Return the cells that explain the change of all `leaves`, the first one first.

    `leaves` has one row per combination of `dimensions`, with money in `actual` and `expected`. A
    cell explains its leaves as far as each changed in proportion to what was expected of it; what
    is new altogether explains itself. The best cell is taken, its change taken off, and the search
    goes on until 80 per cent is explained or `most` cells are found.
    """
    v = leaves[actual].to_numpy(dtype=float)
    f = leaves[expected].to_numpy(dtype=float).clip(min=0.0)
    cuboids, change = _cuboids(leaves, dimensions), float(v.sum() - f.sum())
    found: list[Cell] = []
    left = change
    while len(found) < most and abs(left) > (1 - _EXPLAINED_SHARE) * abs(change) + _TINY:
        best = _best(cuboids, v, f, np.sign(left))
        if best is None:
            break
        cuboid, number = best
        rows: Mask = cuboid.cells == number
        explained = _explained(v, f, rows)
        cell = float((explained - f[rows]).sum())
        v = v.copy()
        v[rows] -= explained - f[rows]
        found.append(Cell(_values(leaves, cuboid.dimensions, rows), rows, cell))
        left -= cell
    return found


def _cuboids(leaves: pd.DataFrame, dimensions: Sequence[str]) -> list[_Cuboid]:
    """Return the cuboids of up to three dimensions that have more than one value, small first."""
    codes = {name: pd.factorize(leaves[name], use_na_sentinel=False)[0] for name in dimensions}
    varied = [name for name in dimensions if codes[name].max(initial=0) > 0]
    if not varied:
        return [_Cuboid((), np.zeros(len(leaves), dtype=int), 1)]
    return [
        _cuboid(names, [codes[name] for name in names])
        for size in range(1, _MOST_DIMENSIONS + 1)
        for names in combinations(varied, size)
    ]


def _cuboid(names: tuple[str, ...], codes: list[NDArray[np.int_]]) -> _Cuboid:
    number = codes[0].astype(np.int64)
    for code in codes[1:]:
        number = number * (int(code.max()) + 1) + code
    cells, values = pd.factorize(number)
    return _Cuboid(names, cells, len(values))


def _best(cuboids: list[_Cuboid], v: Floats, f: Floats, sign: float) -> tuple[_Cuboid, int] | None:
    """Return the cell with the highest score whose change has the `sign`."""
    total = float(np.abs(v - f).sum())
    best, chosen = -np.inf, None
    for cuboid in cuboids if total > _TINY else []:
        score = _scores(cuboid, v, f, sign, total)
        number = int(np.argmax(score))
        if score[number] > best + _TINY:
            best, chosen = float(score[number]), (cuboid, number)
    return chosen


def _scores(cuboid: _Cuboid, v: Floats, f: Floats, sign: float, total: float) -> Floats:
    """Return gain x fit less a price per dimension: gain is the part of all change explained."""
    actual, expected = (np.bincount(cuboid.cells, one, cuboid.count) for one in (v, f))
    ratio = np.divide(actual, expected, out=np.zeros(cuboid.count), where=expected > _TINY)
    new = expected <= _TINY
    missed = np.where(new[cuboid.cells], 0.0, np.abs(v - f * ratio[cuboid.cells]))
    before = np.bincount(cuboid.cells, np.abs(v - f), cuboid.count)
    after = np.bincount(cuboid.cells, missed, cuboid.count)
    fit = 1 - np.divide(after, before, out=np.ones(cuboid.count), where=before > _TINY)
    score = (before - after) / total * fit - _PRICE_OF_A_DIMENSION * len(cuboid.dimensions)
    return np.where((np.sign(actual - expected) == sign) & (fit > 0), score, -np.inf)


def _explained(v: Floats, f: Floats, rows: Mask) -> Floats:
    """Return what the leaves of a cell would cost, had each changed in proportion."""
    actual, expected = float(v[rows].sum()), float(f[rows].sum())
    return v[rows] if expected <= _TINY else f[rows] * actual / expected


def _values(leaves: pd.DataFrame, names: tuple[str, ...], rows: Mask) -> dict[str, str]:
    first = leaves.iloc[int(np.argmax(rows))]
    return {name: str(first[name]) for name in names}
