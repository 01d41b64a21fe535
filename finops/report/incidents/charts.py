"""Draw an incident: what each day cost, beside the band that was expected."""

import pandas as pd
import plotly.graph_objects as go

from finops.frames import dates_text
from finops.incidents.parts import EFFECTS
from finops.incidents.sentences import effect_name
from finops.languages import texts
from finops.report.incidents.text import say
from finops.report.kit.style import DARK, PALETTE, RISE, empty, figure, label
from finops.text import place_text

__all__ = ["incident", "incident_effects"]

_BAND = "#dbe7ef"


def incident(band: pd.DataFrame, language: str = "en", *, currency: str = "USD") -> go.Figure:
    """Draw the daily cost of one incident and its expected band; the days of it are dots.

    `band` has the rows of one incident of `anomalies.bands`, in `currency`.
    """
    if band.empty:
        return empty(say("daily", language), say("nothing", language))
    days = dates_text(band["date"])
    title = label(place_text(band["key"].iloc[0], language), 80)
    drawing = figure(title, subtitle=say("legend", language), height=250)
    _add_band(drawing, days, band, language)
    drawing.add_scatter(
        x=days,
        y=band["cost"].tolist(),
        mode="lines",
        name=say("cost", language),
        line={"color": PALETTE[0], "width": 2},
        hovertemplate=_hover("cost", language),
    )
    own = band[band["is_in"].astype(bool)]
    drawing.add_scatter(
        x=dates_text(own["date"]),
        y=own["cost"].tolist(),
        mode="markers",
        name=say("incident", language),
        marker={"color": RISE, "size": 6},
        hovertemplate=_hover("incident", language),
    )
    drawing.update_xaxes(tickformat=texts("date", language)["axis_day"], type="date")
    title = say("per_day", language, currency=currency)
    return drawing.update_yaxes(title_text=title, rangemode="tozero", tickformat=",")


def incident_effects(
    parts: pd.DataFrame, language: str = "en", *, currency: str = "USD"
) -> go.Figure:
    """Draw the excess of incidents by usage, price, mix and coverage, one bar each.

    Reads what `incidents.parts` returns: the bars of an incident add up to its excess, but for what
    is left out there.
    """
    title = say("made_of", language)
    if parts.empty:
        return empty(title, say("nothing", language))
    sums = parts.groupby(["key", "start"], sort=False)[list(EFFECTS)].sum()
    drawing = figure(title, subtitle=say("so_far", language), height=130 + 26 * len(sums))
    places = list(range(len(sums)))
    for name, colour in zip(EFFECTS, PALETTE, strict=False):
        drawing.add_bar(
            x=sums[name].tolist(),
            y=places,
            orientation="h",
            name=effect_name(name, language),
            marker={"color": colour},
            hovertemplate=f"{effect_name(name, language)}: %{{x:,.0f}} {currency}<extra></extra>",
        )
    shape = texts("date", language)["chart_day"]
    names = [
        label(f"{place_text(key, language)}, {start:{shape}}", 60) for key, start in sums.index
    ]
    drawing.update_yaxes(
        tickvals=places, ticktext=names, range=[len(places) - 0.4, -0.6], showgrid=False
    )
    drawing.update_xaxes(
        title_text=say("excess", language, currency=currency), tickformat=",", zeroline=True
    )
    legend = {"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "traceorder": "normal"}
    return drawing.update_layout(barmode="relative", showlegend=True, legend=legend)


def _add_band(drawing: go.Figure, days: list[str], band: pd.DataFrame, language: str) -> None:
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
        name=say("expected", language),
        line={"color": DARK, "width": 1.2, "dash": "dot"},
        hovertemplate=_hover("expected", language),
    )


def _hover(name: str, language: str) -> str:
    day = texts("date", language)["chart_day"]
    return f"%{{x|{day}}}: %{{y:,.2f}}<extra>{say(name, language)}</extra>"


def _values(column: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in column]
