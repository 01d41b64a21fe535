"""Print and draw who wins and who loses by changed mapping files, and what moves the money."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from rich.console import Group, RenderableType
from rich.markup import escape

from finops.allocation.what_if import Outcome
from finops.definitions import before_tax, effective_cost
from finops.report.kit.ranked_bars import add_ranks
from finops.report.kit.style import FALL, RISE, empty, figure, label
from finops.report.kit.terminal import new_table, notes
from finops.text import is_missing, money, month_name, number, percent, plain

__all__ = ["outcome", "sentences", "team_sums", "what_if"]

_AMOUNTS = ["x_old_effective_cost", "x_new_effective_cost", "x_effective_cost_change"]
_AMOUNTS += ["x_billed_cost_change", "x_reporting_effective_cost_change"]
_AMOUNTS += ["x_reporting_billed_cost_change"]
_MOST = 5


def team_sums(found: Outcome) -> pd.DataFrame:
    """Return one row per team whose cost changes and currency, over all months, losers first."""
    keys = ["x_team", "billing_currency", "x_reporting_currency"]
    sums = found.teams.groupby(keys, dropna=False)[_AMOUNTS].sum(min_count=1).reset_index()
    moved = (sums["x_effective_cost_change"] != 0) | (sums["x_billed_cost_change"] != 0)
    return sums[moved].sort_values("x_effective_cost_change", ascending=False, kind="stable")


def outcome(found: Outcome) -> RenderableType:
    """Return one line per team whose cost changes, and what moves it, for 80 columns."""
    teams = team_sums(found)
    if teams.empty:
        return f"{', '.join(found.files)}: no team would pay more or less in {_months(found)}."
    table = new_table("team", "effective now:", "change:", ":", "billed change:", "")
    for one in teams.to_dict("records"):
        table.add_row(*_cells(one))
    return Group(table, notes(sentences(found)))


def _cells(one: dict[Any, Any]) -> tuple[str, ...]:
    old, change = one["x_old_effective_cost"], one["x_effective_cost_change"]
    effective, billed = (
        number(change, signed=True),
        number(one["x_billed_cost_change"], signed=True),
    )
    currency = one["billing_currency"]
    reporting = one["x_reporting_currency"]
    # Beside the bill's own currency, if there is a rate.
    if reporting != currency and not is_missing(one["x_reporting_effective_cost_change"]):
        effective += f"\n{number(one['x_reporting_effective_cost_change'], signed=True)}"
        billed += f"\n{number(one['x_reporting_billed_cost_change'], signed=True)}"
        currency += f"\n{reporting}"
    share = percent(float(change) / float(old), signed=True) if old else ""
    return escape(plain(one["x_team"], 24)), number(old), effective, share, billed, currency


def sentences(found: Outcome) -> Iterator[str]:
    """Yield what moves most money, and what the outcome is compared with."""
    files = ", ".join(found.files)
    yield (
        f"{files} against the last build, {_months(found)}, {before_tax()}. All changes sum to 0."
    )
    for one in found.moves.head(_MOST).to_dict("records"):
        line = "" if is_missing(one["x_new_line"]) else f" (rules.csv line {one['x_new_line']})"
        yield (
            f"{money(one['effective_cost'], one['billing_currency'])} of own cost moves from "
            f"{plain(one['x_old_team'], 40)} to {plain(one['x_new_team'], 40)}: now by "
            f"{_decision(one, 'old')}, then by {_decision(one, 'new')}{line}."
        )
    pools = found.parts[found.parts["x_pool"].notna()]
    for one in pools.head(_MOST).to_dict("records"):
        change = money(one["x_effective_cost_change"], one["billing_currency"], signed=True)
        yield f"{change} of the pool {plain(one['x_pool'], 40)} for {plain(one['x_team'], 40)}."
    yield "Nothing is published. To publish, put the files into mappings/, then: finops build"


def what_if(found: Outcome) -> go.Figure:
    """Draw what each team would pay more or less, in the billing currency that moves most."""
    title = "Who would pay more, and who less"
    teams = team_sums(found)
    if teams.empty:
        return empty(title, f"No team would pay more or less in {_months(found)}.")
    sizes = teams["x_effective_cost_change"].abs().groupby(teams["billing_currency"]).sum()
    currency = str(sizes.astype(float).idxmax())
    drawn = teams[teams["billing_currency"] == currency]
    drawing = figure(
        title,
        subtitle=f"change of {effective_cost()}, {_months(found)}",
        height=104 + 20 * len(drawn),
    )
    changes = drawn["x_effective_cost_change"].tolist()
    add_ranks(
        drawing,
        amounts=[float(one) for one in changes],
        names=[label(name) for name in drawn["x_team"]],
        texts=[money(one, currency, signed=True) for one in changes],
        colours=[RISE if one > 0 else FALL for one in changes],
        axis=f"change, {currency}",
    )
    return drawing


def _decision(one: dict[Any, Any], side: str) -> str:
    method, source = one[f"x_{side}_owner_method"], one[f"x_{side}_owner_source"]
    return "nobody" if method == "unowned" else f"{method} {plain(source, 60)}"


def _months(found: Outcome) -> str:
    first, last = (month_name(one, short=True) for one in (found.periods[0], found.periods[-1]))
    return first if first == last else f"{first} to {last}"
