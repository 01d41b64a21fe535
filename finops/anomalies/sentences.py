"""Say a cause in one sentence: where, what changed, since when, and what it costs."""

import datetime as dt
from decimal import Decimal

from finops.anomalies.cause import Cause, main_effect, moved_commitment
from finops.report.text import money, number, percent, plain

__all__ = ["MONTH_DAYS", "sentence"]

MONTH_DAYS = 30
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
_GONE, _NEW = Decimal("0.05"), Decimal("0.05")
_ON_DEMAND_SHARE, _COVERED_SHARE, _IDLE_SHARE = Decimal("0.8"), Decimal("0.2"), Decimal("0.01")
_SIDE_SHARE = Decimal("0.25")
_MOSTLY = 0.5
_LIMIT = 60
_ID_LETTERS = 20


def sentence(
    cause: Cause,
    *,
    start: dt.date,
    end: dt.date,
    currency: str,
    per_day: Decimal,
    lasts: bool,
) -> str:
    """Return the sentence of a cause of an incident from `start` to `end`.

    `per_day` is what the cause costs a day by now, in `currency`; a month that `lasts` has 30.
    Names come from bills and tags: they are in one line, without control characters.
    """
    days = (end - start).days + 1
    if not cause.same and not cause.where:
        return f"The rest, smaller changes: {_cost(cause, currency, days, per_day, lasts=lasts)}."
    what, why = _what(cause, days)
    said = f"{what} {_when(start, end, lasts=lasts)}{why}{_side_effects(cause, currency, days)}"
    return f"{_where(cause)}: {said}: {_cost(cause, currency, days, per_day, lasts=lasts)}."


def _where(cause: Cause) -> str:
    same, where = cause.same, cause.where
    service = _SHORT.get(same.get("x_service_code", ""), _service(same.get("service_name")))
    text = service or "Several AWS services"
    if region := same.get("region_id"):
        text += f" in {plain(region, _LIMIT)}"
    if "sub_account_id" in where:
        text += f" of account {plain(where['sub_account_id'], _LIMIT)}"
    if team := same.get("x_team"):
        text += " without an owner" if team == "unowned" else f" for {plain(team, _LIMIT)}"
    return text


def _service(name: str | None) -> str:
    return plain(name, _LIMIT).removeprefix("Amazon").removeprefix("AWS").strip() if name else ""


def _what(cause: Cause, days: int) -> tuple[str, str]:
    """Return what changed, by the largest effect, and why if it is known."""
    thing, machines = _thing(cause), _machines(cause, days)
    actual, expected = (_sum(cause, name) for name in ("effective_cost", "x_base_effective_cost"))
    if expected <= _NEW * actual:
        count = f"{number(machines)} " if machines and machines >= 1 else ""
        return f"{count}new {thing}", ""
    if actual <= _GONE * expected:
        return f"no {thing} any more", ""
    main = main_effect(cause)
    if main == "price":
        return _price(cause, thing, expected), ""
    if main == "coverage":
        return thing, _coverage(cause)
    if main == "mix":
        return f"{'dearer' if cause.excess > 0 else 'cheaper'} sizes or classes of {thing}", ""
    return _usage(cause, thing, machines), _why_on_demand(cause)


def _thing(cause: Cause) -> str:
    """Return what is used: an instance type, a usage type, or that it is several."""
    if machine := cause.same.get("x_instance_type"):
        return plain(machine, _LIMIT)
    if usage := cause.same.get("x_usage_type"):
        return plain(usage, _LIMIT)
    return "usage"


def _machines(cause: Cause, days: int) -> Decimal | None:
    """Return how many instances more ran around the clock, where instance hours are counted."""
    units = set(cause.items["pricing_unit"])
    if not cause.same.get("x_instance_type") or not units or not units <= _HOURS:
        return None
    hours = _sum(cause, "consumed_quantity") - _sum(cause, "x_base_consumed_quantity")
    return hours / (24 * days)


