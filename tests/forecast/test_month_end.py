"""A month ends at what it cost so far, the days to come, and what comes by a rule."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from finops.forecast.estimate import estimate_of
from tests.forecast.knowns import days, firsts, known, series

HISTORY = ("2026-05-01", "2026-10-31")


def company(estimate, measure="billed_cost"):
    rows = estimate.summary
    rows = rows[(rows["x_scope"] == "company") & (rows["x_measure"] == measure)]
    return rows[rows["billing_period"] == min(rows["billing_period"])].iloc[0]


def by_kind(estimate, kind):
    rows = estimate.summary
    (row,) = rows[
        (rows["billing_period"] == min(rows["billing_period"]))
        & (rows["x_scope"] == "kind")
        & (rows["x_key"] == kind)
        & (rows["x_measure"] == "billed_cost")
    ].to_dict("records")
    return row


def test_fixed_cost_of_the_first_day_is_not_run_up():
    rows = series(days(*HISTORY), 10_000)
    rows += series(firsts(*HISTORY), 300_000, kind="fee", aws="Licence")
    estimate = company(estimate_of(known(rows, "2026-10-15")))
    posted = estimate["x_posted"]
    assert posted / 15 * 31 == 930_000
    assert estimate["x_estimate"] == Decimal(610_000)


def test_weekends_to_come_cost_what_weekends_cost():
    rows = series(days(*HISTORY), lambda day: 500 if day.day_of_week >= 5 else 1_000)
    truth = sum(
        row["billed_cost"] for row in rows if row["charge_date"] >= pd.Timestamp("2026-10-01")
    )
    found = company(estimate_of(known(rows, "2026-10-02")))["x_estimate"]
    assert float(found) == pytest.approx(float(truth), rel=0.005)


def test_announced_promotion_costs_what_the_last_ones_did():
    sales = [f"2026-{month:02}-20" for month in range(3, 11)]
    rows = series(
        days("2026-02-01", "2026-10-31"),
        lambda day: 1_500 if f"{day:%Y-%m-%d}" in sales else 1_000,
    )
    events = pd.DataFrame(
        [{"start": day, "end": day, "key": "*", "kind": "promotion"} for day in sales]
    )
    told = company(estimate_of(known(rows, "2026-10-15", events=events)))["x_estimate"]
    untold = company(estimate_of(known(rows, "2026-10-15", events=events.head(7))))["x_estimate"]
    assert float(told - untold) == pytest.approx(500, abs=100)


def test_fee_that_came_once_does_not_come_again_and_an_annual_one_does():
    rows = series(days("2025-10-01", "2026-10-31"), 100)
    rows += series(["2026-08-03"], 5_000, kind="fee", aws="Training")
    rows += series(["2025-10-20"], 12_000, kind="annual_fee", aws="Scanner")
    estimate = estimate_of(known(rows, "2026-10-15"))
    assert company(estimate)["x_estimate"] == Decimal(3_100 + 12_000)


def test_monthly_fee_of_a_commitment_counts_the_days_of_the_month():
    rows = series(days(*HISTORY), 100)
    rows += series(firsts("2026-05-01", "2026-09-30"), 3_000, kind="commitment", effective=0)
    estimate = estimate_of(known(rows, "2026-10-15"))
    assert by_kind(estimate, "commitment")["x_estimate"] == Decimal(3_100)
    assert company(estimate, "effective_cost")["x_estimate"] == Decimal(3_100)


def test_credits_count_once_they_are_there_and_are_not_expected_again():
    rows = series(days(*HISTORY), 100)
    rows += series(["2026-09-01", "2026-10-02"], -700, kind="credit")
    assert company(estimate_of(known(rows, "2026-10-15")))["x_estimate"] == Decimal(3_100 - 700)


def test_support_follows_its_tiers_and_tax_the_cost_that_it_is_on():
    rows = series(days("2026-05-01", "2026-10-31"), lambda day: 1_000_000 / day.days_in_month)
    # September's bill of a million has 64,500 of support; October's is half as much again.
    rows += series(days("2026-10-01", "2026-10-31"), 500_000 / 31, aws="S3", team="order")
    rows += series(["2026-09-01"], 64_500, kind="support", aws="AWS Support", team="company")
    rows += series(["2026-09-01"], 100_000, kind="tax", aws="EC2", team="company")
    estimate = estimate_of(known(rows, "2026-10-30"))
    assert float(by_kind(estimate, "support")["x_estimate"]) == pytest.approx(79_500, abs=300)
    assert float(by_kind(estimate, "tax")["x_estimate"]) == pytest.approx(100_000, abs=700)


def test_month_that_is_over_is_what_it_cost_without_doubt():
    rows = series(days(*HISTORY), 10) + series(["2026-10-01"], 31, kind="tax")
    row = company(estimate_of(known(rows, "2026-10-31")))
    assert (row["x_estimate"], row["x_low"], row["x_high"]) == (341, 341, 341)


def test_items_teams_and_services_add_up_to_the_total_to_the_last_digit():
    rows = noisy()
    summary = estimate_of(known(rows, "2026-10-10")).summary
    for (_, _), view in summary.groupby(["billing_period", "x_measure"]):
        totals = view.groupby("x_scope")["x_estimate"].sum()
        assert len(set(totals)) == 1


def test_total_is_surer_than_its_items():
    """Their misses are of the same days, so what one has too much another may have too little.

    Growth that nobody had learned yet would have missed all of them upwards.
    """
    summary = estimate_of(known(noisy(growth=0), "2026-10-10")).summary
    summary = summary[summary["billing_period"] == "2026-10"]
    now = summary[summary["x_measure"] == "billed_cost"]
    width = (now["x_high"] - now["x_low"]).groupby(now["x_scope"]).sum()
    assert 0 < width["company"] < 0.8 * float(width["item"])


@pytest.mark.parametrize("as_of", ["2026-09-12", "2026-10-10"])
def test_later_days_change_no_estimate(as_of):
    rows = noisy()
    later = [
        row | {"billed_cost": row["billed_cost"] * 9}
        if row["charge_date"] > pd.Timestamp(as_of)
        else row
        for row in rows
    ]
    first, second = (estimate_of(known(one, as_of)) for one in (rows, later))
    assert first.vintage == second.vintage
    pd.testing.assert_frame_equal(first.summary, second.summary)


def test_negative_items_such_as_discounts_stay_negative():
    rows = series(days(*HISTORY), 100) + series(days(*HISTORY), -4, aws="Discount")
    assert float(company(estimate_of(known(rows, "2026-10-15")))["x_estimate"]) == pytest.approx(
        31 * 96, abs=0.05
    )


def test_incomplete_days_are_completed_by_how_days_filled_up_before():
    """On the day after, 80 % of a day has arrived: 800 of 1,000."""
    rows = series(days("2026-05-01", "2026-10-14"), 1_000) + series(["2026-10-15"], 800)
    observed = pd.DataFrame(
        {
            "service_name": "EC2",
            "charge_date": days("2026-09-01", "2026-09-20"),
            "x_age": 1,
            "known": 800.0,
            "final": 1_000.0,
        }
    )
    last, arrived = pd.Timestamp("2026-10-14"), pd.Timestamp("2026-10-16")
    estimate = estimate_of(
        known(rows, "2026-10-15", last=last, delivered_on=arrived, observed=observed)
    )
    assert sum(estimate.lines.loc[estimate.lines["x_measure"] == "billed_cost", "x_late"]) == 200
    assert company(estimate)["x_estimate"] == Decimal(31_000)


def test_incomplete_day_that_nobody_has_seen_fill_up_is_forecast():
    rows = series(days("2026-05-01", "2026-10-14"), 1_000) + series(["2026-10-15"], 300)
    estimate = estimate_of(known(rows, "2026-10-15", last=pd.Timestamp("2026-10-14")))
    assert company(estimate)["x_estimate"] == Decimal(31_000)


def orders_notes(plan=(), language="en"):
    """A thousand orders a day at 10 cents each."""
    rows = series(days(*HISTORY), 100)
    orders = pd.Series(1_000.0, index=days(HISTORY[0], "2026-10-15"))
    frame = pd.DataFrame(plan, columns=["billing_period", "x_service", "orders"])
    made = estimate_of(known(rows, "2026-10-15", orders=orders, order_plan=frame))
    return made.notes[language][:2]


def test_orders_times_usage_per_order_stand_beside_the_forecast():
    assert orders_notes() == (
        "31,000 orders in 2026-10 (forecast; business/order_plan.csv has no plan of *) would use "
        "3,100 USD, at 0.10000 USD an order to come. Forecast by item: 3,100 USD.",
        "365,000 orders in the 12 months after it (forecast; business/order_plan.csv has no plan "
        "of *) would use 36,500 USD, at 0.10000 USD an order to come. Forecast by item: "
        "36,500 USD.",
    )


def test_planned_orders_go_before_those_forecast_and_the_days_so_far_stay():
    """October has 15,000 orders and 1,500 USD so far; 35,000 to come are 3,500 more."""
    plan = [("2026-10", "*", 50_000), ("2026-11", "*", 90_000), ("2026-12", "mart", 5)]
    now, later = orders_notes(plan)
    assert now == (
        "50,000 orders in 2026-10 (as planned) would use 5,000 USD, at 0.10000 USD an order to "
        "come. Forecast by item: 3,100 USD."
    )
    # 365 days less the 30 of November.
    assert later.startswith(
        "425,000 orders in the 12 months after it (planned for 1 of them, forecast for the "
        "others) would use 42,500 USD"
    )


def test_planned_orders_are_said_in_korean():
    plan = [("2026-10", "*", 50_000), ("2026-11", "*", 90_000)]
    now, later = orders_notes(plan, "ko")
    assert now == (
        "2026-10의 주문이 50,000건(계획)이면 사용 비용은 5,000 USD입니다(앞으로 주문당 "
        "0.10000 USD). 항목별로 예측한 사용 비용은 3,100 USD입니다."
    )
    assert later.startswith("그 뒤 12개월의 주문이 425,000건(1개월은 계획, 나머지는 예측)이면")


def noisy(growth=2):
    """Four items with weekdays, growth and noise, two of which move against each other."""
    rng = np.random.default_rng(7)
    dates = days("2026-03-01", "2026-10-31")
    swing = rng.normal(0, 60, len(dates))
    rows = []
    for place, (team, aws) in enumerate([("a", "EC2"), ("a", "S3"), ("b", "EC2"), ("b", "RDS")]):
        sign = 1 if place % 2 else -1
        cost = 1_000 + growth * np.arange(len(dates)) + sign * swing + rng.normal(0, 10, len(dates))
        values = dict(zip(dates, cost.round(4), strict=True))
        rows += series(dates, values.get, team=team, aws=aws, service=f"{team}-api")
    return rows


def test_cost_that_stopped_is_not_expected_to_come_back():
    rows = series(days("2026-05-01", "2026-10-12"), lambda day: 1_000 + day.day_of_year % 7)
    rows += series(days(*HISTORY), 10, aws="S3")
    estimate = company(estimate_of(known(rows, "2026-10-15")))
    assert estimate["x_estimate"] - estimate["x_posted"] == pytest.approx(16 * 10, abs=160)


def test_cost_that_came_back_is_expected_to_stay():
    """It was away for 40 days and is back for three: that is a new level, not a batch."""
    rows = series(days("2026-05-01", "2026-09-02"), lambda day: 1_000 + day.day_of_year % 7)
    rows += series(days("2026-10-13", "2026-10-15"), 1_000)
    rows += series(days(*HISTORY), 10, aws="S3")
    estimate = company(estimate_of(known(rows, "2026-10-15")))
    expected = float(estimate["x_estimate"] - estimate["x_posted"])
    assert expected == pytest.approx(16 * 1_010, rel=0.15)
