"""Say what cost much more or less yesterday than on the same weekdays before, and what did it."""

from typing import Any

import numpy as np
import pandas as pd

from finops.daily.completion import LEAST_SHARE, completion, share_of
from finops.daily.grid import Floats
from finops.daily.plans import events_of, holidays_of
from finops.errors import BadInput
from finops.forecast.known import known_events
from finops.forecast.observed_deliveries import last_complete, observed, still_open
from finops.ingest.deliveries import read_records
from finops.sql import read_query
from finops.warehouse.as_of import moment
from finops.warehouse.connect import Warehouse

__all__ = ["JUMPS", "daily_jumps", "jumps"]

_WEEKS, _LEAST_WEEKS = 8, 4
_LEAST_SHARE_OF_EXPECTED = 0.06
_ITEM = ["x_team", "service_name", "billing_currency"]
_PART = ["x_usage_type", "sub_account_id"]
_NAMED = 3
JUMPS = [
    *("charge_date", *_ITEM, "effective_cost", "x_expected", "x_excess", "x_score"),
    *("x_share_arrived", "x_announced", "x_contributors"),
]


def daily_jumps(
    warehouse: Warehouse, day: str | None = None, *, deviations: float = 4.0, floor: float = 50.0
) -> pd.DataFrame:
    """Return `jumps` of a day (default: the last one of the bill that can be judged).

    A day that is still filling up is compared with what had arrived of earlier days at its age, as
    the ledger of deliveries knows it; where it doesn't, the last complete day is taken. Raises
    BadInput for a day that the bill does not have.
    """
    asked = _asked(warehouse, day)
    settings = warehouse.settings
    records = read_records(settings.warehouse, as_of=settings.as_of)
    arrived = still_open(records, f"{asked:%Y-%m}")
    usage, shares = _usage(warehouse, asked), None
    if arrived is not None and asked > last_complete(arrived):
        age = (arrived - asked).days
        shares = _shares(observed(warehouse, records), set(usage["service_name"]), age)
        if shares is None:
            asked = last_complete(arrived)
            usage = _usage(warehouse, asked)
    events = known_events(warehouse, asked)
    return jumps(usage, events, day=asked, shares=shares, deviations=deviations, floor=floor)


def _asked(warehouse: Warehouse, day: str | None) -> pd.Timestamp:
    """Return the day asked for, or the last day with a charge, complete or not, of its month."""
    rows = warehouse.sql(
        "select min(cast(billing_period || '-01' as date)) as first, "
        "max(least(x_last_charge_date, last_day(cast(billing_period || '-01' as date)))) as last "
        "from marts.trust_header"
    ).astype(object)
    first, last = (pd.Timestamp(rows[name].iloc[0]) for name in ("first", "last"))
    asked = pd.Timestamp(moment(day)).normalize() if day else last
    if not first <= asked <= last:
        raise BadInput(f"The bill has no charges of {asked:%Y-%m-%d}.")
    return asked


def _usage(warehouse: Warehouse, day: pd.Timestamp) -> pd.DataFrame:
    """Return the usage of a day and of the same weekday in the weeks before."""
    query = read_query("finops.forecast", "jumps")
    return warehouse.sql(query, day=day.date(), weeks=_WEEKS)


def _shares(observed_days: pd.DataFrame, services: set[str], age: int) -> dict[str, float] | None:
    """Return what part of a day has arrived at an age, by AWS service; None if nobody can tell."""
    found = completion(observed_days)
    shares = {name: share_of(found, name, age) for name in sorted(services)}
    arrived = {name: share for name, share in shares.items() if share and share >= LEAST_SHARE}
    return arrived or None


