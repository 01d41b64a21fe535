"""Draw months as stacked bars, each part named beside the newest bar."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from finops.languages import say
from finops.report.kit.style import DARK, PALETTE, label
from finops.text import month_name, month_text, number

__all__ = ["axis_unit", "cost_by_month", "month_axis", "stacked_months"]

_LINE_OF_TEXT = 0.062  # part of the axis that one name takes
_HEADROOM = 1.09
_MANY_MONTHS = 8
_FEW_MONTHS = 3

Floats = npt.NDArray[np.float64]


def cost_by_month(frame: pd.DataFrame, key: str, *, largest: int, rest: str) -> pd.DataFrame:
    """Return effective cost by month (rows, without gaps) and `key` (columns, the largest first).

    What is smaller than the `largest` is one last column, named `rest` and how many it holds.
    """
    cost = frame.pivot_table(
        index="billing_period", columns=key, values="effective_cost", aggfunc="sum"
    )
    cost = cost.reindex(all_months(cost.index)).fillna(0.0)
    sizes = cost.abs().sum().sort_values(ascending=False, kind="stable")
    names = [str(name) for name in sizes.index[sizes.to_numpy() > 0]]
    if len(names) <= largest + 1:
        return cost[names]
    others = names[largest:]
    return cost[names[:largest]].assign(**{f"{rest} ({len(others)})": cost[others].sum(axis=1)})


def all_months(months: "pd.Index[str]") -> list[str]:
    """Return the first to the last of `months`, so that one without a bill shows as a gap."""
    return [str(month) for month in pd.period_range(months.min(), months.max(), freq="M")]


def axis_unit(largest: float, currency: str, language: str = "en") -> tuple[float, str]:
    """Return what to divide money by on an axis that reaches `largest`, and the unit's name."""
    if abs(largest) >= 1e8:
        return 1e6, say("axis", "million", language, currency=currency)
    if abs(largest) >= 1e5:
        return 1e3, say("axis", "thousand", language, currency=currency)
    return 1.0, currency


def stacked_months(
    drawing: go.Figure,
    parts: pd.DataFrame,
    *,
    unit: str,
    divisor: float = 1.0,
    colours: list[str] = PALETTE,
    budget: pd.Series | None = None,
    language: str = "en",
) -> None:
    """Add one bar per month of `parts`, stacked by its columns; `budget` is a line across each.

    `parts` holds amounts in `unit`; the axis shows them over `divisor`. Shares (`%`) and
    a single part get no total.
    """
    scaled = parts / divisor
    level = None if budget is None else budget.reindex(parts.index) / divisor
    for colour, name in zip(colours, parts.columns, strict=False):
        _add_part(drawing, parts[name], divisor, unit, str(name), colour, language)
    if unit != "%" and len(parts.columns) > 1:
        _add_totals(drawing, scaled, level)
    if level is not None:
        _add_budget(drawing, level)
    lowest, highest = _range(scaled, level)
    _name_parts(drawing, scaled, colours, level, lowest, highest)
    month_axis(drawing, [str(month) for month in parts.index], language)
    drawing.update_yaxes(range=[lowest, highest])
    # The names of few months have room inside the axis.
    drawing.update_layout(barmode="relative", margin_r=24 if len(parts) <= _FEW_MONTHS else 215)


def month_axis(drawing: go.Figure, months: list[str], language: str = "en") -> None:
    """Name the months; the year stands under the first one and each January."""
    names = []
    for position, month in enumerate(months):
        key = "axis_january" if position == 0 or month.endswith("-01") else "axis_month"
        year, short = month[:4], month_name(month, short=True)[:3]
        names.append(say("date", key, language, year=year, short=short, month=str(int(month[5:]))))
    # Few months keep the width of bars that many months have.
    drawing.update_xaxes(
        tickvals=list(range(len(months))),
        ticktext=names,
        range=[-0.6, 5.0 if len(months) <= _FEW_MONTHS else len(months) - 0.5],
    )


def _add_part(
    drawing: go.Figure,
    amounts: pd.Series,
    divisor: float,
    unit: str,
    name: str,
    colour: str,
    language: str,
) -> None:
    drawing.add_bar(
        x=list(range(len(amounts))),
        y=(amounts / divisor).tolist(),
        name=label(name),
        marker={"color": colour, "line": {"color": "white", "width": 1}},
        text=[number(amount / divisor) for amount in amounts],
        textposition="inside",
        textangle=0,
        insidetextanchor="middle",
        insidetextfont={"color": _ink(colour), "size": 11},
        customdata=[
            [month_text(str(month), language), f"{number(amount)} {unit}"]
            for month, amount in amounts.items()
        ],
        hovertemplate="%{fullData.name}<br>%{customdata[0]}: %{customdata[1]}<extra></extra>",
    )


