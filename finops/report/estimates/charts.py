"""Draw what the months to come cost, and how far off earlier estimates were."""

import pandas as pd
import plotly.graph_objects as go

from finops.forecast.estimate import Estimate
from finops.report.estimates.bounds import interval_text
from finops.report.estimates.words import say
from finops.report.kit.monthly_bars import axis_unit, month_axis
from finops.report.kit.style import DARK, FALL, GREY, PALETTE, RISE, empty, figure, label
from finops.text import join, money, month_text, percent

__all__ = ["estimate_record", "month_estimates"]

_ERRORS = {
    "x_last_month_error": ("naive", GREY, "dot"),
    "x_run_rate_error": ("run_rate", FALL, "dash"),
    "x_error": ("estimate", RISE, "solid"),
}


def month_estimates(
    estimate: Estimate,
    language: str = "en",
    *,
    scope: str = "company",
    key: str = "*",
    measure: str = "effective_cost",
) -> go.Figure:
    """Draw the month of an estimate and the twelve after it, each with its 80 % interval.

    A bar has what is posted below and what is expected above it; in the currency with most cost.
    Raises BadInput for another language than en, ko.
    """
    rows = estimate.summary
    rows = rows[(rows["x_scope"] == scope) & (rows["x_measure"] == measure)]
    rows = rows[rows["x_key"] == key]
    title = say("months", language)
    if rows.empty:
        return empty(title, say("no_scope", language, scope=scope, name=label(key)))
    sizes = rows["x_estimate"].astype(float).groupby(rows["billing_currency"]).sum()
    currency = str(sizes.idxmax())
    rows = rows[rows["billing_currency"] == currency].sort_values("billing_period")
    values = rows[["x_posted", "x_estimate", "x_low", "x_high"]].astype(float)
    known = say("as_known", language, measure=say(measure, language), as_of=estimate.as_of)
    drawing = figure(title, subtitle=join(known, say("interval", language)))
    largest = float(values[["x_estimate", "x_high"]].max().max())
    divisor, unit = axis_unit(largest, currency, language)
    _add_bars(drawing, values / divisor, _hover_texts(rows, estimate.as_of, language))
    month_axis(drawing, list(rows["billing_period"]), language)
    return drawing.update_yaxes(title_text=unit, tickformat=",").update_layout(barmode="stack")


def _hover_texts(rows: pd.DataFrame, as_of: str, language: str) -> list[str]:
    return [
        say(
            "interval_of",
            language,
            month=month_text(one["billing_period"], language),
            value=money(one["x_estimate"], one["billing_currency"], 0),
            low_high=interval_text(one, as_of, language),
        )
        for one in rows.to_dict("records")
    ]


def _add_bars(drawing: go.Figure, values: pd.DataFrame, texts: list[str]) -> None:
    places = list(range(len(values)))
    shown = {"customdata": texts, "hovertemplate": "%{customdata}<extra></extra>"}
    coming = values["x_estimate"] - values["x_posted"]
    drawing.add_bar(x=places, y=values["x_posted"].tolist(), marker_color=PALETTE[0], **shown)
    drawing.add_bar(
        x=places,
        y=coming.tolist(),
        marker_color=PALETTE[1],
        error_y={
            "array": (values["x_high"] - values["x_estimate"]).tolist(),
            "arrayminus": (values["x_estimate"] - values["x_low"]).tolist(),
            "color": DARK,
            "thickness": 1,
        },
        **shown,
    )


def estimate_record(
    record: pd.DataFrame,
    language: str = "en",
    *,
    scope: str = "team",
    measure: str = "effective_cost",
) -> go.Figure:
    """Draw by how much estimates missed, by the day they were made on, beside naive ones.

    Reads `finops.forecast.record.track_record`. Raises BadInput for another language than en, ko.
    """
    title = say("record", language)
    if record.empty:
        return empty(title, say("no_record", language))
    rows = record[(record["x_scope"] == scope) & (record["x_measure"] == measure)]
    rows = rows[rows["x_ahead"] == 0].sort_values("x_day")
    missed = say("missed", language, scope=say(f"scope_{scope}", language))
    months = say("of_months", language, number=str(int(rows["x_months"].max())))
    drawing = figure(title, subtitle=join(missed, months))
    missed_on = say("missed_on", language, day="%{x}", share="%{y:.1%}")
    for column, (key, colour, dash) in _ERRORS.items():
        name = say(key, language)
        drawing.add_scatter(
            x=rows["x_day"].tolist(),
            y=rows[column].tolist(),
            mode="lines+markers",
            name=name,
            line={"color": colour, "width": 2, "dash": dash},
            hovertemplate=f"{missed_on}<extra>{name}</extra>",
        )
        last = float(rows[column].iloc[-1])
        drawing.add_annotation(
            x=1.0,
            xref="paper",
            y=last,
            text=f"{name} {percent(last, 1)}",
            xanchor="left",
            xshift=6,
            showarrow=False,
        )
    drawing.update_xaxes(title_text=say("day_of_month", language), tickvals=rows["x_day"].tolist())
    drawing.update_yaxes(tickformat=".0%", rangemode="tozero")
    return drawing.update_layout(margin_r=190)
