"""Give each team its incidents of a month, and its part of those that several teams share."""

import json
from decimal import Decimal
from typing import Any

import pandas as pd

from finops.coins import apportion, whole

__all__ = ["incidents_of"]


def incidents_of(found: pd.DataFrame, team: str) -> pd.DataFrame:
    """Return the rows of `incidents.find` that are the team's, or in part, in their order.

    Of a shared one, expected, actual and excess are the team's part, in whole units of its
    currency: those of all teams add up to the incident's. Adds shared_by, the number of teams that
    have a part (1: it is the team's alone), and whole_excess, that of all of them.
    """
    rows = [told for row in found.to_dict("records") if (told := _told(row, team))]
    columns = [*found.columns, "shared_by", "whole_excess"]
    return pd.DataFrame(rows, columns=columns)


def _told(row: dict[Any, Any], team: str) -> dict[Any, Any] | None:
    """Return a row as it is told to a team, None if the team has no part of it."""
    if row["owner"] == team:
        return row | {"shared_by": 1, "whole_excess": row["excess"]}
    parts = _units(row) if row["owner"] == "*" else {}
    if team not in parts:
        return None
    actual, excess = parts[team]
    own = {"expected": actual - excess, "actual": actual, "excess": excess}
    return row | own | {"shared_by": len(parts), "whole_excess": sum(e for _, e in parts.values())}


def _units(row: dict[Any, Any]) -> dict[str, tuple[int, int]]:
    """Return actual and excess in whole units of each team that has a part of the excess."""
    teams = json.loads(row["teams"])
    columns = [
        _apportioned([Decimal(part[name]) for part in teams.values()])
        for name in ("actual", "excess")
    ]
    units = dict(zip(teams, zip(*columns, strict=True), strict=True))
    return {team: (actual, excess) for team, (actual, excess) in units.items() if excess}


def _apportioned(values: list[Decimal]) -> list[int]:
    return apportion(values, whole(sum(values, Decimal(0))))
