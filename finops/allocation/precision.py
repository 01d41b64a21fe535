"""Measure how often a suggested owner is right, on money whose owner is known."""

import numpy as np
import pandas as pd

__all__ = ["majority", "named", "smoothed"]


def named(seen: pd.DataFrame, owners: pd.DataFrame) -> pd.DataFrame:
    """Return one row per row of `owners`, whose owner a name gives, with how much money agrees.

    `seen` has one row per `candidate` and `unit` (a resource or month), with its known x_team,
    x_service and cost; `owners` is indexed by candidate, with x_team and x_service. Adds agreed and
    judged (costs), agreeing and units (counts).
    """
    pairs = seen.join(owners[["x_team"]].rename(columns={"x_team": "said"}), on="candidate")
    pairs = pairs[pairs["said"].notna()]
    sums = _sums(pairs, pairs["x_team"] == pairs["said"])
    return owners.join(sums.reindex(owners.index).fillna(0.0))


def majority(seen: pd.DataFrame, *, service_share: float = 0.9) -> pd.DataFrame:
    """Return the owner of most money per candidate of `seen`, measured by leaving each unit out.

    A unit agrees if all others, without it, would have named its team. One unit alone proves
    nothing: nothing is judged. The service is named if it has `service_share` of the team's money.
    """
    teams = seen.groupby(["candidate", "x_team"])["cost"].sum().reset_index()
    teams = teams.sort_values(["candidate", "cost", "x_team"], ascending=[True, False, True])
    ranks = teams.groupby("candidate")
    owners = ranks[["x_team", "cost"]].nth(0).assign(candidate=teams["candidate"])
    owners = owners.set_index("candidate").rename(columns={"cost": "most"})
    second = teams[ranks.cumcount() == 1].set_index("candidate")["cost"]
    owners["next"] = second.reindex(owners.index).fillna(0.0)
    units = seen.join(owners.rename(columns={"x_team": "said"}), on="candidate")
    alone = units.groupby("candidate")["unit"].transform("nunique") == 1
    own = units.groupby(["candidate", "unit", "x_team"])["cost"].transform("sum")
    others = units["most"] - own
    right = (units["x_team"] == units["said"]) & (others > units["next"]) & (others > 0)
    owners["x_service"] = _services(units, service_share)
    sums = _sums(units[~alone], right[~alone])
    return owners[["x_team", "x_service"]].join(sums, how="inner")


def smoothed(measured: pd.DataFrame, kind: pd.Series) -> pd.Series:
    """Return the precision of each row: the share of judged money that agreed.

    It counts one more unit, right as often as all suggestions of its `kind`; so few units prove
    little, and a name that no known money has yet is as good as its kind. NaN where no money of a
    kind could be judged.
    """
    sums = measured.groupby(kind)[["agreed", "judged"]].transform("sum")
    usual = sums["agreed"] / sums["judged"].replace(0.0, np.nan)
    own = (measured["agreed"] / measured["judged"].replace(0.0, np.nan)).fillna(usual)
    return (own * measured["units"] + usual) / (measured["units"] + 1)


def _sums(units: pd.DataFrame, right: pd.Series) -> pd.DataFrame:
    judged = units.assign(agreed=units["cost"].where(right, 0.0), judged=units["cost"])
    groups = judged.groupby("candidate")
    sums = groups[["agreed", "judged"]].sum().assign(units=groups["unit"].nunique())
    agreeing = judged[right].groupby("candidate")["unit"].nunique()
    return sums.assign(agreeing=agreeing.reindex(sums.index).fillna(0))


def _services(units: pd.DataFrame, share: float) -> pd.Series:
    own = units[units["x_team"] == units["said"]]
    costs = own.groupby(["candidate", "x_service"])["cost"].sum()
    largest = costs.reset_index().sort_values("cost", ascending=False).drop_duplicates("candidate")
    largest = largest.set_index("candidate")
    all_services = own.groupby("candidate")["cost"].sum().reindex(largest.index)
    enough = largest["cost"] >= share * all_services
    return largest["x_service"].where(enough & (largest["x_service"] != "unowned"))
