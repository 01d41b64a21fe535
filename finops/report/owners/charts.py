"""Draw which teams' cost has no tag, and what suggested rules would place."""

import pandas as pd
import plotly.graph_objects as go

from finops.definitions import before_tax
from finops.frames import one_currency
from finops.report.kit.ranked_bars import add_ranks
from finops.report.kit.style import GREY, PALETTE, empty, figure, label
from finops.text import join, money, month_name, percent

__all__ = ["suggestions", "untagged_by_team"]

_MOST = 15


def untagged_by_team(allocation_month: pd.DataFrame, billing_period: str) -> go.Figure:
    """Draw each team's cost of a month that no tag owns, though it could be tagged.

    Reads billing_period, x_team, billing_currency, effective_cost, x_untagged_cost and
    x_untagged_cost_share of marts.allocation_month.
    """
    title = f"What could be tagged and is not, in {month_name(billing_period)}"
    month = allocation_month[allocation_month["billing_period"] == billing_period]
    frame, currency, subtitle = one_currency(month[month["x_team"] != "*"])
    frame = frame[frame["x_untagged_cost"] > 0].sort_values("x_untagged_cost", ascending=False)
    if frame.empty:
        return empty(title, "Everything that can be tagged has a tag, or no cost is loaded.")
    top = frame.head(_MOST).to_dict("records")
    return _ranks(
        title,
        join(f"{before_tax()}, and which part of the team's taggable cost that is", subtitle),
        amounts=[float(one["x_untagged_cost"]) for one in top],
        names=[label(one["x_team"]) for one in top],
        texts=[
            f"{money(one['x_untagged_cost'], currency, 0)}, {percent(one['x_untagged_cost_share'])}"
            for one in top
        ],
        colours=[GREY if one["x_team"] == "unowned" else PALETTE[0] for one in top],
        axis=f"untagged, {currency}",
    )


def suggestions(suggested: pd.DataFrame) -> go.Figure:
    """Draw what each suggested rule would place, and how often known money agrees.

    Reads rule_id, service, team, billing_currency, x_kind, x_gained_cost and x_precision of
    `suggest`.
    """
    title = "What suggested rules would place"
    if suggested.empty:
        return empty(title, "No rule is suggested: no known money says whose the rest is.")
    # One axis can't hold two currencies: the first is the one with most unowned money.
    currency = suggested["billing_currency"].iloc[0]
    top = suggested[suggested["billing_currency"] == currency].head(_MOST).to_dict("records")
    return _ranks(
        title,
        "unowned money of all months loaded, and how often known money agrees",
        amounts=[float(one["x_gained_cost"]) for one in top],
        names=[label(f"{one['rule_id']} {one['service'] or one['team']}") for one in top],
        texts=[
            f"{money(one['x_gained_cost'], currency, 0)} by {one['x_kind']}, "
            f"right {percent(one['x_precision'], 0)}"
            for one in top
        ],
        colours=[PALETTE[0]] * len(top),
        axis=f"placed, {currency}",
    )


def _ranks(
    title: str,
    subtitle: str,
    *,
    amounts: list[float],
    names: list[str],
    texts: list[str],
    colours: list[str],
    axis: str,
) -> go.Figure:
    drawing = figure(title, subtitle=subtitle, height=108 + 21 * len(amounts))
    add_ranks(drawing, amounts=amounts, names=names, texts=texts, colours=colours, axis=axis)
    return drawing
