"""Draw a bridge: the value before, each effect as a step up or down, the value after."""

import pandas as pd
import plotly.graph_objects as go

from finops.business.bridge_text import (
    effect_name,
    measure_name,
    say,
    sentences,
    value_text,
)
from finops.report.kit.monthly_bars import axis_unit
from finops.report.kit.style import STEPS, empty, figure
from finops.text import month_text

__all__ = ["axis_range", "steps", "waterfall"]

# Smaller parts of all movement are one step.
_SMALL = 0.01
_PERCENT = 0.01


def waterfall(frame: pd.DataFrame, *, lang: str = "en") -> go.Figure:
    """Draw the rows of `bridge.bridge`, added up by effect; what is small is one last step.

    Raises BadInput for a language that reports don't have.
    """
    if frame.empty:
        return empty(*sentences(frame, lang))
    months = [
        month_text(str(frame[name].iloc[0]), lang) for name in ("x_base_period", "billing_period")
    ]
    first = frame.iloc[0]
    unit = str(first["x_unit"])
    start, end = float(first["x_base_total"]), float(first["x_total"])
    moves = steps(frame, lang)
    divisor, axis = _axis(max(abs(start), abs(end)), unit, lang)
    lowest, highest = axis_range(start, list(moves.values()))
    drawing = figure(
        f"{measure_name(str(first['x_measure']), lang)}: {months[0]} → {months[1]}",
        subtitle=f"{say('cut_axis', lang)} ({axis})" if lowest > 0 else axis,
        height=400,
    )
    drawing.add_waterfall(
        x=[months[0], *moves, months[1]],
        y=[start / divisor, *(step / divisor for step in moves.values()), 0],
        measure=["absolute", *["relative"] * len(moves), "total"],
        text=[
            _label(start, unit),
            *(_label(step, unit, signed=True) for step in moves.values()),
            _label(end, unit),
        ],
        **STEPS,
    )
    drawing.update_yaxes(range=[lowest / divisor, highest / divisor], tickformat=",")
    return drawing.update_layout(margin_b=90)


def _label(value: float, unit: str, *, signed: bool = False) -> str:
    """Return a value without its currency, which the axis names."""
    text = value_text(value, unit, signed=signed)
    return text if unit == "of revenue" else text.partition(" ")[0]


def steps(frame: pd.DataFrame, lang: str) -> dict[str, float]:
    """Return the change per effect in the order of a bridge, under the names that readers know."""
    sums = frame.astype({"x_change": object}).groupby("x_effect", sort=False)["x_change"].sum()
    floor = _SMALL * float(sum(abs(one) for one in sums))
    shown = {effect_name(str(k), lang): float(v) for k, v in sums.items() if abs(float(v)) >= floor}
    others = float(sum(v for v in sums if abs(float(v)) < floor))
    return shown | ({say("all_else", lang): others} if len(shown) < len(sums) else {})


def _axis(largest: float, unit: str, lang: str) -> tuple[float, str]:
    if unit == "of revenue":
        return _PERCENT, "%"
    currency, _, per_order = unit.partition(" ")
    return (1.0, unit) if per_order else axis_unit(largest, currency, lang)


def axis_range(start: float, steps: list[float]) -> tuple[float, float]:
    """Return the ends of the axis: from zero only where steps are seen from there."""
    levels = [start]
    for step in steps:
        levels.append(levels[-1] + step)
    lowest, highest = min(levels), max(levels)
    room = 0.25 * (highest - lowest) or abs(start) * 0.1 or 1.0
    if lowest < 0:
        return lowest - room, max(highest, 0.0) + room
    from_zero = lowest < room or highest - lowest > 0.5 * highest
    return (0.0 if from_zero else lowest - room), highest + room
