"""Price, volume and mix are the whole change, at last month's prices."""

from decimal import Decimal, localcontext

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import finops
from finops.business.effects import EXACT
from finops.close.variance import PARTS, price_volume_mix, variance

COLUMNS = ["q0", "q1", "cost0", "cost1"]


def split(*rows):
    return price_volume_mix(
        pd.DataFrame([tuple(map(Decimal, row)) for row in rows], columns=COLUMNS)
    )


def test_the_known_answer():
    """C0 33.10 and C1 33.66: volume +4.4133, mix -1.8533, price -2.0."""
    parts = split(("100", "120", "12.8", "15.36"), ("50", "50", "20.3", "18.3"))
    assert parts["volume"] == pytest.approx(Decimal("4.4133333"), abs=Decimal("1e-7"))
    assert parts["mix"] == pytest.approx(Decimal("-1.8533333"), abs=Decimal("1e-7"))
    assert parts["price"] == Decimal("-2.0")
    assert sum(parts.values()) == pytest.approx(Decimal("0.56"), abs=Decimal("1e-50"))


def test_what_came_or_went_is_no_volume():
    assert split(("0", "5", "0", "10"), ("4", "0", "8", "0")) == {
        "volume": 0,
        "mix": 0,
        "price": 0,
        "new": 10,
        "gone": -8,
    }


quantity = st.decimals(0, 10**6, places=6)
cost = st.decimals(-(10**6), 10**6, places=10)


@given(st.lists(st.tuples(quantity, quantity, cost, cost), max_size=6))
def test_the_parts_are_the_change(rows):
    with localcontext(EXACT):
        change = sum((row[3] - row[2] for row in rows), Decimal(0))
        assert abs(sum(split(*rows).values()) - change) < Decimal("1e-30")


def test_the_sample_adds_up_to_its_bill(sample_project):
    with finops.connect(sample_project) as warehouse:
        frame = variance(warehouse, "2026-09", "2026-10", "USD")
        months = warehouse.status().set_index("billing_period")
    bills = months["effective_cost"].astype(object) + months["x_effective_tax"].astype(object)
    assert sum(frame["x_base_effective_cost"]) == bills["2026-09"]
    assert sum(frame["effective_cost"]) == bills["2026-10"]
    parts = sum(sum(frame[part]) for part in PARTS)
    assert parts == bills["2026-10"] - bills["2026-09"]
