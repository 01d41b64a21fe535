"""Say when an incident was, what it cost, and what became of it, all on one basis.

What runs on is told since its first day, by now; what went back, and what is the new normal, until
then. It is never called ended because somebody stopped counting.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any, TypedDict

import pandas as pd

from finops.languages import say as say_of
from finops.text import money as money_of
from finops.text import number

__all__ = ["Course", "cost_text", "course_of", "day_text", "state_text", "when_text"]

_say = partial(say_of, "course")


class Course(TypedDict):
    """When an incident was and what it cost: `excess` in `currency` from `start` to `end`.

    Days are ISO dates, UTC as the bill's. `state` is open, went back (on `back_on`) or new normal
    (since `normal_on`); days that nobody can tell yet are empty.
    """

    start: str
    end: str
    state: str
    normal_on: str
    back_on: str
    excess: str
    currency: str


def course_of(row: Mapping[Any, Any], currency: str) -> Course:
    """Return the course of a row of `incidents.find`."""
    days = {
        name: "" if pd.isna(row[name]) else f"{row[name]:%Y-%m-%d}"
        for name in ("start", "end", "normal_on", "back_on")
    }
    return Course(
        start=days["start"],
        end=days["end"],
        state=row["state"],
        normal_on=days["normal_on"],
        back_on=days["back_on"],
        excess=str(row["excess"]),
        currency=currency,
    )


def when_text(course: Course, language: str = "en") -> str:
    """Return since when it runs, or from when to when it did."""
    key = "on" if course["start"] == course["end"] else "from_to"
    key = key if course["state"] == "went back" else "since"
    start, end = (day_text(course[name], language) for name in ("start", "end"))
    return _say(key, language, start=start, end=end)


def cost_text(course: Course, language: str = "en") -> str:
    """Return what it cost on the days that count, and the day on which it was usual again."""
    days = (dt.date.fromisoformat(course["end"]) - dt.date.fromisoformat(course["start"])).days + 1
    change = _change(course, language)
    if course["state"] == "new normal":
        normal = day_text(course["normal_on"], language)
        return _say("until_then", language, normal=normal, money=change)
    if course["state"] == "open":
        return _say("by_now", language, money=_with_day(change, course, days, language))
    money = _say("in_days", language, money=change, days=str(days)) if days > 1 else change
    return _say("back_on", language, money=money, back=day_text(course["back_on"], language))


def state_text(state: str, language: str = "en") -> str:
    """Return a state in words."""
    return _say(state, language)


def day_text(day: str, language: str = "en") -> str:
    """Return an ISO date with its weekday."""
    if not day:
        return ""
    weekday = say_of("date", f"weekday_{dt.date.fromisoformat(day).weekday()}", language)
    return say_of("date", "day", language, weekday=weekday, day=day)


def _change(course: Course, language: str) -> str:
    excess = Decimal(course["excess"])
    size = money_of(abs(excess), course["currency"], 0).strip()
    return _say("more" if excess >= 0 else "less", language, money=size)


def _with_day(change: str, course: Course, days: int, language: str) -> str:
    """Return the change and the mean of its days, where that is anything."""
    mean = number(abs(Decimal(course["excess"])) / days)
    return (
        change if days == 1 or mean == "0" else _say("a_day", language, change=change, money=mean)
    )
