"""Orders that are known by month only count as orders."""

import pandas as pd
import pytest

import finops
from finops.forecast.by_service import by_service
from finops.forecast.estimate import estimate_of
from finops.forecast.known import read_known
from tests.conftest import line, write_bill
from tests.forecast.knowns import days, known, series

PLAN = ["billing_period", "x_service", "orders"]


def frame(*rows):
    return pd.DataFrame(rows, columns=PLAN)


def october(orders, plan=()):
    """100 USD a day; 30,000 orders in September are 10 cents each."""
    rows = series(days("2026-05-01", "2026-10-15"), 100)
    return known(rows, "2026-10-15", month_orders=frame(*orders), order_plan=frame(*plan))


def test_orders_by_month_stand_beside_the_forecast():
    """31,000 orders in October at as many a day; 16 of 31 days are to come: 1,600 USD more."""
    now, later = estimate_of(october([("2026-08", "*", 9), ("2026-09", "*", 30_000)])).notes["en"][
        :2
    ]
    assert now.startswith("31,000 orders in 2026-10 (forecast; ")
    assert "would use 3,100 USD, at 0.10000 USD an order to come" in now
    assert later.startswith("365,000 orders in the 12 months after it (forecast; ")
    assert "would use 36,500 USD" in later


def test_no_estimate_with_orders_by_month_says_that_there_are_none():
    some = estimate_of(october([("2026-09", "*", 30_000)])).notes["en"]
    assert not any("There are no orders" in note for note in some)
    assert any("There are no orders" in note for note in estimate_of(october([])).notes["en"])


def test_planned_orders_of_a_month_go_before_those_of_the_month_before():
    """16 of 31 days of 62,000 orders are 32,000 orders to come, 3,200 USD; 1,500 are there."""
    known_orders = [("2026-09", "*", 30_000)]
    notes = estimate_of(october(known_orders, [("2026-10", "*", 62_000)])).notes["en"]
    assert notes[0].startswith("62,000 orders in 2026-10 (as planned) would use 4,700 USD")


def test_orders_of_a_month_that_the_bill_has_in_part_tell_no_cost_of_one():
    rows = series(days("2026-09-10", "2026-10-15"), 100)
    one = known(rows, "2026-10-15", month_orders=frame(("2026-09", "*", 30_000)))
    assert not any("would use" in note for note in estimate_of(one).notes["en"])


def test_planned_orders_of_a_service_cost_what_its_orders_of_a_month_did():
    then = october([("2026-09", "find", 30_000)], [("2026-11", "find", 50_000)])
    [row] = by_service(then, estimate_of(then).lines).to_dict("records")
    assert row["x_orders"] == 50_000
    assert row["x_usage_per_order"] == pytest.approx(0.1)
    assert row["x_by_orders"] == pytest.approx(5_000)


def test_orders_of_a_month_are_known_when_it_is_over(project):
    (project / "business").mkdir(exist_ok=True)
    (project / "business" / "orders.csv").write_text(
        "billing_period,service,orders\n2018-11,*,500\n2018-12,*,700\n"
    )
    rows = [
        line(line_item_unblended_cost=10.0, day=one) for one in days("2018-12-01", "2018-12-20")
    ]
    bill = write_bill(project / "in" / "bill.parquet", rows)
    with finops.connect(project) as warehouse:
        warehouse.load(bill)
        warehouse.build()
        for day, months in (("2018-12-20", ["2018-11"]), ("2018-12-31", ["2018-11", "2018-12"])):
            assert list(read_known(warehouse, day).month_orders["billing_period"]) == months
