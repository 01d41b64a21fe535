"""Say which part of an incident each team has."""

from collections.abc import Sequence
from decimal import Decimal

from finops.incidents.origin import Origin

__all__ = ["team_parts"]

_DIGIT = Decimal("1e-10")


def team_parts(origins: Sequence[Origin]) -> dict[str, dict[str, str]]:
    """Return actual and excess of each team in the leaves of an incident's origins.

    Both are exact decimals as text, effective cost in the currency of the incident. The excess of
    all teams is what was actual less what was expected; the team that cost most has what of the
    expected could not be spread.
    """
    sums: dict[str, list[Decimal]] = {}
    for origin in origins:
        for team, (actual, excess) in _parts(origin).items():
            before = sums.get(team, [Decimal(0), Decimal(0)])
            sums[team] = [before[0] + actual, before[1] + excess]
    return {
        team: {"actual": f"{actual:f}", "excess": f"{excess:f}"}
        for team, (actual, excess) in sums.items()
    }


def _parts(origin: Origin) -> dict[str, tuple[Decimal, Decimal]]:
    """Return actual and excess of each team of one origin."""
    if origin.leaves.empty:
        return {}
    teams = origin.leaves.groupby("x_team", sort=True)
    actual = {str(team): sum(own, Decimal(0)) for team, own in teams["effective_cost"]}
    base = teams["x_base_effective_cost"].sum() * origin.factor
    expected = {str(team): _exact(value) for team, value in base.items()}
    largest = max(actual, key=lambda team: actual[team])
    expected[largest] += _exact(origin.asked.expected) - sum(expected.values(), Decimal(0))
    return {team: (own, own - expected[team]) for team, own in actual.items()}


def _exact(value: float) -> Decimal:
    return Decimal(repr(float(value))).quantize(_DIGIT)
