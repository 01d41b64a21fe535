"""Twelve months ahead: damped growth, rules, and the steps that are known."""

from decimal import Decimal

import pandas as pd
import pytest

from finops.forecast.estimate import estimate_of
from tests.forecast.knowns import days, firsts, known, series

YEAR = ("2025-10-01", "2026-10-31")


def months(estimate, *, scope="company", key="*", measure="billed_cost"):
    rows = estimate.summary
    rows = rows[(rows["x_scope"] == scope) & (rows["x_measure"] == measure)]
    return rows[rows["x_key"] == key].set_index("billing_period")["x_estimate"]


def expiry(end, per_day, **changes):
    return {
        "commitment_discount_id": "sp-1",
        "x_end": pd.Timestamp(end),
        "x_measure": "billed_cost",
        "x_team": "search",
        "x_service": "find",
        "service_name": "EC2",
        "billing_currency": "USD",
        "x_cost_centre": "cc-search",
        "x_per_day": per_day,
    } | changes


def test_what_is_flat_stays_flat_and_counts_the_days_of_each_month():
    found = months(estimate_of(known(series(days(*YEAR), 100), "2026-10-31")))
    assert found.drop("2026-10").to_dict() == {
        str(month): Decimal(100 * month.days_in_month)
        for month in pd.period_range("2026-11", "2027-10", freq="M")
    }


def test_growth_goes_on_damped():
    start = pd.Timestamp(YEAR[0])
    rows = series(days(*YEAR), lambda day: round(1_000 * 1.02 ** ((day - start).days / 30.4), 4))
    found = months(estimate_of(known(rows, "2026-10-31")))
    growth = float(found["2027-10"]) / float(found["2026-10"])
    assert 1.05 < growth < 1.02**12


def test_commitment_that_ends_is_paid_on_demand_from_then_on():
    """A fee of 60 a day ends with 10 December; the usage under it then costs 100 a day."""
    rows = series(days(*YEAR), 60, kind="commitment", aws="Plan")
    ends = [
        expiry("2026-12-10T23:59:59", 100),
        expiry("2026-12-10T23:59:59", -60, service_name="Plan"),
    ]
    estimate = estimate_of(known(rows, "2026-10-31", expiries=pd.DataFrame(ends)))
    steps = months(estimate, scope="kind", key="commitment_end")
    assert steps.head(2).to_dict() == {"2026-12": 21 * 40, "2027-01": 31 * 40}
    assert months(estimate)["2027-01"] == 31 * 100


def test_commitment_that_ends_this_month_counts_from_its_day():
    rows = series(days(*YEAR), 60)
    estimate = estimate_of(
        known(rows, "2026-10-15", expiries=pd.DataFrame([expiry("2026-10-22", 5)]))
    )
    assert months(estimate, scope="kind", key="commitment_end")["2026-10"] == 10 * 5


def test_monthly_fees_go_on_annual_ones_come_back_and_one_time_ones_do_not():
    rows = series(days(*YEAR), 100) + series(firsts(*YEAR), 500, kind="fee", aws="Licence")
    rows += series(["2026-03-01"], 48_000, kind="annual_fee", aws="Scanner")
    rows += series(["2026-02-01"], 9_000, kind="fee", aws="Training")
    found = months(estimate_of(known(rows, "2026-10-31")))
    assert found["2027-02"] == 2_800 + 500
    assert found["2027-03"] == 3_100 + 500 + 48_000
    assert found["2027-04"] == 3_000 + 500


def test_new_items_of_every_month_are_expected_to_go_on_coming():
    rows = series(days(*YEAR), 1_000)
    for number, month in enumerate(pd.date_range("2026-01-15", "2026-10-15", freq="30D")):
        rows += series(days(month, YEAR[1]), 20, aws=f"new-{number}")
    growth = months(estimate_of(known(rows, "2026-10-31")), scope="kind", key="growth")
    monthly = float(growth["2026-11"])
    assert 200 < monthly < 600
    assert float(growth["2027-10"]) == pytest.approx(12 * monthly, abs=0.1)


def test_farther_months_are_less_sure():
    rows = series(days(*YEAR), lambda day: 1_000 + (day.day_of_year * 37 % 101))
    summary = estimate_of(known(rows, "2026-10-31")).summary
    company = summary[(summary["x_scope"] == "company") & (summary["x_measure"] == "billed_cost")]
    width = (company["x_high"] - company["x_low"]).astype(float)
    assert width.iloc[0] == 0 < width.iloc[1]


def test_items_add_up_in_every_month():
    rows = series(days(*YEAR), "3.3333333333") + series(days(*YEAR), "7.7", team="order")
    rows += series(["2026-09-01"], 31, kind="tax", aws="EC2", team="company")
    summary = estimate_of(known(rows, "2026-10-15")).summary
    for _, view in summary.groupby(["billing_period", "x_measure"]):
        assert len(set(view.groupby("x_scope")["x_estimate"].sum())) == 1


def test_what_the_first_of_a_month_adds_comes_on_each_first():
    """400 on every first beside 10 a day; the days between don't rise for it."""
    rows = series(days("2026-01-01", "2026-09-30"), lambda day: 410 if day.day == 1 else 10)
    assert float(months(estimate_of(known(rows, "2026-09-30")))["2026-10"]) == pytest.approx(
        400 + 31 * 10, rel=0.01
    )


def test_cost_of_some_days_only_is_expected_on_average():
    """A batch costs 90 on every third day: its median day costs nothing, its month 30 times 30."""
    rows = series(days("2026-01-01", "2026-09-30"), lambda day: 90 * (day.day_of_year % 3 == 0))
    assert float(months(estimate_of(known(rows, "2026-09-30")))["2026-10"]) == pytest.approx(
        31 * 30, rel=0.1
    )
