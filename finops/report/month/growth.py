"""Draw how cost, orders and revenue grow beside each other, one month being 100."""

import pandas as pd
import plotly.graph_objects as go

from finops.business.growth import growth
from finops.definitions import effective_cost
from finops.report.kit.monthly_bars import month_axis
from finops.report.kit.style import DARK, FALL, PALETTE, RISE, figure, label
from finops.text import join, month_name, number

__all__ = ["growth_lines"]

LINES = {
    "x_effective_cost_index": ("cost", RISE, "solid"),
    "x_recurring_effective_cost_index": ("without one-offs", RISE, "dot"),
    "x_orders_index": ("orders", PALETTE[0], "solid"),
    "x_revenue_index": ("revenue", FALL, "solid"),
}
_GAP = 0.09  # part of the axis that one name takes


def growth_lines(
    unit_cost_month: pd.DataFrame,
    *,
    base: str | None = None,
    scope: str = "company",
    key: str = "*",
    billing_currency: str | None = None,
) -> go.Figure:
    """Draw effective cost, orders and revenue per day, `base` (default: the first month) being 100.

    Reads what `finops.business.growth.growth` reads and raises what it raises. Months that the
    bill has only in part are left out.
    """
    frame = growth(
        unit_cost_month, base=base, scope=scope, key=key, billing_currency=billing_currency
    )
    months = frame[frame["x_is_whole"] | (len(frame) == 1)]
    first = base or str(frame["billing_period"].iloc[0])
    name = "the company" if key == "*" else label(key)
    unit = frame["billing_currency"].iloc[0]
    drawing = figure(
        f"How {name} grows",
        subtitle=join(
            f"a day, {month_name(first)} = 100", f"cost is {effective_cost()}, in {unit}"
        ),
        height=320,
    )
    known = [column for column in LINES if months[column].notna().any()]
    for column in known:
        _add_line(drawing, months, column)
    _name_lines(drawing, months, known)
    month_axis(drawing, list(months["billing_period"]))
    return drawing.update_yaxes(title_text=f"{month_name(first)} = 100").update_layout(margin_r=150)


def _add_line(drawing: go.Figure, months: pd.DataFrame, column: str) -> None:
    name, colour, dash = LINES[column]
    values = [None if pd.isna(value) else float(value) for value in months[column]]
    drawing.add_scatter(
        x=list(range(len(months))),
        y=values,
        mode="lines",
        name=name,
        line={"color": colour, "width": 2, "dash": dash},
        customdata=[month_name(month) for month in months["billing_period"]],
        hovertemplate=f"%{{customdata}}: %{{y:,.1f}}<extra>{name}</extra>",
    )


def _name_lines(drawing: go.Figure, months: pd.DataFrame, known: list[str]) -> None:
    """Name each line at its end, far enough apart to be read."""
    shown = months[known]
    gap = float(shown.max().max() - shown.min().min()) * _GAP or 1.0
    ends = shown.iloc[-1].dropna().sort_values()
    at = float("-inf")
    for column, value in ends.items():
        at = max(float(value), at + gap)
        drawing.add_annotation(
            x=1.0,
            xref="paper",
            y=at,
            text=f"{LINES[str(column)][0]} <b>{number(value, 1)}</b>",
            font={"color": LINES[str(column)][1] if column != "x_orders_index" else DARK},
            xanchor="left",
            xshift=6,
            showarrow=False,
        )
