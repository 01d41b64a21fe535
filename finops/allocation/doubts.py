"""List rules that tags, or the names of the resources they own, speak against."""

import pandas as pd

from finops.allocation.features import STEM
from finops.allocation.words import phrases
from finops.sql import read_query
from finops.warehouse.connect import Warehouse

__all__ = ["doubtful_rules", "known_names"]

_COLUMNS = ["x_rule_id", "x_team", "x_evidence", "x_known_team", "billing_currency"]
_COLUMNS += ["effective_cost", "x_resources", "x_example"]


def doubtful_rules(warehouse: Warehouse) -> pd.DataFrame:
    """Return one row per rule, team that something else names, and evidence; most money first.

    x_evidence `tag`: a tag or exact list gives resources that the rule matches to x_known_team.
    `name`: the rule owns resources whose name has a team or service of x_known_team as whole words,
    and none of its own. x_resources counts them, x_example is one; effective_cost is their money.
    """
    query = read_query("finops.allocation", "tag_doubts")
    tags = warehouse.sql(query).assign(x_evidence="tag")
    found = pd.concat([tags[_COLUMNS], _named_otherwise(warehouse)[_COLUMNS]], ignore_index=True)
    order = ["effective_cost", "x_rule_id", "x_known_team"]
    return found.sort_values(order, ascending=[False, True, True], ignore_index=True)


def known_names(warehouse: Warehouse) -> pd.DataFrame:
    """Return one row per spelling that means one team: its team, and its service if that is one.

    Indexed by match_key, the spelling as names are compared.
    """
    names = warehouse.sql(
        "select match_key, min(coalesce(services.team, names.value)) as x_team, "
        "min(services.service) as x_service from mappings.names left join mappings.services "
        "on names.dimension = 'service' and names.value = services.service "
        "where dimension in ('team', 'service') group by match_key "
        "having count(distinct coalesce(services.team, names.value)) = 1"
    ).astype(object)
    return names.set_index("match_key")


def _named_otherwise(warehouse: Warehouse) -> pd.DataFrame:
    owned = warehouse.sql(
        f"select x_rule_id, x_team, resource_id, billing_currency, {STEM.format('resource_id')} "
        "as stem, sum(effective_cost) as effective_cost from facts.owned_cost "
        "where x_owner_method = 'rule' and resource_id is not null "
        "and x_entry is distinct from 'vat_receivable' "
        "group by x_rule_id, x_team, resource_id, billing_currency having sum(effective_cost) > 0"
    )
    teams = known_names(warehouse)["x_team"]
    rows = [
        (stem, teams[one.key])
        for stem in owned["stem"].unique()
        for one in phrases(stem)
        if one.key in teams
    ]
    said = pd.DataFrame(rows, columns=["stem", "x_known_team"], dtype=object).drop_duplicates()
    pairs = owned.astype({"stem": object, "x_team": object}).merge(said, on="stem")
    own = pairs.loc[pairs["x_team"] == pairs["x_known_team"], "stem"]
    others = pairs[~pairs["stem"].isin(own)]
    groups = others.groupby(["x_rule_id", "x_team", "x_known_team", "billing_currency"])
    sums = groups.agg(
        effective_cost=("effective_cost", "sum"),
        x_resources=("resource_id", "nunique"),
        x_example=("resource_id", "min"),
    )
    return sums.reset_index().assign(x_evidence="name")
