"""List what could tell an owner: words in names and tag values, accounts, neighbours, the past."""

import pandas as pd

from finops.allocation.words import phrases, wildcard
from finops.sql import read_query
from finops.warehouse.connect import Warehouse

__all__ = ["NAMES", "STEM", "USAGE", "evidence", "features", "past_owners"]

NAMES = ["resource name", "tag value"]
# What a rule on an account or its neighbours matches: fees and tax follow other laws than usage.
USAGE = "Usage|DiscountedUsage|SavingsPlanCoveredUsage"
# Ids and long numbers are no words, and without them many names are one.
STEM = r"regexp_replace(regexp_replace({}, '\b[0-9a-f]{{8,}}\b', '#', 'g'), '\d{{3,}}', '#', 'g')"
_COLUMNS = ["key", "x_kind", "x_feature", "pattern"]


def evidence(warehouse: Warehouse) -> pd.DataFrame:
    """Return one row per owner key and currency that has money: evidence.sql in plain types.

    Adds `unowned`, the unowned cost as a float, and `resource`, which names the resource, or what
    the bill has where it names none.
    """
    keys = warehouse.sql(read_query("finops.allocation", "evidence"))
    keys = keys.assign(unowned=keys["x_unowned_cost"].astype(float))
    keys["x_known_cost"] = keys["x_known_cost"].astype(float)
    texts = keys[["sub_account_id", "x_service_code", "x_usage_type"]].astype(object).fillna("")
    usage = texts["sub_account_id"] + " " + texts["x_service_code"] + " " + texts["x_usage_type"]
    keys["resource"] = keys["resource_id"].astype(object).where(keys["resource_id"].notna(), usage)
    return keys


def features(warehouse: Warehouse, keys: pd.DataFrame) -> pd.DataFrame:
    """Return one row per row of `keys` (`key` is its label), kind and feature that it has.

    `pattern` is what a rule writes to match the feature in this key.
    """
    parts = [_names(warehouse, keys), _tag_values(warehouse, keys), *_places(keys)]
    return pd.concat(parts, ignore_index=True)[_COLUMNS].drop_duplicates()


def _names(warehouse: Warehouse, keys: pd.DataFrame) -> pd.DataFrame:
    stems = warehouse.sql(
        f"select distinct resource_id, {STEM.format('resource_id')} as stem "
        "from owners.owner_keys where resource_id is not null"
    )
    found = stems.merge(_phrases(stems["stem"].drop_duplicates()), on="stem")
    return _of_keys(keys, found, "resource_id").assign(x_kind="resource name")


def _tag_values(warehouse: Warehouse, keys: pd.DataFrame) -> pd.DataFrame:
    stems = warehouse.sql(
        f"select x_owner_key, tag_key, {STEM.format('tag_value')} as stem from ("
        "select distinct x_owner_key, unnest(map_keys(tags)) as tag_key, "
        "unnest(map_values(tags)) as tag_value from owners.owner_keys)"
    )
    found = stems.merge(_phrases(stems["stem"].drop_duplicates()), on="stem")
    tag_keys = found["tag_key"].astype(object).map(wildcard)
    found = found.assign(pattern=tag_keys + "=" + found["pattern"])
    # A rule ends the key at the first equals sign.
    found = found[~tag_keys.str.contains("[=?]")]
    return _of_keys(keys, found, "x_owner_key").assign(x_kind="tag value")


def _phrases(stems: pd.Series) -> pd.DataFrame:
    rows = [(stem, one.key, one.pattern) for stem in stems.dropna() for one in phrases(stem)]
    return pd.DataFrame(rows, columns=["stem", "x_feature", "pattern"], dtype=object)


def _of_keys(keys: pd.DataFrame, found: pd.DataFrame, column: str) -> pd.DataFrame:
    labelled = keys[[column]].astype(object).assign(key=keys.index)
    return labelled.merge(found.astype({column: object}), on=column)


def _places(keys: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the account of usage, and its neighbours: the same account, AWS service and usage."""
    usage = keys[keys["x_line_item_type"].isin(USAGE.split("|"))].astype(object)
    account = usage["sub_account_id"].map(wildcard)
    neighbour = usage[["x_service_code", "x_usage_type"]].map(wildcard, na_action="ignore")
    joined = account + " " + neighbour["x_service_code"] + " " + neighbour["x_usage_type"]
    kinds = {"account": account, "neighbours": joined}
    return [
        pd.DataFrame({"key": text.index, "x_kind": kind, "x_feature": text, "pattern": text})
        for kind, text in ((kind, text.dropna()) for kind, text in kinds.items())
    ]


def past_owners(warehouse: Warehouse) -> pd.DataFrame:
    """Return one row per resource, month and owner of what has an owner and also unowned money.

    Columns resource_id, billing_period, x_team, x_service and cost, the owner's in the month.
    """
    return warehouse.sql(
        "with partly as (select resource_id from facts.owned_cost where resource_id is not null "
        "group by resource_id having bool_or(x_owner_method = 'unowned' and effective_cost <> 0) "
        "and bool_or(x_owner_method not in ('unowned', 'account') and effective_cost <> 0)) "
        "select resource_id, billing_period, x_team, x_service, "
        "cast(sum(abs(effective_cost)) as double) as cost from facts.owned_cost "
        "inner join partly using (resource_id) where x_owner_method not in ('unowned', 'account') "
        "group by resource_id, billing_period, x_team, x_service order by all"
    ).astype({"resource_id": object, "x_team": object, "x_service": object, "cost": float})