def _add_totals(drawing: go.Figure, scaled: pd.DataFrame, level: pd.Series | None) -> None:
    """Write the total over each bar, over its budget line where that is close."""
    tops, many = scaled.clip(lower=0).sum(axis=1), len(scaled) > _MANY_MONTHS
    if level is not None:
        tops = tops.where(~level.between(tops, tops + _LINE_OF_TEXT * tops.max()), level)
    for place, (top, total) in enumerate(zip(tops, scaled.sum(axis=1), strict=True)):
        drawing.add_annotation(
            x=place,
            y=top,
            yanchor="bottom",
            yshift=1,
            showarrow=False,
            text=number(total) if many else f"<b>{number(total)}</b>",
            font={"size": 10 if many else 12},
            bgcolor="rgba(255,255,255,0.75)",
            borderpad=0,
        )


def _add_budget(drawing: go.Figure, level: pd.Series) -> None:
    """Add a dark line across the bar of each month that has a budget, on white to stand out."""
    known = [(place, float(value)) for place, value in enumerate(level) if not np.isnan(value)]
    line = {
        "x": [x for place, _ in known for x in (place - 0.45, place + 0.45, None)],
        "y": [y for _, value in known for y in (value, value, None)],
        "mode": "lines",
    }
    drawing.add_scatter(**line, line={"color": "white", "width": 5}, hoverinfo="skip")
    drawing.add_scatter(
        **line,
        name="budget",
        line={"color": DARK, "width": 2},
        hovertemplate="budget: %{y:,.0f}<extra></extra>",
    )


def _range(scaled: pd.DataFrame, level: pd.Series | None) -> tuple[float, float]:
    """Return the ends of the axis: room for the bars, their totals and the budget."""
    tops = [float(scaled.clip(lower=0).sum(axis=1).max())]
    if level is not None:
        tops.append(float(level.max()))
    lowest = float(scaled.clip(upper=0).sum(axis=1).min())
    return lowest * _HEADROOM, max(tops) * _HEADROOM


def _name_parts(
    drawing: go.Figure,
    scaled: pd.DataFrame,
    colours: list[str],
    level: pd.Series | None,
    lowest: float,
    highest: float,
) -> None:
    """Write each part's name, after a square of its colour, beside the newest bar."""
    heights = _middles(scaled.iloc[-1].to_numpy(dtype=float))
    names = [
        f'<span style="color:{colour}">■</span> {label(name, 30)}'
        for name, colour in zip(scaled.columns, colours, strict=False)
    ]
    if level is not None and not np.isnan(level.iloc[-1]):
        heights = np.append(heights, float(level.iloc[-1]))
        names.append("<b>–</b> budget")
    gap = (highest - lowest) * _LINE_OF_TEXT
    for text, height in zip(names, _spread(heights, gap, lowest + gap / 2, highest), strict=True):
        drawing.add_annotation(
            x=len(scaled) - 0.58,
            y=height,
            xanchor="left",
            yanchor="middle",
            showarrow=False,
            text=text,
        )


def _middles(amounts: Floats) -> Floats:
    """Return the middle of each part of a bar; negative parts hang below zero."""
    up, down = np.cumsum(amounts.clip(min=0)), np.cumsum(amounts.clip(max=0))
    return np.asarray(np.where(amounts < 0, down, up) - amounts / 2)


def _spread(heights: Floats, gap: float, lowest: float, highest: float) -> list[float]:
    """Return `heights`, in their order, moved apart so far that the names don't touch."""
    order = np.argsort(heights, kind="stable")
    places = np.maximum(heights[order], lowest)
    for below, above in pairwise(range(len(places))):
        places[above] = max(places[above], places[below] + gap)
    places[-1] = min(places[-1], highest)
    for below, above in reversed(list(pairwise(range(len(places))))):
        places[below] = min(places[below], places[above] - gap)
    spread = np.empty_like(places)
    spread[order] = places
    return [float(place) for place in spread]


def _ink(colour: str) -> str:
    """Return dark or white, whichever reads better on `colour`."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return DARK if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "white"
