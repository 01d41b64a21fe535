"""Find cost that a key's own past, the calendar, orders and plans don't explain."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from finops.anomalies.activity import ACTIVE, WARM_UP_DAYS
from finops.anomalies.alerts import UP, Alert
from finops.anomalies.kinds import Incident, incident_of
from finops.anomalies.scan import Scan
from finops.daily.arrivals import Arrivals, arrivals_of
from finops.daily.calendar import Calendar, calendar_of
from finops.daily.grid import Floats, Grid, beside, grid_of
from finops.errors import BadInput

__all__ = ["COLUMNS", "detect", "detect_each"]

COLUMNS = [
    "key",
    "start",
    "end",
    "detected_on",
    "kind",
    "expected",
    "actual",
    "excess",
    "score",
    "incomplete",
    "state",
    "normal_on",
    "back_on",
]
_OPEN_DAYS = 2
_COMMON_KEYS, _COMMON_SHARE = 10, 0.1


def detect(
    daily: pd.DataFrame,
    *,
    drivers: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    deliveries: pd.DataFrame | None = None,
    as_of: object = None,
) -> pd.DataFrame:
    """Return the anomalies of `daily`, the most money first.

    `daily` has one row per `date` and `key`, and `cost` in one currency; a day without a row cost
    nothing, unless no key has one. Keep fees, tax, credits and refunds out of it, or in keys of
    their own. `drivers` has one row per `date` and numbers of the whole company, such as orders.
    `events` has start, end (last day), key (`*` for all, else the key or a part of "a / b") and
    kind: a `holiday`, a `promotion`, an `incident`, or an announced change such as a migration,
    which mutes its key for 8 days and resets what is usual. `deliveries` has usage_date, key,
    ingest_date and cost: how the cost of each day arrived. What came after `as_of` isn't looked at.

    Columns: key, start, end (last day so far), detected_on (the newest usage day that had arrived
    when it was raised), kind, expected, actual and excess (signed, sums over start to end, in the
    currency of `daily`), score (signed, in standard deviations, when it was raised), incomplete
    (its last day ends less than 48 hours before `as_of`, by default the last day), state, normal_on
    and back_on. Kinds: spike, level_shift, slow_leak, new_cost, returned_cost, vanished_cost,
    missed_saving. States: `open`; `went back`, on back_on; `new normal` since normal_on, 91 days
    after detected_on, with its money until then and no more. Days that come later change no key,
    start, detected_on and score; they extend `end`, and tell a spike from a shift that lasts.

    Without drivers, a day on which many keys rise together is one row with the key `*`.
    `attrs["not_judged"]` of the frame has a reason for each key that has too few days, and
    `attrs["missing_days"]` the days that no key has. Raises BadInput for cost that is no finite
    number, a date and key that come twice, several currencies, or a wrong row of the other frames.
    """
    return _detect([daily], drivers, events, deliveries, as_of)[0]


def detect_each(
    frames: Sequence[pd.DataFrame],
    *,
    drivers: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    as_of: object = None,
) -> list[pd.DataFrame]:
    """Return what `detect` returns of each frame, in one pass over the days of all of them.

    A day without a row counts as missing where no frame has one. A key may be in several frames.
    """
    return _detect(frames, drivers, events, None, as_of)


def _detect(
    frames: Sequence[pd.DataFrame],
    drivers: pd.DataFrame | None,
    events: pd.DataFrame | None,
    deliveries: pd.DataFrame | None,
    as_of: object,
) -> list[pd.DataFrame]:
    grids = [grid_of(daily) for daily in frames]
    grid, until = _until(beside(grids), as_of)
    if not len(grid.dates):
        return [_frame([], grid, until) for _ in grids]
    calendar = calendar_of(grid.dates, grid.keys, drivers, events)
    arrivals = arrivals_of(grid, deliveries, until)
    alerts, fees = _scan(arrivals, grid, calendar)
    complete = int(np.sum(grid.dates <= until - pd.Timedelta(days=_OPEN_DAYS)))
    incidents = _told_once(
        [
            incident_of(
                alert,
                arrivals.latest[:, alert.key],
                fees[:, alert.key],
                calendar,
                whole=min(complete, len(grid.dates) - int(arrivals.wait[alert.key])),
            )
            for alert in alerts
        ]
    )
    made, first = [], 0
    for one in grids:
        keys = range(first, first + len(one.keys))
        own = [incident for incident in incidents if incident.alert.key in keys]
        rows = _rows(own, grid, calendar, least=_COMMON_SHARE * len(keys))
        made.append(_frame(rows, grid.of_keys(keys), until))
        first = keys.stop
    return made


def _until(grid: Grid, as_of: object) -> tuple[Grid, pd.Timestamp]:
    """Return the grid up to a day, and that day: by default the last one."""
    if as_of is None:
        return grid, grid.dates[-1] if len(grid.dates) else pd.Timestamp(0)
    day = pd.to_datetime(str(as_of), errors="coerce", utc=True)
    if pd.isna(day):
        raise BadInput(f"as_of {as_of!r} is no date like 2026-10-31.")
    day = day.tz_localize(None).normalize()
    kept = int(np.sum(grid.dates <= day))
    cost = grid.cost[:kept]
    return Grid(grid.dates[:kept], grid.keys, cost, grid.here[:kept]), day


def _scan(arrivals: Arrivals, grid: Grid, calendar: Calendar) -> tuple[list[Alert], Floats]:
    """Return the alerts of all keys, and the fees of each day and key.

    Keys that wait alike for a day to be complete are scanned together.
    """
    found, fees = [], np.zeros_like(grid.cost)
    for wait in np.unique(arrivals.wait):
        keys = np.flatnonzero(arrivals.wait == wait)
        known = [cost[:, keys] for cost in arrivals.known]
        scan = Scan(known, int(wait), grid.here, calendar.of_keys(keys))
        # Such small matrices take longer on several threads, which wait for each other.
        with threadpool_limits(1, user_api="blas"):
            alerts, fees[:, keys] = scan.run()
        found += [alert.of_key(int(keys[alert.key])) for alert in alerts]
    return found, fees


def _told_once(incidents: list[Incident]) -> list[Incident]:
    """Return the incidents without trends that only say that an earlier one goes on."""
    kept: dict[tuple[int, int], list[Incident]] = {}
    for one in incidents:
        earlier = kept.setdefault((one.alert.key, one.alert.sign), [])
        goes_on = one.alert.test in ("week", "drift") and any(
            other.end >= one.start for other in earlier
        )
        earlier += [] if goes_on else [one]
    return [one for group in kept.values() for one in group]


def _rows(
    incidents: Sequence[Incident], grid: Grid, calendar: Calendar, *, least: float
) -> list[dict[str, object]]:
    """Return a row for each incident; those of a day on which many keys rose together are one.

    Many are 10, and `least`.
    """
    together: dict[int, list[Incident]] = {}
    for one in incidents:
        known = calendar.has_drivers[one.alert.start]
        if one.alert.test == "day" and one.alert.sign == UP and not known:
            together.setdefault(one.alert.start, []).append(one)
    many = max(_COMMON_KEYS, least)
    common = [group for group in together.values() if len(group) >= many]
    grouped = {id(one) for group in common for one in group}
    single = [[one] for one in incidents if id(one) not in grouped]
    return [_row(group, grid) for group in single + common]


def _row(group: list[Incident], grid: Grid) -> dict[str, object]:
    """Return the row of one incident, or of some that are one."""
    middle = sorted(group, key=lambda one: one.end)[len(group) // 2]
    expected = sum(float(one.expected.sum()) for one in group)
    actual = sum(float(one.actual.sum()) for one in group)
    first = min(group, key=lambda one: one.alert.day)
    return {
        "key": grid.keys[first.alert.key] if len(group) == 1 else "*",
        "start": grid.dates[first.start],
        "end": grid.dates[middle.end],
        "detected_on": grid.dates[first.alert.day],
        "kind": first.kind if len(group) == 1 else "spike",
        "expected": expected,
        "actual": actual,
        "excess": actual - expected,
        "score": max((one.alert.score for one in group), key=abs),
        "state": middle.state,
        "normal_on": _day(grid, middle.normal),
        "back_on": _day(grid, middle.back),
    }


def _day(grid: Grid, row: int | None) -> object:
    return pd.NaT if row is None else grid.dates[row]


def _frame(rows: list[dict[str, object]], grid: Grid, until: pd.Timestamp) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS).astype(
        dict.fromkeys(["key", "kind", "state"], "object")
        | dict.fromkeys(["start", "end", "detected_on", "normal_on", "back_on"], "datetime64[ns]")
        | dict.fromkeys(["expected", "actual", "excess", "score"], "float64")
    )
    frame["incomplete"] = frame["end"] > until - pd.Timedelta(days=_OPEN_DAYS)
    frame = frame.sort_values(
        ["excess", "key", "start"],
        key=lambda column: -column.abs() if column.name == "excess" else column,
        ignore_index=True,
    )
    frame.attrs["not_judged"] = _not_judged(grid)
    frame.attrs["missing_days"] = [f"{day:%Y-%m-%d}" for day in grid.dates[~grid.here]]
    return frame


def _not_judged(grid: Grid) -> dict[str, str]:
    """Return why each key is not judged that has too few days."""
    if not len(grid.dates):
        return {}
    active = grid.cost > ACTIVE
    days = len(active) - active.argmax(axis=0)
    return {
        key: f"{days[column]} days since its first cost, {WARM_UP_DAYS} are needed"
        for column, key in enumerate(grid.keys)
        if active[:, column].any() and days[column] < WARM_UP_DAYS
    }
