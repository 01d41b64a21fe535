"""Gather what a sentence on a cause says: where, what changed, since when, and what it costs."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from finops.incidents.cause import NEW_SHARE, Cause, main_effect, moved_commitment
from finops.incidents.course import Course
from finops.text import plain

__all__ = ["Facts", "facts_of"]

_SHORT = {
    "AmazonEC2": "EC2",
    "AmazonRDS": "RDS",
    "AmazonS3": "S3",
    "AmazonES": "OpenSearch",
    "AmazonEKS": "EKS",
    "AmazonECS": "ECS",
    "AmazonMSK": "MSK",
}
_HOURS = {"Hrs", "Hours", "hours"}
_GONE = Decimal("0.05")
_ON_DEMAND_SHARE, _COVERED_SHARE, _IDLE_SHARE = Decimal("0.8"), Decimal("0.2"), Decimal("0.01")
_SIDE_SHARE = Decimal("0.25")
_MOSTLY = 0.5
# A day of a term may be cut, and a first day may be found late.
_NEAR_END_DAYS = 3
_LIMIT = 60
_ID_LETTERS = 20


class Facts(Course):
    """What is said of a cause, in values that JSON has; `""` is what is not known or not said.

    Numbers are decimals as text, money in `currency`, shares parts of one. `what` is new, again for
    what was used before, until `last_use`, gone, usage, price, mix, coverage, expiry for coverage
    that ended with its commitment on `ended`, or rest for what no cause explains. All numbers are
    of the days that `Course` counts, a day is the mean of them. `thing` is an instance type or
    a usage type, `machines` how many of them ran more around the clock (below zero: fewer),
    `share` how much usage or price moved, `mostly` the usage type that most of it is. `commitment`
    is savings_plan, reservation or commitment, with `commitment_id`: what covers more or less, or
    what `is_full`. `beside` has the other large effects a day.
    """

    service: str
    region: str
    account: str
    team: str
    what: str
    rises: bool
    thing: str
    machines: str
    share: str
    mostly: str
    commitment: str
    commitment_id: str
    is_full: bool
    beside: dict[str, str]
    last_use: str
    ended: str


def facts_of(cause: Cause, course: Course) -> Facts:
    """Return what is said of a cause of an incident; the money of `course` is all of it.

    Names come from bills and tags: they are in one line, without control characters.
    """
    start, end = (dt.date.fromisoformat(course[name]) for name in ("start", "end"))
    days = (end - start).days + 1
    same, what = cause.same, _what(cause, start, end)
    machines = _machines(cause, days) if what in ("new", "again", "usage") else None
    share = "" if machines and what == "usage" else _share(cause, what)
    kind, id_, is_full = _commitment(cause, what)
    own = Course(**{**course, "excess": str(cause.excess)})
    return Facts(
        **own,
        service=_SHORT.get(same.get("x_service_code", ""), _service(same.get("service_name"))),
        region=_named(same.get("region_id")),
        account=_named(cause.where.get("sub_account_id")),
        team=_named(same.get("x_team")),
        what=what,
        rises=cause.excess > 0,
        thing=_named(same.get("x_instance_type") or same.get("x_usage_type")),
        machines="" if machines is None else str(machines),
        share=share,
        mostly=_mostly(cause) if share and what == "usage" else "",
        commitment=kind,
        commitment_id=id_,
        is_full=is_full,
        beside=_beside(cause, days),
        last_use=cause.last_use.isoformat() if what == "again" and cause.last_use else "",
        ended=cause.ended.isoformat() if what == "expiry" and cause.ended else "",
    )


def _named(value: str | None) -> str:
    return plain(value, _LIMIT) if value else ""


def _service(name: str | None) -> str:
    return _named(name).removeprefix("Amazon").removeprefix("AWS").strip()


def _what(cause: Cause, start: dt.date, end: dt.date) -> str:
    """Return what changed: usage that came or went, else the largest effect."""
    if not cause.same and not cause.where:
        return "rest"
    actual, expected = (_sum(cause, name) for name in ("effective_cost", "x_base_effective_cost"))
    if expected <= NEW_SHARE * actual:
        return "again" if cause.last_use else "new"
    if actual <= _GONE * expected:
        return "gone"
    main = main_effect(cause)
    if main == "coverage" and cause.excess > 0 and _is_expiry(cause.ended, start, end):
        return "expiry"
    return main if main in ("price", "coverage", "mix") else "usage"


def _is_expiry(ended: dt.date | None, start: dt.date, end: dt.date) -> bool:
    """Return whether a commitment ended where an incident begins, or within it."""
    return ended is not None and start - dt.timedelta(days=_NEAR_END_DAYS) <= ended < end


def _machines(cause: Cause, days: int) -> Decimal | None:
    """Return how many instances more ran around the clock, if one or more did.

    Only instance hours can tell, and only where they moved the way that the cost did.
    """
    units = set(cause.items["pricing_unit"])
    if not cause.same.get("x_instance_type") or not units or not units <= _HOURS:
        return None
    hours = _sum(cause, "consumed_quantity") - _sum(cause, "x_base_consumed_quantity")
    machines = hours / (24 * days)
    told = abs(machines) >= 1 and (machines > 0) == (cause.excess > 0)
    return machines if told else None


def _share(cause: Cause, what: str) -> str:
    """Return how much usage or the price moved, as a part of what was expected."""
    if what not in ("usage", "price"):
        return ""
    moved = cause.effects.get(what, cause.excess)
    return str(abs(moved) / _sum(cause, "x_base_effective_cost"))


def _mostly(cause: Cause) -> str:
    """Return which one of several usage types most of it is."""
    if "x_usage_type" in cause.same:
        return ""
    change = cause.items["effective_cost"] - cause.items["x_base_effective_cost"]
    parts = change.astype(float).groupby(cause.items["x_usage_type"]).sum() / float(cause.excess)
    return plain(parts.idxmax(), _LIMIT) if parts.max() > _MOSTLY else ""


def _commitment(cause: Cause, what: str) -> tuple[str, str, bool]:
    """Return the kind and id of the commitment that says why, and whether it is full."""
    if what in ("coverage", "expiry"):
        id_ = moved_commitment(cause)
        return (_kind([id_]), _short_id(id_), False) if id_ else ("", "", False)
    if what == "usage" and _is_full(cause):
        return _kind(cause.items["commitment_discount_id"]), "", True
    return "", "", False


def _is_full(cause: Cause) -> bool:
    """Return whether growth runs on demand because what covered it is full."""
    more = _change(cause, "list_cost")
    covered, before = _sum(cause, "x_base_covered_list_cost"), _sum(cause, "x_base_list_cost")
    if cause.excess <= 0 or more <= 0 or covered < _COVERED_SHARE * before:
        return False
    on_demand = more - _change(cause, "x_covered_list_cost")
    full = cause.idle <= _IDLE_SHARE * _sum(cause, "x_covered_effective_cost")
    return on_demand >= _ON_DEMAND_SHARE * more and full


def _kind(ids: Iterable[str]) -> str:
    named = [id_ for id_ in ids if id_]
    if not named:
        return "commitment"
    return "savings_plan" if any("savingsplan" in id_ for id_ in named) else "reservation"


def _short_id(id_: str) -> str:
    tail = plain(id_).rpartition("/")[2].rpartition(":")[2]
    return tail[:8] if len(tail) > _ID_LETTERS else tail


def _beside(cause: Cause, days: int) -> dict[str, str]:
    """Return the other effects that are a quarter of the excess or more, a day."""
    if not cause.effects or not cause.excess:
        return {}
    main = main_effect(cause)
    return {
        name: str(value / days)
        for name, value in cause.effects.items()
        if name != main and abs(value) >= _SIDE_SHARE * abs(cause.excess)
    }


def _sum(cause: Cause, column: str) -> Decimal:
    return sum(cause.items[column], Decimal(0))


def _change(cause: Cause, column: str) -> Decimal:
    base = column.replace("x_", "x_base_", 1) if column.startswith("x_") else f"x_base_{column}"
    return _sum(cause, column) - _sum(cause, base)
