"""Gaps of the company's own numbers are said, with what they mean."""

import datetime as dt

import pandas as pd

from finops.report.bill.series_gaps import series_gaps

ORDERS = {
    "x_series": "orders",
    "x_key": "*",
    "x_source": "business/orders.csv",
    "x_grain": "hour",
    "x_last": "2026-10-31",
    "x_missing": 0,
    "x_first_missing": None,
    "x_missing_means": "unknown: no cost per order",
}


NONE = pd.DataFrame(columns=["x_series", "x_key", "date", "x_gap"])


def said(gaps=NONE, **values):
    series = pd.DataFrame([ORDERS | values])
    return list(series_gaps(series, gaps, "2026-10", dt.date(2026, 10, 31)))


def test_series_without_gaps_is_not_named():
    assert said() == []


def test_missing_days_are_counted_and_explained():
    assert said(x_missing=2, x_first_missing="2026-10-04") == [
        "business/orders.csv, *: lacks 2 days from 2026-10-04 on. "
        "A missing day is unknown: no cost per order."
    ]


def test_series_that_ends_before_the_bill_says_so():
    assert said(x_last="2026-10-30") == [
        "business/orders.csv, *: ends with 2026-10-30, before the bill. "
        "A missing day is unknown: no cost per order."
    ]
    assert said(x_grain="month", x_last="2026-10") == []
    assert "A missing month is" in said(x_grain="month", x_last="2026-09")[0]


def test_rates_need_no_weekend():
    rates = {"x_series": "exchange_rates", "x_grain": "day"}
    assert said(**rates, x_last="2026-10-30") == []
    assert len(said(**rates, x_last="2026-10-29")) == 1


def test_series_that_needs_no_row_a_day_has_no_gaps():
    assert said(x_series="events", x_missing=None, x_last="2026-01-01") == []


def test_missing_hours_of_the_bills_days_are_named():
    days = [dt.date(2026, 9, 30), dt.date(2026, 10, 4), dt.date(2026, 11, 1)]
    gaps = pd.DataFrame(
        [{"x_series": "orders", "x_key": "*", "date": day, "x_gap": "23 of 24"} for day in days]
    )
    assert said(gaps) == [
        "business/orders.csv, *: 2026-10-04 has 23 of 24. "
        "A missing hour is unknown: no cost per order."
    ]
    assert said(gaps, x_key="find") == []
