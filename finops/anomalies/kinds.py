"""Tell of each alert how long it ran, what it cost, what became of it, and of what kind it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from finops.anomalies.activity import ACTIVE
from finops.anomalies.alerts import NEW_NORMAL_DAYS, UP, Alert
from finops.daily.baseline import SMALL, log_cost
from finops.daily.calendar import Calendar
from finops.daily.grid import Floats, Mask

__all__ = ["Incident", "incident_of"]

_LASTING_DAYS = 7
_GAP_DAYS, _WEEKEND_GAP_DAYS = 3, 6
# What holds so long on the other side is no short incident that hides this one.
_OTHER_SIDE_DAYS = 28
_LOOK_BACK_DAYS = {"week": 20, "drift": 55}
_SAME_SHARE, _LEAK_SHARE, _LEAST_MISS = 0.4, 0.15, 0.03
# A third above what is usual, or a quarter below, is not back, however far it was away.
_MOST_MISS = 0.3
_GONE_SHARE = 0.1
_DIP = 0.22
_RAMP_DAYS, _RAMP_LEAST = 42, 10


@dataclass(frozen=True)
class Incident:
    """An alert with its first and last day (rows of the grid), and money of each day between.

    `normal` is the first day that no longer counts, as it is the new normal by then, and `back` the
    first on which cost was usual again; None where that isn't so.
    """

    alert: Alert
    start: int
    end: int
    kind: str
    expected: Floats
    actual: Floats
    normal: int | None = None
    back: int | None = None

    @property
    def state(self) -> str:
        """What the cost does by now: it is `open`, `went back`, or is the `new normal`."""
        if self.back is not None:
            return "went back"
        return "open" if self.normal is None else "new normal"


def incident_of(
    alert: Alert, cost: Floats, fees: Floats, calendar: Calendar, *, whole: int
) -> Incident:
    """Return what became of an alert, by the `cost` and `fees` of its key on each day.

    Its start comes from days up to the alert and stays; its end and kind are as known on the last
    day. It went back where cost was what it would be otherwise for 3 of the first `whole` days,
    whose bill is complete. Money counts until then, or until it is the new normal, 91 days after
    the alert: what comes after is no longer compared with what was before it.
    """
    first = max(0, alert.start - _LOOK_BACK_DAYS.get(alert.test, 0))
    days = np.arange(first, min(alert.day + NEW_NORMAL_DAYS + _OTHER_SIDE_DAYS + 1, len(cost)))
    usual = _usual(alert, days, cost, fees, calendar)
    missed = alert.sign * (log_cost(cost[days]) - log_cost(usual))
    seen = days <= alert.day
    off, usually = _is_off(alert, missed, seen, cost[days])
    start = _start(alert, off[seen])
    rest = calendar.rest[days]
    last, is_back = _last(off, usually, start, rest, whole - first)
    accepted = alert.day + NEW_NORMAL_DAYS
    end = min(last, accepted - 1 - first)
    is_normal = first + last >= accepted
    run = slice(start, end + 1)
    return Incident(
        alert,
        start=first + start,
        end=first + end,
        kind=_kind(alert, missed[run], off[run], rest[run], cost[: first + end + 1], usual[run]),
        expected=usual[run],
        actual=cost[days[run]],
        normal=accepted if is_normal else None,
        back=first + last + 1 if is_back and not is_normal else None,
    )


def _usual(
    alert: Alert, days: NDArray[np.int_], cost: Floats, fees: Floats, calendar: Calendar
) -> Floats:
    """Return what the days would cost without the anomaly: the level before it, with its effects.

    Between the bounds of a holiday or fee nothing is missed.
    """
    if alert.test == "new":
        return np.zeros(len(days))
    if alert.test == "sparse":
        return np.where(cost[days] > ACTIVE, np.exp(alert.level) - SMALL, 0.0)
    seasons = calendar.variants[:, days] @ alert.effects
    low = np.exp(alert.level + seasons.min(axis=0)) - SMALL
    fee = np.where(np.isfinite(fees[days]), fees[days], 0.0)
    high = np.exp(alert.level + seasons.max(axis=0)) - SMALL + fee
    return np.clip(cost[days], low.clip(min=0.0), high.clip(min=0.0))


def _is_off(alert: Alert, missed: Floats, seen: Mask, cost: Floats) -> tuple[Mask, Mask]:
    """Return on which days it went on, and on which cost was usual.

    It goes on at 40 per cent of what it was when it was raised. A day that is as far away on the
    other side is neither.
    """
    if alert.test == "new":
        return cost > ACTIVE, cost <= ACTIVE
    size = np.median(missed[seen][-_LASTING_DAYS if alert.test != "day" else -3 :])
    share = _LEAK_SHARE if alert.test == "drift" else _SAME_SHARE
    limit = min(max(share * float(size), _LEAST_MISS), _MOST_MISS)
    return missed > limit, np.abs(missed) <= limit


def _start(alert: Alert, off: Mask) -> int:
    """Return where the days that led to the alert begin; one quiet day between them is noise."""
    if alert.test not in _LOOK_BACK_DAYS:
        return 0
    start = len(off) - 1
    for place in range(len(off) - 1, -1, -1):
        if off[place]:
            start = place
        elif start - place > 1:
            break
    return start


def _last(off: Mask, usually: Mask, start: int, rest: Mask, whole: int) -> tuple[int, bool]:
    """Return the last day on which it went on, and whether cost was usual after that.

    That takes 3 usual days, or four weeks on the other side; what happens on weekends only waits
    for the next. Only the first `whole` days can tell.
    """
    first = off[start : start + _LASTING_DAYS]
    weekends = bool(first.any() and rest[start : start + _LASTING_DAYS][first].all())
    gap = _WEEKEND_GAP_DAYS if weekends else _GAP_DAYS
    last, quiet = start, 0
    for place in range(start, len(off)):
        if off[place]:
            last, quiet = place, 0
        elif place < whole:
            quiet += bool(usually[place])
            if quiet >= gap or place - last >= _OTHER_SIDE_DAYS:
                return last, True
    return last, False


def _kind(alert: Alert, missed: Floats, off: Mask, rest: Mask, cost: Floats, usual: Floats) -> str:
    """Return the kind; `cost` is that of all days until the last of the incident."""
    before, actual = cost[: -len(usual)], cost[-len(usual) :]
    if alert.test == "new":
        return "returned_cost" if (before > ACTIVE).any() else "new_cost"
    if alert.sign != UP and actual.sum() <= _GONE_SHARE * usual.sum():
        return "vanished_cost"
    if alert.sign == UP and _is_missed_saving(alert, missed, off, rest):
        return "missed_saving"
    if alert.sign == UP and (alert.test == "drift" or _is_ramp(missed)):
        return "slow_leak"
    lasting = alert.test == "week" or len(missed) >= _LASTING_DAYS
    return "level_shift" if lasting else "spike"


def _is_missed_saving(alert: Alert, missed: Floats, off: Mask, rest: Mask) -> bool:
    """Return whether weekends that used to cost less do so no longer."""
    if not len(alert.effects):
        return False
    dip = float(np.mean(alert.effects[:5]) - np.mean(alert.effects[5:7]))
    if dip < _DIP:
        return False
    if off.any() and rest[off].all():
        return bool(0.5 * dip < np.median(missed[off]) < 1.5 * dip)
    if rest.sum() < 2 or (~rest).sum() < 3:
        return False
    return bool(np.mean(missed[rest]) - np.mean(missed[~rest]) > 0.5 * dip)


def _is_ramp(missed: Floats) -> bool:
    """Return whether a line that starts low fits far better than a step."""
    some = missed[:_RAMP_DAYS]
    if len(some) < _RAMP_LEAST:
        return False
    days = np.arange(len(some))
    slope, start = np.polyfit(days, some, 1)
    line = start + slope * days
    step_error, line_error = np.sum((some - some.mean()) ** 2), np.sum((some - line) ** 2)
    return bool(line_error < 0.5 * step_error and start < 0.5 * line[-1])
