"""A waterfall starts at the value before, steps by effect and ends at the value after."""

import pandas as pd
import pytest

from finops.report.kit.waterfall import waterfall
from tests.conftest import usd

CHANGES = {"orders": "60", "usage_per_order": "-20", "tax": "0.1"}


def bridge_of(changes, start="1000", unit="USD"):
    common = {
        "x_base_period": "2026-09",
        "billing_period": "2026-10",
        "x_measure": "effective_cost",
        "x_unit": unit,
        "x_team": "order",
        "x_service": "cart",
        "service_name": "EC2",
        "x_base_total": usd(start),
        "x_total": usd(start) + sum(usd(one) for one in changes.values()),
    }
    rows = [common | {"x_effect": k, "x_change": usd(v)} for k, v in changes.items()]
    return pd.DataFrame(rows, columns=[*common, "x_effect", "x_change"])


def test_steps_are_the_effects_and_small_ones_are_one():
    [bars] = waterfall(bridge_of(CHANGES)).data
    steps = ("orders per day", "usage per order", "all else")
    assert bars.x == ("September 2026", *steps, "October 2026")
    assert bars.y == pytest.approx((1000, 60, -20, 0.1, 0))
    assert bars.measure == ("absolute", "relative", "relative", "relative", "total")
    assert bars.text == ("1,000", "+60", "−20", "0", "1,040")


def test_an_axis_that_does_not_start_at_zero_says_so():
    small = waterfall(bridge_of(CHANGES))
    assert "does not start at zero" in small.layout.title.subtitle.text
    large = waterfall(bridge_of({"orders": "-900"}))
    assert large.layout.title.subtitle.text == "USD"
    assert large.layout.yaxis.range[0] == 0


def test_names_are_korean_on_request():
    [bars] = waterfall(bridge_of(CHANGES), lang="ko").data
    assert bars.x == ("2026년 9월", "일 주문 수", "주문당 사용량", "그 밖", "2026년 10월")
    large = waterfall(bridge_of({"orders": "100000"}), lang="ko")
    assert large.layout.title.subtitle.text == "천 USD"


def test_nothing_changed_is_said():
    assert "Nothing changed" in str(waterfall(bridge_of({})).layout.title.text)
