"""Rank what nobody owns, with who probably owns it and why."""

from dataclasses import dataclass

import pandas as pd

from finops.allocation import PRECISION
from finops.allocation.candidates import Candidates, candidates
from finops.allocation.doubts import doubtful_rules
from finops.allocation.suggest import reason, suggest
from finops.warehouse.connect import Warehouse

__all__ = ["Advice", "advise", "worklist"]

# Below, another team is as likely.
_LEAST = 0.5
_ROW = ["sub_account_id", "x_service_code", "region_id", "resource_id", "x_usage_type"]
_ROW += ["billing_currency"]
_COLUMNS = [*_ROW, "service_name", "sub_account_name", "x_first_charge_date", "x_last_charge_date"]
_COLUMNS += ["x_unowned_cost", "x_last_month_unowned_cost", "x_previous_month_unowned_cost"]


@dataclass(frozen=True)
class Advice:
    """Rules to add, rules to look at again, and what there was to tell it from."""

    suggestions: pd.DataFrame
    doubts: pd.DataFrame
    is_all_owned: bool
    has_evidence: bool


def advise(warehouse: Warehouse, *, precision: float = PRECISION) -> Advice:
    """Return the rows of `suggest` and `doubtful_rules`. Raises BadInput for a wrong rules.csv."""
    found = candidates(warehouse)
    return Advice(
        suggestions=suggest(warehouse, precision=precision, found=found),
        doubts=doubtful_rules(warehouse),
        is_all_owned=not (found.keys["unowned"] != 0).any(),
        has_evidence=bool((found.keys["x_known_cost"] > 0).any()),
    )


def worklist(warehouse: Warehouse, *, found: Candidates | None = None) -> pd.DataFrame:
    """Return one row per resource (or usage without one) that nobody owns, the costliest first.

    Columns of marts.untagged, and x_cumulative_share of the currency's unowned money up to the row;
    x_probable_team, x_probable_precision and x_probable_reason, empty where nothing tells.
    `found` is what `candidates` returned.
    """
    rows = warehouse.sql(
        f"select {', '.join(_COLUMNS)}, cast(sum(x_unowned_cost) over (partition by "
        "billing_currency order by x_unowned_cost desc, x_rank) as double) / nullif(cast(sum("
        "x_unowned_cost) over (partition by billing_currency) as double), 0) "
        "as x_cumulative_share from marts.untagged where x_unowned_cost <> 0 "
        "order by x_unowned_cost desc, x_rank"
    )
    probable = _probable(found or candidates(warehouse))
    texts = rows[_ROW].astype(object).fillna("")
    joined = texts.merge(probable, on=_ROW, how="left").set_index(rows.index)
    return rows.join(joined.drop(columns=_ROW))


def _probable(found: Candidates) -> pd.DataFrame:
    """Return the most precise guess for each row of the work-list that has one."""
    owners = found.owners[found.owners["precision"] >= _LEAST]
    owners = owners.assign(letters=owners["x_feature"].str.len())
    guesses = found.members[["candidate", "key"]].join(
        owners[["x_team", "precision", "letters"]], on="candidate", how="inner"
    )
    # Of two that are as precise, the longer name says more.
    order = ["precision", "letters", "candidate"]
    best = guesses.sort_values(order, ascending=[False, False, True]).drop_duplicates("key")
    keys = found.keys.loc[best["key"], [*_ROW, "unowned"]].astype({"unowned": float})
    # Without a resource, a row of the list is its usage.
    keys["x_usage_type"] = keys["x_usage_type"].where(keys["resource_id"].isna())
    texts = keys.astype(object).fillna("").reset_index(drop=True)
    texts["x_probable_team"] = best["x_team"].to_numpy()
    texts["x_probable_precision"] = best["precision"].to_numpy()
    reasons = {one: reason(row) for one, row in owners.to_dict("index").items()}
    texts["x_probable_reason"] = best["candidate"].map(reasons).to_numpy()
    largest = texts.sort_values("unowned", ascending=False, kind="stable").drop_duplicates(_ROW)
    return largest.drop(columns="unowned")
