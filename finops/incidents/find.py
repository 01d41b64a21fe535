"""Find what stands out in a bill on every level, once per cause, and say what it comes from."""

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pandas as pd

from finops.anomalies.detect import COLUMNS, detect_each
from finops.incidents.cause import Cause, causes_of, resources_of
from finops.incidents.cloudtrail import Trail, read_trail
from finops.incidents.course import course_of
from finops.incidents.facts import facts_of
from finops.incidents.kept import build_signature, kept, trail_folder
from finops.incidents.levels import COARSE, FINE, Level, levels_of
from finops.incidents.merge import Candidate, Group, groups_of, join_service, told_by
from finops.incidents.origin import Asked, Origin, origins_of
from finops.incidents.prices import one_per_price
from finops.incidents.ranking import MONTH_DAYS, ranked
from finops.incidents.sentences import sentence
from finops.incidents.shares import team_parts
from finops.incidents.sources import delivered_on, events, orders
from finops.warehouse.connect import Warehouse

__all__ = ["ADDED", "all_series", "find"]

ADDED = [
    "level", "owner", "per_day", "at_risk", "cause", "causes", "teams", "spans", "root_key",
    "root_start",
]  # fmt: skip
_WEEK = 7


def find(warehouse: Warehouse) -> pd.DataFrame:
    """Return the anomalies of a bill, one per cause, `ranked`: what can still be changed first.

    Columns of `detect`, and: level, owner (a team, `*` for several), per_day (the excess of a day
    in its last week), at_risk (that of 30 days more while it is open, else 0), cause (the sentence
    of the largest in English), causes (all of them as JSON: facts for `sentences`, where, excess,
    effects, resources, changes), teams (as JSON: actual and excess of each), spans (as JSON: the
    scope, days and expected cost of each series it is the sum of, one but for a shared price),
    root_key and root_start (of the series that was raised first). Money is effective cost of usage,
    without tax, in the currency of the bill. Levels but the one of team and AWS service leave out
    what is less than a thousandth of all cost a day.

    What was found is kept beside the build, in `warehouse/incidents/`, and read from there.
    """
    return kept(warehouse, _found)


def _found(warehouse: Warehouse) -> pd.DataFrame:
    levels = _levels(warehouse)
    found = _detected(warehouse, levels)
    base = levels[0].daily
    currency = _currency(warehouse)
    groups, origins = _groups(warehouse, _candidates(levels, found))
    trail = read_trail(trail_folder(warehouse))
    costs = _costs(levels)
    causes = causes_of(warehouse, [origins[id(group.shown)] for group in groups])
    explained = one_per_price(list(zip(groups, causes, strict=True)))
    rows = [
        _row(group, own, costs, currency, trail) | {"teams": _teams(group, origins)}
        for group, own in explained
    ]
    frame = pd.DataFrame(rows, columns=[*COLUMNS, *ADDED])
    kinds = dict(found[FINE[0]].dtypes) | {"per_day": "float64", "at_risk": "float64"}
    frame = ranked(frame.astype(kinds), base["date"].max())
    frame.attrs = found[FINE[0]].attrs
    return frame


def all_series(warehouse: Warehouse) -> pd.DataFrame:
    """Return date, key and cost of all series of all levels; key `*` is all cost."""
    levels = _levels(warehouse)
    whole = levels[0].daily.groupby("date", as_index=False)["cost"].sum().assign(key="*")
    return pd.concat([level.daily for level in levels] + [whole], ignore_index=True)


@dataclass(frozen=True)
class _Build:
    """The build of a warehouse; the signature tells it from another."""

    signature: str
    warehouse: Warehouse = field(compare=False)


def _levels(warehouse: Warehouse) -> list[Level]:
    """Return the levels of a build: who finds anomalies and tells of them reads them once."""
    return _levels_of(_Build(build_signature(warehouse), warehouse))


@lru_cache(maxsize=1)
def _levels_of(build: _Build) -> list[Level]:
    return levels_of(build.warehouse)


def _detected(warehouse: Warehouse, levels: list[Level]) -> dict[str, pd.DataFrame]:
    found = detect_each(
        [level.daily for level in levels],
        drivers=orders(warehouse),
        events=events(warehouse),
        as_of=delivered_on(warehouse),
    )
    return {level.name: frame for level, frame in zip(levels, found, strict=True)}


def _candidates(levels: list[Level], found: dict[str, pd.DataFrame]) -> list[Candidate]:
    """Return what was found, without what is too little for its level.

    What many series raised together is taken from the first level only.
    """
    candidates = []
    for level in levels:
        for row in found[level.name].to_dict("records"):
            days = (row["end"] - row["start"]).days + 1
            together = row["key"] == "*" and level.name != FINE[0]
            if not together and abs(row["excess"]) / days >= level.floor:
                plain = {str(name): value for name, value in row.items()}
                candidates.append(Candidate(level.name, level.scopes.get(row["key"], {}), plain))
    return candidates


