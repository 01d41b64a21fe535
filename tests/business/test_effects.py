"""The parts of a change are the change, and each names what caused it."""

from decimal import Decimal, localcontext

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops.business.effects import DIGIT, EXACT, product_effects, usage_effects, whole_parts
from tests.conftest import usd

ONE_DAY = ([Decimal(1)], [Decimal(1)])
PAIRS = {
    "quantity": ("x_base_consumed_quantity", "consumed_quantity"),
    "listed": ("x_base_list_cost", "list_cost"),
    "covered": ("x_base_covered_list_cost", "x_covered_list_cost"),
    "paid": ("x_base_effective_cost", "effective_cost"),
    "covered_paid": ("x_base_covered_effective_cost", "x_covered_effective_cost"),
}


def item(*, unit="Hrs", **values):
    """Return one price of AWS with what both months had of it; what is left out is 0."""
    row = {"x_team": "order", "x_service": "cart", "service_name": "EC2", "pricing_unit": unit}
    for name, columns in PAIRS.items():
        pair = values.get(name, values.get("listed", (0, 0)) if name == "paid" else (0, 0))
        row |= {key: Decimal(str(value)) for key, value in zip(columns, pair, strict=True)}
    return row


def effects(*items, before=ONE_DAY[0], after=ONE_DAY[1]):
    """Return what is not zero of the effects of some items, in cents of cents."""
    with localcontext(EXACT):
        found = usage_effects(pd.DataFrame(items, dtype=object), before, after)
        sums = found.groupby("x_effect")["x_effect_cost"].sum()
        return {name: round(one, 4) for name, one in sums.items() if abs(one) > DIGIT}


def test_a_price_change_counts_at_the_mean_quantity():
    assert effects(item(quantity=(100, 100), listed=(50, 40))) == {"list_price": -10}


def test_more_usage_at_the_same_price_is_usage():
    assert effects(item(quantity=(100, 120), listed=(50, 60))) == {"per_driver": 10}


def test_usage_that_follows_orders_is_days_and_orders():
    days_and_orders = ([usd(10), usd(5)], [usd(11), usd(6)])
    found = effects(
        item(quantity=(100, 132), listed=(100, 132)),
        before=days_and_orders[0],
        after=days_and_orders[1],
    )
    # 50 orders become 66: a day more at 5.5 orders, an order a day more at 10.5 days, 2 USD each.
    assert found == {"driver_0": 11, "driver_1": 21}


def test_an_expired_reservation_is_coverage_and_not_usage():
    found = effects(
        item(
            quantity=(10, 10),
            listed=(100, 100),
            covered=(100, 0),
            paid=(70, 100),
            covered_paid=(70, 0),
        )
    )
    assert found == {"coverage": 30}


def test_a_dearer_commitment_is_its_rate_and_the_rest_a_discount():
    found = effects(
        item(
            quantity=(10, 10),
            listed=(100, 100),
            covered=(50, 50),
            paid=(80, 84),
            covered_paid=(30, 35),
        )
    )
    assert found == {"commitment_rate": 5, "discounts": -1}


def test_a_larger_size_is_mix_and_a_unit_without_a_past_is_new():
    found = effects(
        item(quantity=(100, 0), listed=(100, 0)),
        item(quantity=(0, 100), listed=(0, 150)),
        item(unit="GB", quantity=(0, 5), listed=(0, 7)),
        item(unit="GB-Mo", quantity=(3, 0), listed=(3, 0)),
    )
    assert found == {"mix": 50, "new": 7, "gone": -3}


def test_usage_without_a_list_price_is_not_priced():
    assert effects(item(quantity=(1, 0), listed=(0, 0), paid=(4, 6))) == {"not_priced": 2}


# Price, volume and mix of two items; 33.10 becomes 33.66.
EXAMPLE = [(100, "0.267", 100, "0.247"), (50, "0.128", 70, "0.128")]


def test_the_classic_price_volume_mix_example():
    before = sum(q * usd(p) for q, p, _, _ in EXAMPLE)
    growth = Decimal(170) / 150
    volume = before * (growth - 1)
    mix = sum((q1 - q0 * growth) * usd(p0) for q0, p0, q1, _ in EXAMPLE)
    price = sum(q1 * (usd(p1) - usd(p0)) for _, p0, q1, p1 in EXAMPLE)
    assert (before, round(volume, 4), round(mix, 4), price) == (
        usd("33.1"),
        usd("4.4133"),
        usd("-1.8533"),
        usd("-2"),
    )


def test_the_same_example_with_mean_weights():
    items = [
        item(quantity=(q0, q1), listed=(q0 * usd(p0), q1 * usd(p1))) for q0, p0, q1, p1 in EXAMPLE
    ]
    # volume (33.10 / 150 + 33.66 / 170) / 2 x 20, price -0.02 x 100, mix what is left of 0.56
    assert effects(*items) == {
        "per_driver": usd("4.1867"),
        "list_price": -2,
        "mix": usd("-1.6267"),
    }


numbers = st.integers(-50, 10**9).map(lambda n: Decimal(n) / 1000)
amounts = st.one_of(st.just(Decimal(0)), numbers)
pairs = st.tuples(amounts, amounts)
items_of_any_kind = st.lists(
    st.builds(
        item,
        unit=st.sampled_from(["Hrs", "GB"]),
        quantity=pairs,
        listed=pairs,
        covered=pairs,
        paid=pairs,
        covered_paid=pairs,
    ),
    min_size=1,
    max_size=6,
)
positive = st.integers(1, 10**8).map(Decimal)


@given(items_of_any_kind, st.tuples(positive, positive), st.tuples(positive, positive))
def test_the_effects_are_the_change_whatever_the_items(items, before, after):
    change = sum(one["effective_cost"] - one["x_base_effective_cost"] for one in items)
    with localcontext(EXACT):
        found = usage_effects(pd.DataFrame(items, dtype=object), before, after)
        assert abs(sum(found["x_effect_cost"]) - change) < Decimal("1e-30")


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=5))
def test_factors_back_are_the_negative_of_forth(factors):
    before, after = [list(side) for side in zip(*factors, strict=True)]
    with localcontext(EXACT):
        forth, back = product_effects(before, after), product_effects(after, before)
    assert all(abs(a + b) < Decimal("1e-9") for a, b in zip(forth, back, strict=True))


@given(st.lists(numbers, min_size=1, max_size=8), st.integers(1, 9))
def test_whole_parts_sum_to_the_total_and_move_less_than_a_digit(values, over):
    with localcontext(EXACT):
        parts = [value / over / 7 for value in values]
        total = sum(parts).quantize(DIGIT)
        whole = whole_parts(parts, total)
        assert sum(whole) == total
        assert all(abs(a - b) <= DIGIT for a, b in zip(parts, whole, strict=True))


def test_whole_parts_refuse_parts_of_another_total():
    with pytest.raises(ArithmeticError):
        whole_parts([usd("1"), usd("2")], usd("4"))
