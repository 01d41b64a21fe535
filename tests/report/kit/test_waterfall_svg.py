"""A drawing of a bridge starts each bar where the one above ends, on one scale."""

import pytest

from finops.report.kit.style import DARK, FALL, RISE
from finops.report.kit.waterfall_svg import waterfall_drawing
from tests.report.kit.test_waterfall import bridge_of


def test_each_bar_starts_where_the_one_above_ends():
    drawing = waterfall_drawing(bridge_of({"orders": "1500", "tax": "-500"}), "en")
    start, orders, tax, end = drawing.bars
    assert [bar.name for bar in drawing.bars] == [
        "September 2026", "orders per day", "tax", "October 2026",
    ]  # fmt: skip
    assert [bar.value for bar in drawing.bars] == [
        "1,000 USD",
        "+1,500 USD",
        "−500 USD",
        "2,000 USD",
    ]
    assert [bar.colour for bar in drawing.bars] == [DARK, RISE, FALL, DARK]
    assert start.x == end.x == drawing.left
    assert orders.x == pytest.approx(start.x + start.width) == start.link
    assert orders.width == pytest.approx(3 * tax.width)
    assert tax.x == pytest.approx(end.x + end.width) == tax.link
    assert (drawing.note, end.link) == ("", None)


def test_small_steps_are_seen_from_an_axis_that_says_where_it_starts():
    drawing = waterfall_drawing(bridge_of({"orders": "10"}), "ko")
    assert drawing.note == "축은 0에서 시작하지 않습니다"
    assert drawing.bars[1].width > 200


def test_cost_below_zero_is_drawn_left_of_zero():
    start, credit, end = waterfall_drawing(bridge_of({"credits": "-1500"}), "en").bars
    assert end.x + end.width == pytest.approx(start.x)
    assert credit.x == pytest.approx(end.x)


def test_without_a_change_there_is_no_drawing():
    assert waterfall_drawing(bridge_of({}), "en") is None
