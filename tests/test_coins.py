from decimal import Decimal

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from finops.coins import add_cents, apportion, whole

AMOUNTS = st.decimals(min_value=-10_000, max_value=10_000, places=4)


def test_the_largest_remainder_rounds_up():
    thirds = [Decimal("33.3"), Decimal("33.3"), Decimal("33.4")]
    assert apportion(thirds, 100) == [33, 33, 34]


def test_a_credit_is_rounded_like_a_charge_of_the_other_sign():
    assert apportion([Decimal("10.6"), Decimal("-0.6")], 10) == [11, -1]


def test_half_a_coin_is_rounded_away_from_zero():
    assert [whole(Decimal(text)) for text in ("0.5", "-0.5", "0.4999")] == [1, -1, 0]


def test_parts_add_up_at_each_level():
    frame = pd.DataFrame(
        {
            "team": ["a", "a", "b"],
            "service": ["x", "y", "x"],
            "cost": [Decimal("0.004"), Decimal("0.004"), Decimal("0.007")],
        }
    )
    # 0.015 is 2 cents; of 0.8 and 0.7 cents both get one, and the first of the two 0.4 gets it.
    assert list(add_cents(frame, "cost", ["team"], 2)["x_cents"]) == [1, 0, 1]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), AMOUNTS), min_size=1))
def test_no_cent_is_lost_and_no_part_is_more_than_a_cent_off(rows):
    frame = pd.DataFrame(rows, columns=["team", "service", "cost"])
    got = add_cents(frame, "cost", ["team", "service"], 2)
    assert got["x_cents"].sum() == whole(sum(frame["cost"], Decimal(0)).scaleb(2))
    for _, part in got.groupby("team"):
        assert abs(part["x_cents"].sum() - sum(part["cost"], Decimal(0)).scaleb(2)) < 2
