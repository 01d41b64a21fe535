"""Make one incident of all that one cause raised: on several levels, or in several parts of one."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from finops.incidents.levels import FINE

__all__ = ["Candidate", "Group", "groups_of", "join_service", "told_by"]

_NEAR_DAYS = 3
# The first day of what came slowly is known less well.
_LATE_DAYS, _LATE_NEAR_DAYS, _LEAK_NEAR_DAYS = 7, 14, 30
_SHARE = 0.5
_SIBLINGS = ("x_team", "service_name", "x_usage_type")


@dataclass(frozen=True)
class Candidate:
    """What was found in one series: its level, its scope, and the row of `detect`."""

    level: str
    scope: dict[str, str]
    row: dict[str, Any]

    @property
    def sign(self) -> int:
        """1 for a rise, -1 for a fall."""
        return 1 if self.row["score"] > 0 else -1

    @property
    def order(self) -> tuple[Any, ...]:
        """Sort key: what was raised first, then the widest series, then the most money."""
        rank = FINE.index(self.level) if self.level in FINE else len(FINE)
        return self.row["detected_on"], rank, -abs(self.row["excess"]), self.row["key"]


@dataclass
class Group:
    """Candidates of one cause, and the one whose money is shown.

    `addends` are what the shown one was added up from; empty if it was found as it is.
    """

    members: list[Candidate]
    shown: Candidate
    addends: tuple[Candidate, ...] = ()

    @property
    def root(self) -> Candidate:
        """The candidate that was raised first: later days don't change it."""
        return min(self.members, key=lambda one: one.order)


def groups_of(candidates: list[Candidate]) -> list[Group]:
    """Return the groups of candidates of FINE levels, in the order in which they were raised.

    Two are of one cause if one series is part of the other, or both are resources of one usage
    type, and they have one direction, common days, and begin within 3 days; within 14 or 30 where
    one came slowly. The widest series of a group is shown, as it has all of the money.
    """
    groups: list[list[Candidate]] = []
    for one in sorted(candidates, key=lambda one: one.order):
        mine, others = [one], []
        for group in groups:
            if any(_is_same(one, other) for other in group):
                mine = group + mine
            else:
                others.append(group)
        groups = [*others, mine]
    made = [Group(group, _widest(group)) for group in groups]
    return sorted(made, key=lambda group: group.root.order)


def join_service(groups: list[Group], service: Candidate) -> tuple[list[Group], bool]:
    """Return the groups with those of one AWS service as one, if it changed for several teams.

    Also returns whether the candidate of the `service` is told by that: by one group too.
    """
    mine = [group for group in groups if _belongs(service, group, service.scope)]
    if not _tell(mine, service):
        return groups, False
    if len(mine) == 1:
        return groups, True
    members = [service, *(member for group in mine for member in group.members)]
    others = [group for group in groups if not any(group is one for one in mine)]
    return [*others, Group(members, service)], True


def told_by(groups: list[Group], one: Candidate, same: dict[str, str]) -> bool:
    """Return whether groups tell half of a wide candidate, whose cost has the values `same`."""
    return _tell([group for group in groups if _belongs(one, group, same)], one)


def _belongs(one: Candidate, group: Group, same: dict[str, str]) -> bool:
    """Return whether a group may be part of a candidate: its days, direction and scope allow it."""
    other = group.shown
    alike = one.sign == other.sign and _have_common_days(one, other) and _is_near(one, other)
    return bool(alike) and all(
        same.get(name, value) == value for name, value in other.scope.items()
    )


def _tell(groups: list[Group], one: Candidate) -> bool:
    money = sum(abs(group.shown.row["excess"]) for group in groups)
    return bool(groups) and money >= _SHARE * abs(one.row["excess"])


def _is_same(one: Candidate, other: Candidate) -> bool:
    alike = one.sign == other.sign and _have_common_days(one, other) and _is_near(one, other)
    return alike and _is_related(one, other)


def _is_related(one: Candidate, other: Candidate) -> bool:
    a, b = set(one.scope.items()), set(other.scope.items())
    siblings = "resource_id" in one.scope and "resource_id" in other.scope
    same_use = all(one.scope.get(name) == other.scope.get(name) for name in _SIBLINGS)
    return a <= b or b <= a or (siblings and same_use)


def _have_common_days(one: Candidate, other: Candidate) -> bool:
    a, b = one.row, other.row
    return bool(a["start"] <= b["end"] and b["start"] <= a["end"])


def _is_near(one: Candidate, other: Candidate) -> bool:
    apart = abs((one.row["start"] - other.row["start"]).days)
    return bool(apart <= max(_tolerance(one), _tolerance(other)))


def _tolerance(one: Candidate) -> int:
    if one.row["kind"] == "slow_leak":
        return _LEAK_NEAR_DAYS
    late = one.row["detected_on"] - one.row["start"] > pd.Timedelta(days=_LATE_DAYS)
    return _LATE_NEAR_DAYS if late else _NEAR_DAYS


def _widest(group: list[Candidate]) -> Candidate:
    return min(group, key=lambda one: (len(one.scope), -abs(one.row["excess"])))
