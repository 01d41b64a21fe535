"""Planned orders of a service, at its own cost per order, stand beside its forecast."""

import pandas as pd
import pytest

from finops.forecast.by_service import BY_SERVICE, by_service, sentences
from finops.forecast.estimate import estimate_of
from tests.forecast.knowns import days, known, series

HISTORY = ("2026-05-01", "2026-10-15")


def plan(*rows):
    return pd.DataFrame(rows, columns=["billing_period", "x_service", "orders"])


def orders(per_day, service="mart", span=HISTORY):
    return pd.DataFrame({"date": days(*span), "x_service": service, "orders": per_day})


def found(planned, service_orders, rows=()):
    """The service mart uses 100 USD a day, another one 900."""
    usage = series(days(*HISTORY), 100, service="mart") + series(days(*HISTORY), 900)
    then = known(
        [*usage, *rows], "2026-10-15", order_plan=plan(*planned), service_orders=service_orders
    )
    estimate = estimate_of(then)
    return by_service(then, estimate.lines), estimate


def test_planned_orders_cost_what_an_order_of_the_service_did():
    """15,000 orders are 1,500 USD so far, at 10 cents; 30,000 to come are 3,000 more."""
    planned = [("2026-10", "*", 9), ("2026-10", "mart", 45_000), ("2026-11", "mart", 60_000)]
    frame, estimate = found(planned, orders(1_000))
    assert list(frame.columns) == BY_SERVICE
    assert frame.to_numpy().tolist() == [
        ["mart", "2026-10", 45_000, 0.1, 1_500 + 3_000, 3_100, "USD"],
        ["mart", "2026-11", 60_000, 0.1, 6_000, 3_000, "USD"],
    ]
    assert (
        "105,000 orders of mart in 2026-10, 2026-11 (as planned) would use 10,500 USD, at 0.10000 "
        "USD an order to come. Forecast by item: 6,100 USD."
    ) in estimate.notes["en"]


def test_a_plan_below_the_orders_so_far_takes_nothing_back():
    frame, _ = found([("2026-10", "mart", 100)], orders(1_000))
    assert frame[["x_orders", "x_by_orders"]].to_numpy().tolist() == [[15_000, 1_500]]


def test_months_that_are_over_and_other_currencies_have_no_plan():
    assert found([("2026-09", "mart", 5)], orders(1_000))[0].empty
    euros = [one | {"billing_currency": "EUR"} for one in series(days(*HISTORY), 5, service="mart")]
    assert found([("2026-11", "mart", 5)], orders(1_000), euros)[0].empty


@pytest.mark.parametrize("known_orders", [orders(1_000).iloc[:-1], orders(0), orders(5, "food")])
def test_a_service_without_orders_of_each_recent_day_is_not_guessed_at(known_orders):
    frame, estimate = found([("2026-11", "mart", 5)], known_orders)
    assert frame["x_by_orders"].isna().all()
    assert any("what the planned orders of mart cost" in note for note in estimate.notes["en"])
    assert "mart의 계획 주문" in sentences(frame, "ko")[0]


def test_another_plan_or_other_orders_of_a_service_are_another_estimate():
    planned = [("2026-11", "mart", 5)]
    vintages = {
        found([("2026-11", "mart", 6)], orders(1_000))[1].vintage,
        found(planned, orders(1_000))[1].vintage,
        found(planned, orders(1_001))[1].vintage,
    }
    assert len(vintages) == 3
