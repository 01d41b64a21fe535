"""An interval is what the same forecast missed before, to both sides."""

import numpy as np
import pytest

from finops.forecast.estimate import estimate_of
from finops.forecast.origins import combined, said_then
from finops.forecast.outlook import interval, intervals
from tests.forecast.knowns import days, known, series


def test_interval_holds_eight_of_ten_misses_whatever_their_sign():
    """Of nine days it is the miss of rank (9 + 1) x 80 %."""
    assert interval(np.array([1.0, -2, 3, -4, 5, -6, 7, -8, 9])) == 8


def test_few_days_give_the_largest_miss_and_none_give_nothing():
    assert interval(np.array([-3.0, 1])) == 3
    assert interval(np.array([np.nan])) == 0


def test_view_with_few_days_of_its_own_has_mostly_the_interval_of_all():
    """With two days a view counts 2 of 2 + 18; all views miss 10 % of their size at 80 %."""
    missed = np.array([[0.0, 10, 20], [0, 10, 20]])
    sizes = np.array([100.0, 100, 200])
    assert intervals(missed, sizes) == pytest.approx([9, 0.1 * 10 + 0.9 * 10, 0.1 * 20 + 0.9 * 20])


def test_view_that_stands_alone_has_only_what_it_missed():
    missed = np.array([[5.0, 0], [-7, 0]])
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
    assert (ahead["x_high"] - ahead["x_estimate"] == ahead["x_estimate"] - ahead["x_low"]).all()


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
    assert estimate.summary["x_low"].notna().all()
    assert not any("too few days" in note for note in estimate.notes["en"])
