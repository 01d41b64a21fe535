"""Draw a close: what moved the cost, and how prepaid fees run off."""

from decimal import Decimal

import pandas as pd
import plotly.graph_objects as go

from finops.close.month import Close
from finops.close.prepaid import next_month, remaining
from finops.close.recognition import exact
from finops.close.variance import PARTS
from finops.report.close.amounts import short_id
from finops.report.close.text import part_text, say
from finops.report.kit.monthly_bars import axis_unit
from finops.report.kit.style import PALETTE, STEPS, empty, figure, label
from finops.text import month_text

__all__ = ["expense_change", "prepaid_run_off"]

_BEFORE, _LONGEST = 6, 42


def expense_change(close: Close, language: str = "en") -> go.Figure:
    """Draw price, volume, mix and the other parts of the change of effective cost as steps.

    The axis has the change alone: from the month before, which is 0, to this one.
    """
    title = say("variance", language)
    if not close.variance:
        return empty(title, say("no_variance", language))
    currency, frame = next(iter(close.variance.items()))
    steps = {part: float(sum(frame[part], Decimal(0))) for part in PARTS}
    steps = {part: value for part, value in steps.items() if value}
    divisor, unit = axis_unit(max(map(abs, steps.values()), default=1.0), currency, language)
    months = [month_text(one, language) for one in (close.previous or "", close.period)]
    drawing = figure(f"{title}: {months[0]} → {months[1]}", subtitle=unit)
    drawing.add_waterfall(
        x=[*(part_text(part, language) for part in steps), say("change", language)],
        y=[*(value / divisor for value in steps.values()), 0],
        measure=[*["relative"] * len(steps), "total"],
        text=[f"{value / divisor:+,.1f}" for value in (*steps.values(), sum(steps.values()))],
        **STEPS,
    )
    return drawing.update_yaxes(tickformat=",")


def prepaid_run_off(close: Close, language: str = "en") -> go.Figure:
    """Draw what each month end leaves of upfront fees, in the currency of the books."""
    title = say("prepaid", language, currency=close.currency)
    last = max((f"{one.end:%Y-%m}" for one in close.upfronts), default="")
    if last <= close.period:
        return empty(title, say("no_prepaid", language))
    first = next_month(close.period, -_BEFORE)
    months = [str(one) for one in pd.period_range(first, last, freq="M")][:_LONGEST]
    left = {
        one.commitment: [
            float(exact(remaining(one, month, books=True), close.currency)) for month in months
        ]
        for one in close.upfronts
    }
    largest = max(max(values) for values in left.values())
    divisor, unit = axis_unit(largest, close.currency, language)
    drawing = figure(title, subtitle=f"{unit}, {say('by_hours', language)}")
    for place, (commitment, values) in enumerate(left.items()):
        drawing.add_bar(
            x=months,
            y=[value / divisor for value in values],
            name=label(short_id(commitment)),
            marker_color=PALETTE[place % len(PALETTE)],
        )
    drawing.update_layout(barmode="stack", showlegend=True, legend={"orientation": "h", "y": -0.2})
    drawing.update_xaxes(type="category")
    return drawing.update_yaxes(tickformat=",")
