"""Make one incident of a price or a commitment that changed the cost of several teams."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from finops.incidents.cause import Cause, main_effect, moved_commitment
from finops.incidents.levels import FINE
from finops.incidents.merge import Candidate, Group

__all__ = ["Explained", "one_per_price"]

# A group and what it comes from, the largest cause first.
Explained = tuple[Group, list[Cause]]
_SHARED_EFFECTS = ("price", "coverage")
_NEAR_DAYS = 3
_KEPT = ("x_team", "service_name", "billing_currency")


def one_per_price(explained: list[Explained]) -> list[Explained]:
    """Return the groups, those as one whose main cause is one price or commitment.

    That is so where an AWS service changed for several teams, or several usage types, in one
    direction within 3 days, mainly by price, or by coverage of one commitment. Groups have no
    cost in common, so their money adds up.
    """
    alike: dict[tuple[str, ...], list[list[Explained]]] = {}
    for one in sorted(explained, key=lambda one: one[0].shown.row["start"]):
        runs = alike.setdefault(_signature(one), [])
        if runs and _signature(one)[0] and _is_near(runs[-1][0], one):
            runs[-1].append(one)
        else:
            runs.append([one])
    return [_together(run) for runs in alike.values() for run in runs]


def _signature(explained: Explained) -> tuple[str, ...]:
    """Return what one price or commitment has in common; the first is empty for all else."""
    group, causes = explained
    shown = group.shown
    effect = main_effect(causes[0]) if causes else ""
    if effect not in _SHARED_EFFECTS or not {"x_team", "service_name"} <= shown.scope.keys():
        return "", str(id(group))
    commitment = moved_commitment(causes[0]) if effect == "coverage" else ""
    currency = shown.scope.get("billing_currency", "")
    return effect, str(shown.sign), shown.scope["service_name"], commitment, currency


def _is_near(one: Explained, other: Explained) -> bool:
    apart = other[0].shown.row["start"] - one[0].shown.row["start"]
    return bool(apart <= pd.Timedelta(days=_NEAR_DAYS))


def _together(run: list[Explained]) -> Explained:
    if len(run) == 1:
        return run[0]
    shown = [group.shown for group, _ in run]
    scope = {
        name: value
        for name, value in shown[0].scope.items()
        if name in _KEPT and all(one.scope.get(name) == value for one in shown)
    }
    key = " / ".join([*([] if "x_team" in scope else ["*"]), *scope.values()])
    level = FINE[0] if "x_team" in scope else "service"
    members = [member for group, _ in run for member in group.members]
    causes = [cause for _, causes in run for cause in causes]
    whole = Candidate(level, scope, _row_of([one.row for one in shown], key))
    return Group(members, whole, tuple(shown)), [_cause_of(causes)]


def _row_of(rows: list[dict[str, Any]], key: str) -> dict[str, Any]:
    largest = max(rows, key=lambda row: abs(row["excess"]))
    sums = {name: sum(row[name] for row in rows) for name in ("expected", "actual", "excess")}
    days = {"start": min(row["start"] for row in rows), "end": max(row["end"] for row in rows)}
    incomplete = any(row["incomplete"] for row in rows)
    return largest | sums | days | _state_of(rows) | {"key": key, "incomplete": incomplete}


def _state_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what became of several: they are open while one is, and back when all are."""
    states = {row["state"] for row in rows}
    if "open" in states:
        return {"state": "open", "normal_on": pd.NaT, "back_on": pd.NaT}
    if "new normal" in states:
        normal_on = max(row["normal_on"] for row in rows if row["state"] == "new normal")
        return {"state": "new normal", "normal_on": normal_on, "back_on": pd.NaT}
    back_on = max(row["back_on"] for row in rows)
    return {"state": "went back", "normal_on": pd.NaT, "back_on": back_on}


def _cause_of(causes: list[Cause]) -> Cause:
    """Return several causes as one: exact sums, and the values that all share."""
    effects: dict[str, Decimal] = {}
    for cause in causes:
        for name, value in cause.effects.items():
            effects[name] = effects.get(name, Decimal(0)) + value
    told = [cause.same for cause in causes if cause.same]
    same = {
        name: value for name, value in told[0].items() if all(o.get(name) == value for o in told)
    }
    return replace(
        causes[0],
        where={},
        same=same,
        excess=sum((cause.excess for cause in causes), Decimal(0)),
        effects=effects,
        items=pd.concat([cause.items for cause in causes], ignore_index=True),
    )