def jumps(
    usage: pd.DataFrame,
    events: pd.DataFrame,
    *,
    day: pd.Timestamp,
    shares: dict[str, float] | None = None,
    deviations: float = 4.0,
    floor: float = 50.0,
) -> pd.DataFrame:
    """Return the items whose usage cost jumped on `day`, the most money first.

    `usage` has effective_cost by charge_date, x_team, service_name, sub_account_id, x_usage_type
    and billing_currency on the same weekday of the weeks before, and on `day`. Holidays are left
    out. An item jumped if it is off the median by more than `deviations` x 1.4826 x MAD, by `floor`
    (in the billing currency) and by 6 %. With `shares`, the part of the day that has arrived by
    AWS service, the median is of as much of those days; a service without one is left out.

    Columns: charge_date, x_team, service_name, billing_currency, effective_cost, x_expected,
    x_excess (signed), x_score (in deviations), x_share_arrived, x_announced (kinds of events on
    the day, for this team or all) and x_contributors (usage types and accounts that moved most).
    """
    days = pd.date_range(end=day, periods=_WEEKS + 1, freq="7D")
    parts = usage.assign(
        charge_date=pd.to_datetime(usage["charge_date"]),
        effective_cost=usage["effective_cost"].astype(float),
    )
    ordinary = days[:-1][~holidays_of(days, events_of(events))[:-1]]
    ordinary = ordinary[ordinary.isin(parts["charge_date"])]
    if len(ordinary) < _LEAST_WEEKS:
        return pd.DataFrame(columns=JUMPS)
    wide = _wide(parts, _ITEM, days)
    past, now = wide.loc[ordinary].to_numpy(), wide.loc[day].to_numpy()
    names = [str(one[1]) for one in wide.columns]
    arrived = np.array([1.0 if shares is None else shares.get(one, np.nan) for one in names])
    expected, spread = _usual(past * arrived)
    limit = np.maximum.reduce(
        [deviations * spread, np.full_like(spread, floor), _LEAST_SHARE_OF_EXPECTED * expected]
    )
    found = np.flatnonzero(np.abs(now - expected) > limit).tolist()
    rows = [
        {
            **dict(zip(_ITEM, wide.columns[place], strict=True)),
            "charge_date": day,
            "effective_cost": now[place],
            "x_expected": expected[place],
            "x_excess": now[place] - expected[place],
            "x_score": (now[place] - expected[place]) / spread[place],
            "x_share_arrived": arrived[place],
            "x_announced": _announced(events, str(wide.columns[place][0]), day),
            "x_contributors": _contributors(
                parts, wide.columns[place], ordinary, day, arrived[place]
            ),
        }
        for place in found
    ]
    frame = pd.DataFrame(rows, columns=JUMPS)
    return frame.sort_values("x_excess", key=lambda one: -one.abs(), ignore_index=True)


def _wide(parts: pd.DataFrame, by: list[str], days: pd.DatetimeIndex) -> pd.DataFrame:
    keyed = parts.astype(dict.fromkeys(by, object))
    wide = keyed.pivot_table(
        index="charge_date", columns=by, values="effective_cost", aggfunc="sum"
    )
    return wide.reindex(days).fillna(0.0)


def _usual(past: Floats) -> tuple[Floats, Floats]:
    """Return the median of each column, and how far its days usually are from it."""
    middle = np.median(past, axis=0)
    spread = 1.4826 * np.median(np.abs(past - middle), axis=0)
    # What always costs the same may still cost a cent more.
    return middle, np.maximum(spread, np.maximum(0.01 * np.abs(middle), 0.01))


def _announced(events: pd.DataFrame, team: str, day: pd.Timestamp) -> str:
    """Return the kinds of the events of that day for a team or all."""
    found = {
        one.kind
        for one in events_of(events)
        if one.start <= day <= one.end and one.touches([team])[0]
    }
    return ", ".join(sorted(found))


def _contributors(
    parts: pd.DataFrame, item: Any, ordinary: pd.DatetimeIndex, day: pd.Timestamp, arrived: float
) -> str:
    """Return the usage types and accounts that moved most, with their money."""
    mine = parts
    for name, value in zip(_ITEM, item, strict=True):
        mine = mine[mine[name] == value]
    wide = _wide(mine, _PART, pd.DatetimeIndex([*ordinary, day]))
    moved = wide.loc[day].to_numpy() - wide.loc[ordinary].median().to_numpy() * arrived
    order = np.argsort(-np.abs(moved), kind="stable")[:_NAMED].tolist()
    named = [(wide.columns[place], moved[place]) for place in order if abs(moved[place]) >= 0.01]
    return "; ".join(f"{kind} ({account}) {value:+,.2f}" for (kind, account), value in named)
