"""An interval is what the same forecast missed before, to both sides."""

from decimal import Decimal

import numpy as np
import pytest

from finops.forecast.estimate import estimate_of
from finops.forecast.outlook import interval, intervals
from finops.forecast.past_forecasts import combined, said_then
from tests.forecast.knowns import days, firsts, known, series


def test_interval_holds_eight_of_ten_misses_whatever_their_sign():
    """Of nine days it is the miss of rank (9 + 1) x 80 %."""
    assert interval(np.array([1.0, -2, 3, -4, 5, -6, 7, -8, 9])) == 8


def test_few_days_give_the_largest_miss_and_none_give_nothing():
    assert interval(np.array([-3.0, 1])) == 3
    assert interval(np.array([np.nan])) == 0


def test_view_with_few_days_of_its_own_has_mostly_the_interval_of_all():
    """With six days a view counts 6 of 6 + 18; all views miss 10 % of their size at 80 %."""
    missed = np.array([[0.0, 10, 20]] * 6)
    sizes = np.array([100.0, 100, 200])
    assert intervals(missed, sizes) == pytest.approx([7.5, 10, 20])


def test_view_that_is_younger_than_the_days_has_the_interval_of_all():
    """A team began after all past days, another before the last two: zeros would say it's sure."""
    nan = np.nan
    missed = np.array([[nan, nan, 10, 10, 20]] * 4 + [[nan, 5, 10, 10, 20]] * 2)
    sizes = np.array([100.0, 100, 100, 100, 200])
    assert intervals(missed, sizes) == pytest.approx([10, 0.1 * 5 + 0.9 * 10, 10, 10, 20])


def test_three_past_days_are_too_few_for_an_interval():
    """Of four days it is the largest miss that holds 80 %; of three none does."""
    missed = np.array([[5.0, 0], [-7, 0], [1, 0], [2, 0]])
    sizes = np.array([100.0, 0.0])
    assert intervals(missed, sizes) == pytest.approx([7, 0])
    assert np.isnan(intervals(missed[:3], sizes)).all()
    assert np.isnan(intervals(missed[:0], sizes)).all()


def test_view_that_stands_alone_has_only_what_it_missed():
    missed = np.array([[5.0, 0], [-7, 0], [1, 0], [2, 0]])
    assert intervals(missed, np.array([100.0, 0.0])) == pytest.approx([7, 0])


def test_what_was_said_of_a_window_does_not_know_how_it_ended():
    """The first model is right on the last window only, so nobody would have trusted it there."""
    actual = np.full((10, 1), 100.0)
    found = np.stack([np.full((10, 1), 200.0), np.full((10, 1), 101.0)], axis=1)
    found[0, 0] = 100.0
    assert said_then(found, actual, 5)[0, 0] == pytest.approx(101, abs=0.02)
    found[0, 1] = 900.0
    assert said_then(found, actual, 5)[0, 0] > 800 > (found * combined(found, actual)).sum(1)[0, 0]


def test_months_ahead_have_a_low_below_the_estimate_although_all_misses_were_upwards():
    rows = series(days("2025-10-01", "2026-10-31"), lambda day: 100 + day.day_of_year % 365)
    rows += series(days("2026-07-01", "2026-10-31"), lambda day: day.day_of_year, aws="S3")
    summary = estimate_of(known(rows, "2026-10-31")).summary
    ahead = summary[(summary["x_scope"] == "company") & (summary["billing_period"] > "2026-10")]
    assert (ahead["x_low"] < ahead["x_estimate"]).all()
    up, down = ahead["x_high"] - ahead["x_estimate"], ahead["x_estimate"] - ahead["x_low"]
    assert (up == down)[ahead["x_low"] > 0].all() and (ahead["x_low"] > 0).any()
    assert (ahead["x_low"] >= 0).all() and (up >= down).all()


def test_bill_of_a_few_weeks_has_no_interval_and_says_so():
    rows = series(days("2026-09-10", "2026-10-31"), lambda day: 100 + day.day)
    rows += series(["2026-09-10", "2026-10-10"], 31, kind="fee", aws="Licence")
    estimate = estimate_of(known(rows, "2026-10-10"))
    company = estimate.summary[estimate.summary["x_scope"] == "company"]
    assert company["x_low"].isna().all() and company["x_reporting_high"].isna().all()
    assert any("too few days to say how far off" in note for note in estimate.notes["en"])
    assert any("기간이 짧아" in note for note in estimate.notes["ko"])


