"""Propose rules for money that nobody owns, each with what speaks for it."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from finops.allocation import PRECISION
from finops.allocation.candidates import Candidates, candidates
from finops.allocation.features import USAGE
from finops.csv_input import read_rows
from finops.inputs.mappings import FILES
from finops.inputs.rules import Rule
from finops.warehouse.connect import Warehouse

__all__ = ["reason", "suggest"]

# The share of unowned money that is worth a line in the rules.
_WORTH = 0.0001
_STEP = 10
_FORMULA_STARTS = tuple("=+-@")


def suggest(
    warehouse: Warehouse, *, precision: float = PRECISION, found: Candidates | None = None
) -> pd.DataFrame:
    """Return one row per rule that would place unowned money, the most dollars × precision first.

    Columns of mappings/rules.csv, then x_kind; x_precision, the share of known money that a tag or
    exact list gives to the same team, each resource judged by the others; x_support_cost and
    x_support_resources that agree, x_judged_resources; x_gained_cost (billing_currency), unowned
    money that no suggestion above it places, and x_gained_share of all unowned money; and
    x_is_accepted, whether rules.csv has it already. `found` is what `candidates` returned.

    A suggested rule is asked after all others, so it takes nothing that a tag, a list or another
    rule owns. Raises BadInput for a wrong line in rules.csv.
    """
    found = found or candidates(warehouse)
    path = warehouse.settings.project / "mappings" / "rules.csv"
    rules = read_rows(path, Rule)
    priority = max((rule.priority for rule in rules), default=0) + _STEP
    rows = [_row(found, *one, priority) for one in _cover(found, precision)]
    columns = [*FILES["rules"], *_MEASURES]
    return _numbered(pd.DataFrame(rows, columns=columns), rules)


_MEASURES = [
    "x_kind",
    "x_precision",
    "x_support_cost",
    "x_support_resources",
    "x_judged_resources",
    "x_gained_cost",
    "x_gained_share",
    "billing_currency",
]


def reason(owner: dict[Any, Any]) -> str:
    """Return in words what speaks for a row of `Candidates.owners`."""
    team, kind, feature = owner["x_team"], owner["x_kind"], owner["x_feature"]
    if owner["x_evidence"] == "name":
        service = owner["x_service"]
        named = team if pd.isna(service) else service
        what = f"its {kind} names {named}"
    elif kind == "past owner":
        what = f"{team} owned it in other months or lines"
    elif kind == "account":
        what = f"usage in account {feature} is {team}'s"
    elif kind == "neighbours":
        what = f"the same usage in its account is {team}'s"
    else:
        what = f"its {kind} says {feature}, as those of {team} do"
    units = "months" if kind == "past owner" else "known resources"
    if not owner["units"]:
        usual = owner["precision"]
        return f"{what}; no known resource has it, and {usual:.0%} of money named so agrees"
    return f"{what}; {owner['agreeing']:.0f} of {owner['units']:.0f} {units} agree"


def _cover(found: Candidates, precision: float) -> Iterator[tuple[int, pd.Index, str]]:
    """Yield candidates by dollars × precision, each with the keys that none before it places."""
    money = found.keys["unowned"].to_numpy()
    currencies = found.keys.groupby("billing_currency")["unowned"].sum()
    good = found.owners[found.owners["precision"] >= precision]
    members = found.members[found.members["candidate"].isin(good.index)]
    sets = {int(str(one)): part.unique() for one, part in members.groupby("candidate")["key"]}
    weights = good["precision"].to_dict()
    # Of two that place the same, the one with more words matches less by chance.
    words = good["x_feature"].str.len().to_dict()
    for currency in currencies.sort_values(ascending=False).index:
        left = (found.keys["billing_currency"] == currency).to_numpy(dtype=bool)
        least = _WORTH * money[left].clip(min=0).sum()
        while sets:
            gains = {one: float(money[keys[left[keys]]].sum()) for one, keys in sets.items()}
            best = max(gains, key=lambda one: (gains[one] * weights[one], words[one], -one))
            if gains[best] <= least:
                break
            keys = sets.pop(best)
            yield best, pd.Index(keys[left[keys]]), currency
            left[keys] = False


def _row(
    found: Candidates, candidate: int, keys: pd.Index, currency: str, priority: int
) -> dict[str, Any]:
    owner = found.owners.loc[candidate].to_dict()
    members = found.members[found.members["candidate"] == candidate]
    gained = found.keys.loc[keys, "x_unowned_cost"].sum()
    unowned = found.keys.loc[found.keys["billing_currency"] == currency, "unowned"].sum()
    has_service = pd.notna(owner["x_service"])
    return {
        "rule_id": "",
        "priority": priority,
        **_matches(owner, sorted(members["pattern"].unique())),
        # A service names its team, also after the next reorganisation.
        "service": owner["x_service"] if has_service else "",
        "team": "" if has_service else owner["x_team"],
        "author": "suggested",
        "note": reason(owner),
        "x_kind": owner["x_kind"],
        "x_precision": owner["precision"],
        "x_support_cost": owner["agreed"],
        "x_support_resources": int(owner["agreeing"]),
        "x_judged_resources": int(owner["units"]),
        "x_gained_cost": gained,
        "x_gained_share": float(gained) / unowned,
        "billing_currency": currency,
    }


def _matches(owner: dict[Any, Any], patterns: list[str]) -> dict[str, str]:
    """Return the columns of a rule that match the candidate; text no spreadsheet runs."""
    texts = "|".join(f"?{one[1:]}" if one.startswith(_FORMULA_STARTS) else one for one in patterns)
    if owner["x_kind"] == "account":
        return {"sub_account_id": texts, "line_item_type": USAGE}
    if owner["x_kind"] == "neighbours":
        account, code, usage = texts.split(" ", 2)
        return {
            "sub_account_id": account,
            "service_code": code,
            "usage_type": usage,
            "line_item_type": USAGE,
        }
    return {"tag" if owner["x_kind"] == "tag value" else "resource_id": texts}


def _numbered(suggestions: pd.DataFrame, rules: list[Rule]) -> pd.DataFrame:
    """Give each suggestion the id of the same rule in the file, or the next that is free."""
    asked = [name for name in FILES["rules"] if name not in ("rule_id", "priority", "note")]
    suggestions = suggestions.assign(**suggestions[asked].astype(object).fillna(""))
    known = {tuple(str(getattr(rule, name) or "") for name in asked): rule for rule in rules}
    taken = {rule.rule_id for rule in rules}
    free = (f"S{number:02}" for number in range(1, len(rules) + len(suggestions) + 1))
    ids = []
    for row in suggestions[asked].itertuples(index=False):
        same = known.get(tuple(row))
        ids.append(same.rule_id if same else next(one for one in free if one not in taken))
    found = [tuple(row) in known for row in suggestions[asked].itertuples(index=False)]
    return suggestions.assign(rule_id=ids, x_is_accepted=found)