def _groups(
    warehouse: Warehouse, candidates: list[Candidate]
) -> tuple[list[Group], dict[int, Origin]]:
    """Return one group per cause, and where the excess of what may be shown comes from, by id.

    A wide series is told by what is part of it. Where nothing is, it is an incident of its own if
    it spans what no narrower series holds.
    """
    groups = groups_of([one for one in candidates if one.level in FINE])
    coarse = [one for one in candidates if one.level in COARSE]
    origins = _origins(warehouse, [group.shown for group in groups] + coarse)
    for one in sorted(coarse, key=lambda one: (COARSE.index(one.level), *one.order)):
        told = False
        if one.level == "service":
            groups, told = join_service(groups, one)
        if not told and _is_new(groups, one, origins[id(one)]):
            groups.append(Group([one], one))
    return groups, origins


def _origins(warehouse: Warehouse, shown: list[Candidate]) -> dict[int, Origin]:
    asked = [
        Asked(one.scope, one.row["start"].date(), one.row["end"].date(), one.row["expected"])
        for one in shown
    ]
    return dict(zip(map(id, shown), origins_of(warehouse, asked), strict=True))


def _is_new(groups: list[Group], one: Candidate, origin: Origin) -> bool:
    """Return whether a wide candidate comes from what no group and no narrower series has."""
    same = origin.same(0) if origin.where else {}
    is_of_one_team = "x_team" in same and one.level != "team"
    return not is_of_one_team and not told_by(groups, one, same)


def _costs(levels: list[Level]) -> dict[str, pd.Series]:
    """Return the daily cost of each key; a day without a row costs nothing."""
    costs = {
        str(key): part.set_index("date")["cost"]
        for level in levels
        for key, part in level.daily.groupby("key", sort=False)
    }
    costs["*"] = levels[0].daily.groupby("date")["cost"].sum()
    return costs


def _row(
    group: Group,
    causes: list[Cause],
    costs: dict[str, pd.Series],
    currency: str,
    trail: Trail,
) -> dict[str, Any]:
    row, root = group.shown.row, group.root.row
    addends = group.addends or (group.shown,)
    running = [one.row for one in addends if one.row["state"] == row["state"]]
    per_day = sum(_per_day(one, costs[one["key"]]) for one in running)
    told = _told(causes, group.shown, currency, trail)
    return row | {
        "level": group.shown.level,
        "owner": _owner(group.shown, causes),
        "detected_on": root["detected_on"],
        "per_day": per_day,
        "at_risk": MONTH_DAYS * abs(per_day) if row["state"] == "open" else 0.0,
        "cause": sentence(told[0]["facts"]) if told else "",
        "causes": json.dumps(told, ensure_ascii=False),
        "spans": json.dumps([_span(one) for one in addends]),
        "root_key": root["key"],
        "root_start": root["start"],
    }


def _per_day(row: dict[str, Any], cost: pd.Series) -> float:
    """Return the excess of a day, from the last week of the incident."""
    days = pd.date_range(row["start"], row["end"])
    latest = cost.reindex(days[-_WEEK:], fill_value=0.0)
    return float(latest.mean() - row["expected"] / len(days))


def _span(one: Candidate) -> dict[str, Any]:
    days = {name: f"{one.row[name]:%Y-%m-%d}" for name in ("start", "end")}
    return {"scope": one.scope, **days, "expected": one.row["expected"]}


def _told(
    causes: list[Cause], shown: Candidate, currency: str, trail: Trail
) -> list[dict[str, Any]]:
    """Return the causes as they are kept: plain values, and the facts of a sentence each."""
    course = course_of(shown.row, shown.scope.get("billing_currency", currency))
    return [
        {
            "facts": facts_of(cause, course),
            "where": cause.where,
            "excess": str(cause.excess),
            "effects": {name: str(value) for name, value in cause.effects.items()},
            "resources": resources_of(cause),
            "changes": trail.changes_of(cause, shown.row["start"].date()),
        }
        for cause in causes
    ]


def _owner(shown: Candidate, causes: list[Cause]) -> str:
    if "x_team" in shown.scope:
        return shown.scope["x_team"]
    teams = {cause.same.get("x_team", "*") for cause in causes if cause.same or cause.where}
    return teams.pop() if len(teams) == 1 else "*"


def _teams(group: Group, origins: dict[int, Origin]) -> str:
    return json.dumps(team_parts([origins[id(one)] for one in group.addends or [group.shown]]))


def _currency(warehouse: Warehouse) -> str:
    """Return the currency of a bill in one; empty where keys end with theirs."""
    found = warehouse.sql("select distinct billing_currency from marts.team_day")
    return str(found["billing_currency"].iloc[0]) if len(found) == 1 else ""
