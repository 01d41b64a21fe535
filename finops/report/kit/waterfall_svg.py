"""Lay out a bridge as a drawing inside a page: one bar per step, read without a script."""

from dataclasses import dataclass

import pandas as pd

from finops.business.bridge_text import say, sentences, value_text
from finops.report.kit.style import DARK, FALL, GREY, RISE
from finops.report.kit.waterfall import axis_range, steps
from finops.text import month_text

__all__ = ["Bar", "Drawing", "waterfall_drawing"]

_WIDTH, _LEFT, _RIGHT = 960, 190, 810
_ROW, _BAR = 24, 15


@dataclass(frozen=True)
class Bar:
    """One row of the drawing: name, value and the bar from `x`, in the drawing's own units.

    `link` is where the thin line to the next bar stands, None below the last.
    """

    name: str
    value: str
    x: float
    width: float
    middle: float
    colour: str
    link: float | None


@dataclass(frozen=True)
class Drawing:
    """A waterfall: its bars from top to bottom, and in words what it shows."""

    words: str
    note: str
    width: int
    height: int
    left: int
    bar: int
    row: int
    grey: str
    bars: list[Bar]


def waterfall_drawing(frame: pd.DataFrame, language: str) -> Drawing | None:
    """Return the drawing of the rows of `bridge.bridge`; None where nothing changed."""
    if frame.empty:
        return None
    first, unit = frame.iloc[0], str(frame["x_unit"].iloc[0])
    start, end = float(first["x_base_total"]), float(first["x_total"])
    moves = steps(frame, language)
    lowest, highest = axis_range(start, list(moves.values()))
    scale = (_RIGHT - _LEFT) / (highest - lowest)
    floor = max(lowest, 0.0)
    spans = [(floor, start), *_spans(start, moves), (floor, end)]
    months = [month_text(str(first[key]), language) for key in ("x_base_period", "billing_period")]
    texts = [value_text(one, unit, signed=True) for one in moves.values()]
    levels = [start, *(after for _, after in spans[1:-1]), None]
    bars = [
        Bar(
            name,
            text,
            _LEFT + (min(span) - lowest) * scale,
            max(abs(span[1] - span[0]) * scale, 1.0),
            (place + 0.5) * _ROW,
            DARK if place in (0, len(spans) - 1) else RISE if span[1] > span[0] else FALL,
            None if level is None else _LEFT + (level - lowest) * scale,
        )
        for place, (name, text, span, level) in enumerate(
            zip(
                [months[0], *moves, months[1]],
                [value_text(start, unit), *texts, value_text(end, unit)],
                spans,
                levels,
                strict=True,
            )
        )
    ]
    note = say("cut_axis", language) if lowest > 0 else ""
    words = " ".join(sentences(frame, language))
    return Drawing(words, note, _WIDTH, _ROW * len(bars), _LEFT, _BAR, _ROW, GREY, bars)


def _spans(start: float, moves: dict[str, float]) -> list[tuple[float, float]]:
    """Return where each step begins and ends."""
    found, level = [], start
    for move in moves.values():
        found.append((level, level + move))
        level += move
    return found