def _usage(cause: Cause, thing: str, machines: Decimal | None) -> str:
    word = "more" if cause.excess > 0 else "fewer"
    if machines is not None and abs(machines) >= 1 and (machines > 0) == (cause.excess > 0):
        text = f"{number(abs(machines))} {word} {thing}"
    else:
        before = _sum(cause, "x_base_effective_cost")
        less = "more" if cause.excess > 0 else "less"
        share = percent(abs(cause.effects.get("usage", cause.excess)) / before)
        text = f"{share} {less} {thing}{_mostly(cause)}"
    return text


def _mostly(cause: Cause) -> str:
    """Return which one of several usage types most of it is."""
    if "x_usage_type" in cause.same:
        return ""
    change = cause.items["effective_cost"] - cause.items["x_base_effective_cost"]
    parts = change.astype(float).groupby(cause.items["x_usage_type"]).sum() / float(cause.excess)
    return f", mostly {plain(parts.idxmax(), _LIMIT)}," if parts.max() > _MOSTLY else ""


def _why_on_demand(cause: Cause) -> str:
    """Return that growth runs on demand because what covered it is full, where that is so."""
    more = _change(cause, "list_cost")
    covered, before = _sum(cause, "x_base_covered_list_cost"), _sum(cause, "x_base_list_cost")
    if cause.excess <= 0 or more <= 0 or covered < _COVERED_SHARE * before:
        return ""
    on_demand = more - _change(cause, "x_covered_list_cost")
    full = cause.idle <= _IDLE_SHARE * _sum(cause, "x_covered_effective_cost")
    if on_demand < _ON_DEMAND_SHARE * more or not full:
        return ""
    return f", on demand because the {_kind(_ids(cause))} is full"


def _price(cause: Cause, thing: str, expected: Decimal) -> str:
    word = "higher" if cause.excess > 0 else "lower"
    share = percent(abs(cause.effects["price"]) / expected)
    return f"a {share} {word} price of {thing}"


def _coverage(cause: Cause) -> str:
    """Return which commitment covers more than before, or less."""
    id_ = moved_commitment(cause)
    if not id_:
        return ", by how much commitments cover"
    if cause.excess <= 0:
        return f", now covered by the {_kind([id_])} {_name(id_)}"
    return f", on demand because the {_kind([id_])} {_name(id_)} covers less of it"


def _ids(cause: Cause) -> list[str]:
    return [id_ for id_ in cause.items["commitment_discount_id"].unique() if id_]


def _kind(ids: list[str]) -> str:
    if not any(ids):
        return "commitment"
    return "Savings Plan" if any("savingsplan" in id_ for id_ in ids) else "reservation"


def _name(id_: str) -> str:
    tail = plain(id_).rpartition("/")[2].rpartition(":")[2]
    return tail[:8] if len(tail) > _ID_LETTERS else tail


def _side_effects(cause: Cause, currency: str, days: int) -> str:
    """Return the other effects that are a quarter of the excess or more."""
    if not cause.effects or not cause.excess:
        return ""
    main = main_effect(cause)
    others = [
        f"{money(value / days, currency, 0, signed=True)} a day by {name}"
        for name, value in cause.effects.items()
        if name != main and abs(value) >= _SIDE_SHARE * abs(cause.excess)
    ]
    return f", with {' and '.join(others)}" if others else ""


def _when(start: dt.date, end: dt.date, *, lasts: bool) -> str:
    if lasts:
        return f"since {_day(start)}"
    if start == end:
        return f"on {_day(start)}"
    return f"from {_day(start)} to {_day(end)}"


def _day(day: dt.date) -> str:
    return f"{day:%A} {day:%Y-%m-%d}"


def _cost(cause: Cause, currency: str, days: int, per_day: Decimal, *, lasts: bool) -> str:
    if lasts:
        a_day = money(per_day, currency, 0, signed=True)
        return f"{a_day} a day, {number(abs(per_day) * MONTH_DAYS)} a month if it stays"
    so_far = money(cause.excess, currency, 0, signed=True)
    return so_far if days == 1 else f"{so_far} in {days} days"


def _sum(cause: Cause, column: str) -> Decimal:
    return sum(cause.items[column], Decimal(0))


def _change(cause: Cause, column: str) -> Decimal:
    base = column.replace("x_", "x_base_", 1) if column.startswith("x_") else f"x_base_{column}"
    return _sum(cause, column) - _sum(cause, base)
