"""Draw days as lines: a daily figure with its mean over a month, and days that stand out."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from finops.frames import dates_text
from finops.report.kit.style import DARK, FALL, PALETTE, RISE, figure
from finops.text import join, number

__all__ = ["add_daily_line", "mark_run", "ratio_lines"]


def ratio_lines(
    title: str, subtitle: str, frame: pd.DataFrame, cost: str, base: str, unit: str
) -> go.Figure:
    """Draw `cost` over `base` per day, and over the month up to each day."""
    # A charge of another month's bill can lie on a day; its orders are the same orders.
    days = frame.groupby("charge_date").agg(cost=(cost, "sum"), base=(base, "max"))
    days.index = pd.to_datetime(days.index)
    days = days.reindex(pd.date_range(days.index.min(), days.index.max()))
    daily, monthly = days["cost"] / days["base"], _month_mean(days)
    notes = "thin: each day, thick: mean of the month up to it"
    drawing = figure(title, subtitle=join(notes, subtitle), height=270)
    dates = dates_text(days.index.to_series())
    add_daily_line(drawing, dates, daily.tolist(), "day", FALL, 1.2)
    add_daily_line(drawing, dates, monthly.tolist(), "month", PALETTE[0], 2.6)
    _label_end(drawing, dates, monthly)
    drawing.update_yaxes(title_text=unit, rangemode="tozero")
    return drawing.update_layout(margin_r=70)


def add_daily_line(
    drawing: go.Figure,
    dates: list[str],
    values: list[float],
    name: str,
    colour: str,
    width: float,
) -> None:
    """Add one line over `dates`; a missing value is a gap."""
    drawing.add_scatter(
        x=dates,
        y=[None if np.isnan(value) else value for value in values],
        mode="lines",
        name=name,
        line={"color": colour, "width": width},
        hovertemplate=f"%{{x|%-d %b %Y}}: %{{y:,.2f}}<extra>{name}</extra>",
    )
    drawing.update_xaxes(tickformat="%-d %b\n%Y", type="date")
    drawing.update_yaxes(tickformat=",")


def mark_run(drawing: go.Figure, series: pd.DataFrame, run: dict[Any, Any]) -> None:
    """Mark the days of one anomaly and draw the daily cost that was expected on them."""
    start, end = pd.Timestamp(run["start"]), pd.Timestamp(run["end"])
    dates = pd.to_datetime(series["date"])
    days = series[(dates >= start) & (dates <= end)]
    drawing.add_scatter(
        x=dates_text(days["date"]),
        y=days["cost"].tolist(),
        mode="markers",
        name="found",
        marker={"color": RISE, "size": 9, "line": {"color": "white", "width": 1}},
        hovertemplate="%{x|%-d %b %Y}: %{y:,.2f}<extra>found</extra>",
    )
    half_day = pd.Timedelta(hours=12)
    level = float(run["expected"]) / ((end - start).days + 1)
    drawing.add_scatter(
        x=[str(start - half_day), str(end + half_day)],
        y=[level, level],
        mode="lines",
        name="expected",
        line={"color": DARK, "width": 2, "dash": "dot"},
        hovertemplate="expected: %{y:,.2f} a day<extra></extra>",
    )


def _month_mean(days: pd.DataFrame) -> pd.Series:
    """Return cost over base of the month that ends with each day; NaN where a day is missing."""
    sums = days.fillna(0.0).assign(days=days["cost"].notna().astype(float)).cumsum()
    sums.loc[sums.index[0] - pd.Timedelta(days=1)] = 0.0
    # A month up to 30 September starts on the 1st, so the last day before it is 31 August.
    day, month = pd.Timedelta(days=1), pd.DateOffset(months=1)
    before = pd.DatetimeIndex([(end + day) - month - day for end in days.index])
    grown = sums.reindex(days.index) - sums.reindex(before).set_axis(days.index)
    mean = grown["cost"] / grown["base"]
    return mean.where(grown["days"] == (days.index - before).days)


def _label_end(drawing: go.Figure, dates: list[str], values: pd.Series) -> None:
    if not np.isnan(values.iloc[-1]):
        drawing.add_annotation(
            x=dates[-1],
            y=float(values.iloc[-1]),
            text=f"<b>{number(values.iloc[-1], 2)}</b>",
            xanchor="left",
            showarrow=False,
        )
