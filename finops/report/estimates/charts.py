"""Draw what the months to come cost, and how far off earlier estimates were."""

import pandas as pd
import plotly.graph_objects as go

from finops.forecast.estimate import Estimate
from finops.report.stacks import month_axis
from finops.report.style import DARK, FALL, GREY, PALETTE, RISE, empty, figure
from finops.report.text import join, money, month_name, percent

__all__ = ["estimate_record", "month_estimates"]

_ERRORS = {
    "x_last_month_error": ("last month repeated", GREY, "dot"),
    "x_run_rate_error": ("run-rate", FALL, "dash"),
    "x_error": ("estimate", RISE, "solid"),
}


def month_estimates(
    estimate: Estimate, *, scope: str = "company", key: str = "*", measure: str = "effective_cost"
) -> go.Figure:
    """Draw the month of an estimate and the twelve after it, each with its 80 % interval.

    A bar has what is posted below and what is expected above it; in the currency with most cost.
    """
    rows = estimate.summary
    rows = rows[(rows["x_scope"] == scope) & (rows["x_measure"] == measure)]
    rows = rows[rows["x_key"] == key]
    title = "What the months will end at"
    if rows.empty:
        return empty(title, f"The estimate has no {scope} {key}.")
    sizes = rows["x_estimate"].astype(float).groupby(rows["billing_currency"]).sum()
    currency = str(sizes.idxmax())
    rows = rows[rows["billing_currency"] == currency].sort_values("billing_period")
    values = rows[["x_posted", "x_estimate", "x_low", "x_high"]].astype(float)
    drawing = figure(
        title,
        subtitle=join(f"effective cost, as known on {estimate.as_of}", "lines: 80 % interval"),
    )
    _add_bars(drawing, rows, values, currency)
    month_axis(drawing, list(rows["billing_period"]))
    return drawing.update_yaxes(title_text=currency).update_layout(barmode="stack")


def _add_bars(drawing: go.Figure, rows: pd.DataFrame, values: pd.DataFrame, currency: str) -> None:
    places = list(range(len(rows)))
    texts = [
        f"{month_name(month)}: {money(one, currency, 0)}<br>{money(low, currency, 0)} to "
        f"{money(high, currency, 0)}"
        for month, one, low, high in zip(
            rows["billing_period"],
            values["x_estimate"],
            values["x_low"],
            values["x_high"],
            strict=True,
        )
    ]
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
    record: pd.DataFrame, *, scope: str = "team", measure: str = "effective_cost"
) -> go.Figure:
    """Draw by how much estimates missed, by the day they were made on, beside naive ones.

    Reads `finops.forecast.record.track_record`.
    """
    title = "How far off the estimates were"
    if record.empty:
        return empty(title, "No month has been estimated yet that is over.")
    rows = record[(record["x_scope"] == scope) & (record["x_measure"] == measure)]
    rows = rows[rows["x_ahead"] == 0].sort_values("x_day")
    months = int(rows["x_months"].max())
    drawing = figure(
        title, subtitle=join(f"part of a {scope}'s month that was missed", f"{months} months")
    )
    for column, (name, colour, dash) in _ERRORS.items():
        drawing.add_scatter(
            x=rows["x_day"].tolist(),
            y=rows[column].tolist(),
            mode="lines+markers",
            name=name,
            line={"color": colour, "width": 2, "dash": dash},
            hovertemplate=f"day %{{x}}: %{{y:.1%}}<extra>{name}</extra>",
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
    drawing.update_xaxes(title_text="day of the month", tickvals=rows["x_day"].tolist())
    drawing.update_yaxes(tickformat=".0%", rangemode="tozero")
    return drawing.update_layout(margin_r=190)
