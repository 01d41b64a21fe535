"""Measure who probably owns the money that nobody owns, and how often such a guess is right."""

from dataclasses import dataclass

import pandas as pd

from finops.allocation.doubts import known_names
from finops.allocation.features import NAMES, evidence, features, past_owners
from finops.allocation.precision import majority, named, smoothed
from finops.allocation.words import wildcard
from finops.warehouse.connect import Warehouse

__all__ = ["Candidates", "candidates"]

# Words that no team or service is called need to be longer, and to be seen more often.
_LEARNED_LETTERS = 4
_PATTERNS = 20
_CANDIDATE = ["x_kind", "x_feature"]


@dataclass(frozen=True)
class Candidates:
    """What could be proposed: `keys` with evidence, `owners` per candidate, and its `members`.

    `owners` has x_kind, x_evidence (`name`, or `known` money), x_feature, x_team, x_service, agreed
    and judged (known cost), units and agreeing (known resources) and precision. `members` has one
    row per candidate and key with unowned money that a `pattern` of it matches.
    """

    keys: pd.DataFrame
    owners: pd.DataFrame
    members: pd.DataFrame


def candidates(warehouse: Warehouse) -> Candidates:
    """Return every owner that a name, account, neighbour or past owner tells for unowned money."""
    keys = evidence(warehouse)
    found = features(warehouse, keys)
    found["candidate"] = found.groupby(_CANDIDATE, sort=True).ngroup()
    unowned = keys.index[keys["unowned"] != 0]
    members = found[found["key"].isin(unowned)]
    past, past_members = _past(warehouse, keys, first=len(found))
    names = _named(warehouse, keys, found)
    wanted = found["candidate"].isin(members["candidate"]) & ~found["candidate"].isin(names.index)
    owners = pd.concat([names, _learned(keys, found[wanted]), past])
    owners["precision"] = smoothed(owners, owners["x_evidence"] + owners["x_kind"])
    members = pd.concat([members, past_members], ignore_index=True)
    members = _strongest(members[members["candidate"].isin(owners.index)], keys)
    return Candidates(keys, owners.loc[sorted(members["candidate"].unique())], members)


def _named(warehouse: Warehouse, keys: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return the candidates whose words are a team or service of the mappings."""
    names = known_names(warehouse)
    own = found[found["x_kind"].isin(NAMES)].drop_duplicates("candidate").set_index("candidate")
    owners = own[_CANDIDATE].join(names, on="x_feature", how="inner")
    return named(_seen(keys, found[found["candidate"].isin(owners.index)]), owners).assign(
        x_evidence="name"
    )


def _learned(keys: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return the candidates that share something with resources whose owner is known."""
    is_name = found["x_kind"].isin(NAMES)
    words = found[is_name & (found["x_feature"].str.len() >= _LEARNED_LETTERS)]
    # Many machines of one service stand for one opinion on who else lives beside them.
    services = keys["x_known_team"] + " " + keys["x_known_service"]
    seen = [_seen(keys, words), _seen(keys.assign(resource=services), found[~is_name])]
    own = found.drop_duplicates("candidate").set_index("candidate")[_CANDIDATE]
    return own.join(majority(pd.concat(seen)), how="inner").assign(x_evidence="known")


def _past(
    warehouse: Warehouse, keys: pd.DataFrame, first: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one candidate per owner that resources had in other months, or in other lines."""
    months = past_owners(warehouse)
    seen = months.rename(columns={"resource_id": "candidate", "billing_period": "unit"})
    owners = majority(seen).assign(x_kind="past owner", x_evidence="known")
    owners["x_feature"] = owners["x_team"] + " " + owners["x_service"].fillna("")
    grouped = owners.groupby("x_feature", sort=True)
    numbers = first + grouped.ngroup().rename("candidate")
    partly = keys[(keys["unowned"] != 0) & keys["resource_id"].isin(owners.index)]
    members = partly[["resource_id"]].astype(object).assign(key=partly.index)
    members["pattern"] = members["resource_id"].map(wildcard)
    members = members.join(numbers, on="resource_id")
    sums = grouped[["agreed", "judged", "units", "agreeing"]].sum()
    same = grouped[["x_kind", "x_evidence", "x_team", "x_service"]].first()
    together = same.join(sums).reset_index()
    return together.set_axis(first + together.index), members


def _seen(keys: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return the known money that has the features: one row per candidate, resource and owner."""
    known = keys[keys["x_known_cost"] > 0].astype(
        {"x_known_team": object, "x_known_service": object}
    )
    pairs = found[["candidate", "key"]].drop_duplicates().join(known, on="key", how="inner")
    columns = {"resource": "unit", "x_known_team": "x_team", "x_known_service": "x_service"}
    pairs = pairs.rename(columns=columns | {"x_known_cost": "cost"})
    groups = pairs.groupby(["candidate", "unit", "x_team", "x_service"])
    return groups["cost"].sum().reset_index()


def _strongest(members: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    """Keep the patterns of each candidate that match most money: a rule has to stay readable."""
    money = members["key"].map(keys["unowned"])
    costs = money.groupby([members["candidate"], members["pattern"]]).sum()
    rank = costs.groupby("candidate").rank(method="first", ascending=False)
    kept = rank[rank <= _PATTERNS].index
    pairs = pd.MultiIndex.from_frame(members[["candidate", "pattern"]])
    return members[pairs.isin(kept)]