def test_bill_of_a_year_has_intervals():
    rows = series(days("2025-10-01", "2026-10-31"), lambda day: 100 + day.day)
    estimate = estimate_of(known(rows, "2026-10-10"))
    mine = estimate.summary["x_scope"].isin(["company", "team", "aws_service"])
    assert estimate.summary.loc[mine, "x_low"].notna().all()
    assert not any("too few days" in note for note in estimate.notes["en"])


def of(estimate, scope, key="*", measure="effective_cost", month="2026-10"):
    rows = estimate.summary
    names = ["x_scope", "x_key", "x_measure", "billing_period"]
    [row] = rows[(rows[names] == [scope, key, measure, month]).all(axis=1)].to_dict("records")
    return row


def test_what_comes_by_a_rule_has_no_interval_of_no_width():
    """A fee of 4,989 a month is expected again, and nothing tells how sure that is."""
    rows = series(days("2025-10-01", "2026-10-31"), lambda day: 100 + day.day)
    rows += series(firsts("2025-10-01", "2026-09-30"), 4_989, kind="fee", aws="Licence", team="it")
    estimate = estimate_of(known(rows, "2026-10-10"))
    fee = of(estimate, "team", "it")
    assert (fee["x_estimate"], fee["x_low"], fee["x_high"]) == (Decimal(4_989), None, None)
    company = of(estimate, "company")
    assert company["x_low"] < company["x_estimate"] < company["x_high"]


def test_a_month_that_is_over_has_ended_and_the_next_one_has_not():
    rows = series(days("2025-10-01", "2026-10-31"), lambda day: 100 + day.day)
    rows += series(firsts("2025-10-01", "2026-10-31"), 4_989, kind="fee", aws="Licence", team="it")
    estimate = estimate_of(known(rows, "2026-10-31"))
    for key in ("search", "it"):
        over = of(estimate, "team", key)
        assert over["x_low"] == over["x_estimate"] == over["x_high"]
    assert of(estimate, "team", "it", month="2026-11")["x_low"] is None


def test_no_interval_of_usage_begins_below_what_is_posted():
    """Usage of wildly changing days: 16 days are posted, and they stay."""
    rows = series(days("2026-03-01", "2026-10-31"), lambda day: [1, 5, 900][day.day_of_year % 3])
    estimate = estimate_of(known(rows, "2026-10-16"))
    summary = estimate.summary[estimate.summary["x_low"].notna()]
    assert len(summary) and (summary["x_low"] >= summary["x_posted"]).all()
    assert (summary["x_low"] == 0).any()


def test_a_refund_among_the_days_of_usage_makes_no_usage_below_nothing():
    """Of 10 a day, with 1,000 given back on the 8th in a line of usage."""
    rows = series(days("2026-03-01", "2026-10-31"), lambda day: 10 + day.day % 2)
    rows += series(["2026-10-08"], -1_000)
    estimate = estimate_of(known(rows, "2026-10-15"))
    assert (estimate.lines["x_forecast"] >= 0).all()
    october = of(estimate, "company")
    assert october["x_posted"] < -800 and october["x_estimate"] - october["x_posted"] > 0


def test_discounts_in_lines_of_their_own_stay_below_nothing():
    rows = series(days("2026-03-01", "2026-10-31"), 100)
    rows += series(days("2026-03-01", "2026-10-31"), -10, aws="Discount")
    estimate = estimate_of(known(rows, "2026-10-15"))
    assert of(estimate, "aws_service", "Discount")["x_estimate"] == Decimal(-310)
    assert of(estimate, "company")["x_estimate"] == Decimal(2_790)


def test_months_ahead_say_by_how_much_past_ones_were_too_low():
    """Growth of 2 a day that half a year does not tell: each month ahead was too low by more."""
    rows = series(days("2026-01-01", "2026-10-31"), lambda day: 100 + 2 * day.day_of_year)
    estimate = estimate_of(known(rows, "2026-10-31"))
    ahead = [of(estimate, "company", month=month) for month in ("2026-11", "2027-01", "2027-04")]
    shares = [float(one["x_shortfall"] / one["x_estimate"]) for one in ahead]
    assert 0 < shares[0] < shares[1] < shares[2]
    assert of(estimate, "company")["x_shortfall"] is None


def test_a_bill_that_begins_this_month_has_no_last_month():
    estimate = estimate_of(known(series(days("2026-10-01", "2026-10-31"), 10), "2026-10-05"))
    assert estimate.summary["x_last_month"].isna().all()
    assert of(estimate, "company")["x_estimate"] == Decimal(310)
