"""Solve exactly who pays for shared cost when pools of shared cost feed each other."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from finops.coins import apportion

# Shares are counted in 10^15ths, so that the shares of one pool add up to exactly one.
SHARE_UNITS = 10**15
METHODS = ("reciprocal", "direct", "step_down")

Weights = Mapping[str, Mapping[str, int]]
Shares = dict[str, dict[str, Fraction]]


def solve(weights: Weights, method: str = "reciprocal") -> Shares:
    """Return, per pool, the share of its cost that each payer carries in the end; they sum to 1.

    `weights` has, per pool in the order of shared_costs.csv, what it gives each target, another
    pool or a payer, in any unit. A pool whose cost can't leave pays for itself: it is absent from
    the result, and a payer of the pools that feed it.

    Methods as in Horngren, Cost Accounting, “Support-Department Cost Allocation”: `direct` gives
    nothing to other pools; `step_down` closes one pool after the other and gives nothing back to a
    closed one; `reciprocal` solves all flows at once, as one linear system.
    """
    if method == "direct":
        weights = {pool: _without(flow, weights) for pool, flow in weights.items()}
    elif method == "step_down":
        weights = _steps(weights)
    shares = {pool: _shares(flow) for pool, flow in _leaving(weights).items()}
    for pool in shares:
        _eliminate(pool, shares)
    return shares


def share_units(shares: Mapping[str, Fraction]) -> dict[str, int]:
    """Return exact shares as whole 10^15ths that add up to one: largest remainder, then name."""
    payers = sorted(shares)
    units = apportion([shares[payer] * SHARE_UNITS for payer in payers], SHARE_UNITS)
    known = dict(zip(payers, units, strict=True))
    return {payer: known[payer] for payer in shares}


def find_cycle(flows: Mapping[str, Iterable[str]]) -> list[str]:
    """Return pools that feed each other in a circle, the first one again at the end; or nothing."""
    closed: set[str] = set()

    def walk(pool: str, path: list[str]) -> list[str]:
        if pool in path:
            return [*path[path.index(pool) :], pool]
        if pool in closed or pool not in flows:
            return []
        for target in flows[pool]:
            if cycle := walk(target, [*path, pool]):
                return cycle
        closed.add(pool)
        return []

    return next(filter(None, (walk(pool, []) for pool in flows)), [])


def trapped(flows: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the pools whose cost reaches nobody but pools."""
    waiting = {pool: set(targets) for pool, targets in flows.items()}
    while leaving := [pool for pool, targets in waiting.items() if targets - waiting.keys()]:
        for pool in leaving:
            del waiting[pool]
    return list(waiting)


def _eliminate(pool: str, shares: Shares) -> None:
    """Put the targets of `pool` in its place wherever a pool gives to it, itself included."""
    back = shares[pool].pop(pool, Fraction(0))
    if back:
        # What comes back goes out again, and again: 1 + back + back² + … = 1 / (1 - back).
        shares[pool] = {target: share / (1 - back) for target, share in shares[pool].items()}
    for flow in shares.values():
        given = flow.pop(pool, None)
        if given is not None:
            for target, share in shares[pool].items():
                flow[target] = flow.get(target, Fraction(0)) + given * share


def _leaving(weights: Weights) -> Weights:
    """Return the flows of the pools whose cost reaches a payer."""
    flows = {
        pool: {to: part for to, part in flow.items() if part} for pool, flow in weights.items()
    }
    kept = set(trapped(flows))
    return {pool: flow for pool, flow in flows.items() if pool not in kept}


def _shares(flow: Mapping[str, int]) -> dict[str, Fraction]:
    total = sum(flow.values())
    return {target: Fraction(part, total) for target, part in flow.items()}


def _steps(weights: Weights) -> Weights:
    """Close the pools one by one, in file order: first those fed only by pools that they feed."""
    left = {pool: _without(flow, [pool]) for pool, flow in weights.items()}
    steps: dict[str, Mapping[str, int]] = {}
    while left:
        fed = {pool: _reached(pool, left) for pool in left}
        pool = next(one for one in left if all(to in fed[one] for to in fed if one in fed[to]))
        steps[pool] = _without(left.pop(pool), steps)
    return steps


def _reached(pool: str, weights: Weights) -> set[str]:
    """Return the pools that get cost of `pool`, straight or through others."""
    reached: set[str] = set()
    waiting = [pool]
    while waiting:
        flow = weights[waiting.pop()]
        found = {one for one, part in flow.items() if part and one in weights} - reached
        reached |= found
        waiting += found
    return reached


def _without(flow: Mapping[str, int], pools: Iterable[str]) -> dict[str, int]:
    closed = set(pools)
    return {target: part for target, part in flow.items() if target not in closed}
