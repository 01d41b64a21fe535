"""Print what nobody owns, who probably does, and the rules that would say so."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.markup import escape

from finops.allocation.worklist import Advice
from finops.definitions import before_tax
from finops.report.kit.ranked_bars import resource_name
from finops.report.kit.terminal import new_table, notes
from finops.text import MISSING, is_missing, money, number, percent, plain

__all__ = ["accepted", "advice", "sentences", "worklist"]

_MOST = 0.8


def sentences(rows: pd.DataFrame) -> Iterator[str]:
    """Yield what the work-list comes to, per currency, or why it is empty."""
    if rows.empty:
        yield "Every charge has an owner: there is nothing to do."
    for currency, part in rows.groupby("billing_currency", sort=False):
        total = money(part["x_unowned_cost"].sum(), str(currency))
        most = int((part["x_cumulative_share"] < _MOST).sum()) + 1
        these = "This row is" if most == 1 else f"These {most} rows are"
        share = percent(part["x_cumulative_share"].iloc[most - 1], 0)
        rows_text = f"{number(len(part))} rows, {before_tax()}"
        yield f"{total} has no owner, in {rows_text}. {these} {share} of it."
        last = part["x_last_month_unowned_cost"].sum()
        change = last - part["x_previous_month_unowned_cost"].sum()
        if not is_missing(change):
            yield (
                f"The last full month had {money(last, str(currency))}, "
                f"{money(change, str(currency), signed=True)} against the month before."
            )


def worklist(rows: pd.DataFrame, *, most: int = 20) -> RenderableType:
    """Return the first `most` rows of `worklist.worklist` as a table, for 100 columns."""
    lines = notes(sentences(rows))
    if rows.empty:
        return lines
    printed = new_table(":", "unowned:", "so far:", "last month:", "change:", "what", "probably")
    for place, one in enumerate(rows.head(most).to_dict("records"), start=1):
        printed.add_row(str(place), *_row(one))
    rest = len(rows) - most
    left = [f"{number(rest)} smaller rows: finops sql 'from marts.untagged'"] if rest > 0 else []
    return Group(lines, printed, *left, "Rules that would place them: finops untagged --suggest")


def advice(found: Advice, *, precision: float) -> RenderableType:
    """Return one line per suggestion, or why there is none, and the rules that look wrong."""
    doubts = [_doubt(one) for one in found.doubts.to_dict("records")]
    return Group(_suggestions(found, precision), notes(doubts))


def _suggestions(found: Advice, precision: float) -> RenderableType:
    rows = found.suggestions
    if rows.empty:
        return _why_none(found, precision)
    printed = new_table("id", "places:", "share:", "right:", "owner", "where", "because")
    for one in rows.to_dict("records"):
        state = " (in rules.csv)" if one["x_is_accepted"] else ""
        printed.add_row(
            escape(one["rule_id"] + state),
            number(one["x_gained_cost"]),
            percent(one["x_gained_share"]),
            percent(one["x_precision"]),
            escape(plain(one["service"] or one["team"])),
            escape(plain(_where(one), 80)),
            escape(plain(one["note"], 140)),
        )
    return Group(printed, *_sums(rows), "Accept: finops untagged --accept S01,S03 or --accept all")


def _why_none(found: Advice, precision: float) -> str:
    if found.is_all_owned:
        return "Every charge has an owner: there is nothing to suggest."
    if not found.has_evidence:
        return (
            "Nothing can be suggested: no tag or exact list says yet whose any money is. Name "
            "teams in mappings/teams.csv, and tag keys in mappings/tag_keys.csv."
        )
    return f"No suggestion is right for {percent(precision, 0)} of known money; see --precision."


def accepted(rows: pd.DataFrame) -> str:
    """Return what `accept.accept` appended, in one line."""
    if rows.empty:
        return "Nothing new to accept: mappings/rules.csv is as it was."
    ids = ", ".join(rows["rule_id"])
    return f"Appended {ids} to mappings/rules.csv. Owners change with the next: finops build"


def _row(one: dict[Any, Any]) -> list[str]:
    last, previous = one["x_last_month_unowned_cost"], one["x_previous_month_unowned_cost"]
    change = MISSING if is_missing(last) else number(last - previous, signed=True)
    account = one["sub_account_name"]
    account = one["sub_account_id"] if is_missing(account) else account
    where = f"{plain(one['service_name'], 36)}, {plain(account, 20)}"
    team = one["x_probable_team"]
    probably = ""
    if not is_missing(team):
        share = percent(one["x_probable_precision"], 0)
        because = str(one["x_probable_reason"]).partition(";")[0]
        probably = f"{plain(team)} {share}\n{plain(because, 80)}"
    return [
        number(one["x_unowned_cost"]),
        percent(one["x_cumulative_share"], 0),
        number(last),
        change,
        escape(f"{plain(resource_name(one), 60)}\n{where}"),
        escape(probably),
    ]


def _where(one: dict[Any, Any]) -> str:
    names = ("sub_account_id", "service_code", "usage_type", "resource_id", "tag")
    return " ".join(str(one[name]) for name in names if one.get(name))


def _sums(rows: pd.DataFrame) -> Iterator[str]:
    for currency, part in rows.groupby("billing_currency", sort=False):
        gained = money(part["x_gained_cost"].sum(), str(currency))
        yield f"Together they place {gained}, {percent(part['x_gained_share'].sum(), 0)} of it."
    yield "right: how often known money agrees, each resource judged by the others."


def _doubt(one: dict[Any, Any]) -> str:
    says = "tags give" if one["x_evidence"] == "tag" else "names say that"
    known = plain(one["x_known_team"])
    them = f"them to {known}" if one["x_evidence"] == "tag" else f"they are {known}'s"
    return (
        f"Rule {plain(one['x_rule_id'])} gives {plain(one['x_team'])} "
        f"{number(one['x_resources'])} resource(s) of "
        f"{money(one['effective_cost'], one['billing_currency'])}, and {says} {them}: "
        f"{plain(one['x_example'], 80)}"
    )
