"""Say what happened to an incident, as data that every channel puts in its own form."""

import json
import sqlite3
from typing import Any

import pandas as pd

from finops.incidents.course import state_text
from finops.incidents.sentences import told as told_cause
from finops.incidents.store import NOT_FOUND

__all__ = ["SCHEMA", "chart_of", "facts", "headline", "message_of", "news_of", "sparkline"]

SCHEMA = "finops.incident/1"
_CHART_DAYS = 28
_LINE = 500
_BARS = "▁▂▃▄▅▆▇█"
_FIELDS = (
    "id",
    "key",
    "kind",
    "start",
    "end",
    "detected_on",
    "expected",
    "actual",
    "excess",
    "score",
    "state",
    "normal_on",
    "back_on",
    "reason",
    "level",
    "owner",
    "per_day",
    "at_risk",
    "cause",
)
_MONEY = ("expected", "actual", "excess", "score", "per_day", "at_risk")
_EVENTS = {
    "open": "New",
    "grew": "Grew",
    "reopened": "Open again",
    "acknowledged": "Acknowledged",
    "expected": "Expected",
    "resolved": "Resolved",
    "new_normal": "New normal",
}


def news_of(incident: sqlite3.Row) -> str:
    """Return the event of what is so by now: what people said counts while the cost is open."""
    if incident["status"] == "expected":
        return "expected"
    if incident["state"] in ("went back", NOT_FOUND):
        return "resolved"
    if incident["state"] == "new normal":
        return "new_normal"
    return incident["status"] or "open"


def message_of(
    incident: sqlite3.Row, event: str, *, company: str, currency: str, chart: dict[str, Any]
) -> dict[str, Any]:
    """Return what docs/alerts.md describes, without the id of the message."""
    told = {name: incident[name] for name in _FIELDS}
    told |= {name: round(told[name], 2) for name in _MONEY}
    causes = [told_cause(cause) for cause in json.loads(incident["causes"])]
    told |= {"status": news_of(incident), "incomplete": bool(incident["incomplete"])}
    told |= {"causes": causes}
    return {
        "schema": SCHEMA,
        "event": event,
        "company": company,
        "currency": currency,
        "incident": told,
        "chart": chart,
    }


def chart_of(daily: pd.DataFrame, key: str) -> dict[str, Any]:
    """Return the first day and the cost of each of the last 28 days of a key."""
    if daily.empty:
        return {"first_day": "", "cost": []}
    last = pd.Timestamp(daily["date"].max())
    days = pd.date_range(end=last, periods=_CHART_DAYS)
    own = daily[daily["key"] == key]
    cost = own["cost"].astype("float64").groupby(pd.to_datetime(own["date"])).sum()
    values = [round(value, 2) for value in cost.reindex(days, fill_value=0.0)]
    return {"first_day": f"{days[0]:%Y-%m-%d}", "cost": values}


def headline(message: dict[str, Any]) -> str:
    """Return one line: what happened, where, and the money."""
    one = message["incident"]
    where = f"All teams{one['key'][1:]}" if one["key"].startswith("*") else one["key"]
    event = _EVENTS[message["event"]]
    return _one_line(f"{event}: {where}, {one['excess']:+,.0f} {message['currency']}".rstrip())


def facts(message: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the rows below the headline: a name and a value each."""
    one, currency = message["incident"], message["currency"]
    rows = [
        ("Cause", one["cause"]),
        ("Changed by", "; ".join(one["causes"][0]["changes"]) if one["causes"] else ""),
        ("Resources", ", ".join(one["causes"][0]["resources"]) if one["causes"] else ""),
        ("Owner", "several teams" if one["owner"] == "*" else one["owner"]),
        ("Kind", one["kind"].replace("_", " ")),
        ("State", _state(one)),
        ("Days", f"{one['start']} to {one['end']}" + (" so far" if _runs(one) else "")),
        ("Expected", f"{one['expected']:,.2f} {currency}".rstrip()),
        ("Actual", f"{one['actual']:,.2f} {currency}".rstrip()),
        ("Reason", one["reason"]),
        ("Id", one["id"]),
    ]
    return [(name, _one_line(value)) for name, value in rows if value]


def _runs(one: dict[str, Any]) -> bool:
    return bool(one.get("state") == "open")


def _state(one: dict[str, Any]) -> str:
    """Return what the cost does, since when, and what people said of it."""
    if "state" not in one:
        # Written before there were states, and not sent until now.
        return str(one["status"])
    day = one["back_on"] or one["normal_on"]
    state = f"{state_text(one['state'])}{f' on {day}' if day else ''}"
    said = one["status"] if one["status"] in ("acknowledged", "expected") else ""
    return f"{state}, {said}" if said else state


def sparkline(values: list[float]) -> str:
    """Return one bar per value; the lowest bar is zero or less."""
    most = max(values, default=0.0)
    if most <= 0:
        return _BARS[0] * len(values)
    return "".join(_BARS[round(max(value, 0.0) / most * (len(_BARS) - 1))] for value in values)


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else "�" for char in text)[:_LINE]
