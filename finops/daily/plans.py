"""Read what was announced: holidays, promotions and changes of some keys or of all."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from finops.daily.grid import Mask, as_days, check_columns
from finops.errors import BadInput
from finops.inputs.holidays import korean_holidays

__all__ = ["Event", "changes", "events_of", "holidays_of", "promotions"]

_MUTED_DAYS = 8
_OPEN_KINDS = {"holiday", "workday", "promotion", "incident"}
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Event:
    """First and last day, the key it is about (`*` is all) and its kind."""

    start: np.datetime64
    end: np.datetime64
    key: str
    kind: str

    def touches(self, keys: list[str]) -> Mask:
        """Return which keys it is about: the key itself, or those it is a part of ("a / b")."""
        touched = [
            self.key == "*" or self.key == key or self.key in key.split(" / ") for key in keys
        ]
        return np.array(touched, dtype=bool)


def events_of(events: pd.DataFrame | None) -> list[Event]:
    """Return the events of start, end, key, kind; one that ends before it starts is BadInput."""
    columns = ["start", "end", "key", "kind"]
    if events is None or events.empty:
        return []
    check_columns(events, "events", columns)
    days = [as_days(events, "events", name).to_numpy(dtype="datetime64[D]") for name in columns[:2]]
    wrong = np.flatnonzero(days[1] < days[0])
    if len(wrong):
        raise BadInput(f"events row {wrong[0]}: it ends before it starts.")
    texts = [events[name].astype(str).tolist() for name in columns[2:]]
    return [Event(*row) for row in zip(*days, *texts, strict=True)]


def holidays_of(dates: pd.DatetimeIndex, events: list[Event]) -> Mask:
    """Return the public holidays of Korea, and those among the events but for `workday`s."""
    named = korean_holidays(int(year) for year in dates.year)
    found = np.array([day.date() in named for day in dates], dtype=bool)
    for event in events:
        if event.kind == "holiday":
            found |= _between(dates, event.start, event.end)
    for event in events:
        if event.kind == "workday":
            found &= ~_between(dates, event.start, event.end)
    return found


def promotions(dates: pd.DatetimeIndex, keys: list[str], events: list[Event]) -> tuple[Mask, Mask]:
    """Return when each key has a promotion, and the days before, by day and key.

    A day of Korea begins on the day before in UTC, which the bill counts in.
    """
    found, eve = (np.zeros((len(dates), len(keys)), dtype=bool) for _ in range(2))
    for event in events:
        if event.kind == "promotion":
            touched = event.touches(keys)[None, :]
            found |= _between(dates, event.start, event.end)[:, None] & touched
            eve |= _between(dates, event.start - _DAY, event.start - _DAY)[:, None] & touched
    return found, eve & ~found


def changes(dates: pd.DatetimeIndex, keys: list[str], events: list[Event]) -> tuple[Mask, Mask]:
    """Return the days that an announced change mutes, and those it happens on, by day and key.

    What lasts longer than a day changes things when it starts and when it is over.
    """
    muted, planned = (np.zeros((len(dates), len(keys)), dtype=bool) for _ in range(2))
    for event in events:
        if event.kind in _OPEN_KINDS:
            continue
        touched = event.touches(keys)[None, :]
        for start in {event.start, event.end + _DAY if event.end > event.start else event.end}:
            last = start + (_MUTED_DAYS - 1) * _DAY
            muted |= _between(dates, start - _DAY, last)[:, None] & touched
            planned |= _between(dates, start, start)[:, None] & touched
    return muted, planned


def _between(dates: pd.DatetimeIndex, first: np.datetime64, last: np.datetime64) -> Mask:
    days = dates.to_numpy(dtype="datetime64[D]")
    between: Mask = (days >= first) & (days <= last)
    return between
