"""Look at the bill by team, AWS service, account, usage type and resource at once."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from finops.daily.grid import Floats, Mask
from finops.sql import read_query
from finops.warehouse.connect import Warehouse

__all__ = ["COARSE", "FINE", "SCOPE", "Level", "levels_of"]

# What holds an owner and a service, from the widest to the narrowest; each holds the next.
FINE = ("team and service", "usage type", "resource")
COARSE = ("service", "team", "account")
SCOPE = ["x_team", "service_name", "sub_account_id", "x_usage_type", "resource_id"]
# What each level is a part of: an only part says nothing new.
_WHOLE = {
    "usage type": ["x_team", "service_name"],
    "resource": ["x_team", "service_name", "x_usage_type"],
}
_MOST_SERIES = 500
_FLOOR_SHARE = 0.001
_QUERY = read_query("finops.incidents", "level_series")


@dataclass(frozen=True)
class Level:
    """The series of one level: `daily` has date, key, cost; `scopes` what all cost of a key has.

    `floor` is money a day that is too little to tell of on this level.
    """

    name: str
    daily: pd.DataFrame
    scopes: dict[str, dict[str, str]]
    floor: float


def levels_of(warehouse: Warehouse) -> list[Level]:
    """Return the levels, FINE ones first: effective cost of usage per day, in the bill's currency.

    A key is "team / AWS service / usage type / resource" as far as the level goes, `*` for all
    teams, and "* / account …" for an account; in a bill of several currencies it ends with its own.
    On all levels but team and AWS service, less than a thousandth of a day's cost is too little. Of
    usage types and resources those are kept that reach it on some day, 500 at most, and are not all
    of the series that they are part of.
    """
    series = _plain(warehouse.sql(_QUERY, share=_FLOOR_SHARE))
    several = series["billing_currency"].nunique() > 1
    base = series[series["x_level"] == FINE[0]]
    whole = base["effective_cost"].groupby(base["charge_date"]).sum()
    floor = _FLOOR_SHARE * float(whole.mean()) if len(whole) else 0.0
    return [
        _level(name, series[series["x_level"] == name], several, 0.0 if name == FINE[0] else floor)
        for name in (*FINE, *COARSE)
    ]


def _plain(series: pd.DataFrame) -> pd.DataFrame:
    """Return the series with days and floats of numpy: statistics need no exact money."""
    cost = series["effective_cost"].astype("double[pyarrow]").astype(float)
    days = series["charge_date"].astype("timestamp[ns][pyarrow]").astype("datetime64[ns]")
    return series.assign(charge_date=days, effective_cost=cost)


def _level(name: str, own: pd.DataFrame, several: bool, floor: float) -> Level:
    columns = [column for column in SCOPE if own[column].notna().any()]
    columns += ["billing_currency"] if several else []
    number = own.groupby(columns, sort=False, dropna=False).ngroup().to_numpy().astype(np.int_)
    first = np.unique(number, return_index=True)[1]
    frame = own.iloc[first][columns].astype(str)
    scopes = [dict(zip(columns, row, strict=True)) for row in frame.itertuples(index=False)]
    keys = pd.Series([_key(name, scope) for scope in scopes], dtype="object")
    cost = own["effective_cost"].to_numpy()
    kept = _kept(name, frame, number, cost, floor)[number]
    dates = own["charge_date"].to_numpy()
    daily = pd.DataFrame({"date": dates, "key": keys.to_numpy()[number], "cost": cost})[kept]
    return Level(name, daily.reset_index(drop=True), dict(zip(keys, scopes, strict=True)), floor)


def _key(name: str, scope: dict[str, str]) -> str:
    if name == "account":
        scope = {**scope, "sub_account_id": f"account {scope['sub_account_id']}"}
    key = " / ".join(scope.values())
    return key if "x_team" in scope else f"* / {key}"


def _kept(
    name: str, scopes: pd.DataFrame, number: NDArray[np.int_], cost: Floats, floor: float
) -> Mask:
    """Return which series are looked at: large enough and not all of what they are part of."""
    if name not in _WHOLE or scopes.empty:
        return np.full(len(scopes), True)
    most = np.full(len(scopes), -np.inf)
    np.maximum.at(most, number, cost)
    rank = np.empty(len(scopes), dtype=int)
    rank[np.argsort(-most, kind="stable")] = np.arange(len(scopes))
    parts = scopes.groupby(_WHOLE[name])["x_team"].transform("size").to_numpy()
    named = scopes[SCOPE[-1]].to_numpy() != "" if name == "resource" else True
    kept: Mask = (most >= floor) & (rank < _MOST_SERIES) & (parts > 1) & named
    return kept
