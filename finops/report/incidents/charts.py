"""Draw an incident: what each day cost, beside the band that was expected."""

import pandas as pd
import plotly.graph_objects as go

from finops.anomalies.parts import EFFECTS
from finops.report.frames import dates_text
from finops.report.style import DARK, PALETTE, RISE, empty, figure, label
from finops.report.text import place_text

__all__ = ["incident", "incident_effects"]

_BAND = "#dbe7ef"


def incident(band: pd.DataFrame, *, currency: str = "USD") -> go.Figure:
    """Draw the daily cost of one incident and its expected band; the days of it are dots.

    `band` has the rows of one incident of `anomalies.bands`, in `currency`.
    """
    if band.empty:
        return empty("Daily cost", "No incident: no cost stands out, or there are too few days.")
    days = dates_text(band["date"])
    title = label(place_text(band["key"].iloc[0]), 80)
    drawing = figure(title, subtitle="red: the incident; band: expected", height=250)
    _add_band(drawing, days, band)
    drawing.add_scatter(
        x=days,
        y=band["cost"].tolist(),
        mode="lines",
        name="cost",
        line={"color": PALETTE[0], "width": 2},
        hovertemplate="%{x|%-d %b %Y}: %{y:,.2f}<extra>cost</extra>",
    )
    own = band[band["is_in"].astype(bool)]
    drawing.add_scatter(
        x=dates_text(own["date"]),
        y=own["cost"].tolist(),
        mode="markers",
        name="incident",
        marker={"color": RISE, "size": 6},
        hovertemplate="%{x|%-d %b %Y}: %{y:,.2f}<extra>incident</extra>",
    )
    drawing.update_xaxes(tickformat="%-d %b\n%Y", type="date")
    return drawing.update_yaxes(title_text=f"{currency} a day", rangemode="tozero", tickformat=",")


def incident_effects(parts: pd.DataFrame, *, currency: str = "USD") -> go.Figure:
    """Draw the excess of incidents by usage, price, mix and coverage, one bar each.

    Reads what `anomalies.parts` returns: the bars of an incident add up to its excess, but for what
    is left out there.
    """
    title = "What the excess is made of"
    if parts.empty:
        return empty(title, "No incident: no cost stands out, or there are too few days.")
    sums = parts.groupby(["key", "start"], sort=False)[list(EFFECTS)].sum()
    drawing = figure(title, subtitle="each incident so far", height=130 + 26 * len(sums))
    places = list(range(len(sums)))
    for name, colour in zip(EFFECTS, PALETTE, strict=False):
        drawing.add_bar(
            x=sums[name].tolist(),
            y=places,
            orientation="h",
            name=name,
            marker={"color": colour},
            hovertemplate=f"{name}: %{{x:,.0f}} {currency}<extra></extra>",
        )
    names = [label(f"{place_text(key)}, {start:%-d %b %Y}", 60) for key, start in sums.index]
    drawing.update_yaxes(
        tickvals=places, ticktext=names, range=[len(places) - 0.4, -0.6], showgrid=False
    )
    drawing.update_xaxes(title_text=f"excess, {currency}", tickformat=",", zeroline=True)
    legend = {"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "traceorder": "normal"}
    return drawing.update_layout(barmode="relative", showlegend=True, legend=legend)


def _add_band(drawing: go.Figure, days: list[str], band: pd.DataFrame) -> None:
    """Add low, high and the area between them, then what was expected as a dotted line."""
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    drawing.add_scatter(x=days, y=_values(band["low"]), name="low", **edge)
    drawing.add_scatter(
        x=days, y=_values(band["high"]), name="high", fill="tonexty", fillcolor=_BAND, **edge
    )
    drawing.add_scatter(
        x=days,
        y=_values(band["expected"]),
        mode="lines",
        name="expected",
        line={"color": DARK, "width": 1.2, "dash": "dot"},
        hovertemplate="%{x|%-d %b %Y}: %{y:,.2f}<extra>expected</extra>",
    )


def _values(column: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in column]
