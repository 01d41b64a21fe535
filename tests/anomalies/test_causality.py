"""What was reported on a day does not change when later days arrive."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.anomaly_series import make_company
from finops.anomalies.detect import detect

REPORTED = ["key", "start", "detected_on", "score"]


@pytest.fixture(scope="module")
def company():
    return make_company(77, keys=40, days=240)


def until(found, day):
    rows = found[found["detected_on"] <= day].sort_values(REPORTED)
    return rows.assign(sign=np.sign(rows["excess"]))[[*REPORTED, "sign"]].reset_index(drop=True)


def cut(frame, column, day):
    return frame[frame[column] <= day]


@pytest.fixture(scope="module")
def whole(company):
    return detect(company.complete, drivers=company.drivers, events=company.events)


@pytest.fixture(scope="module")
def whole_as_it_came(company):
    known = {"drivers": company.drivers, "events": company.events}
    return detect(company.complete, deliveries=company.deliveries, **known)


@settings(max_examples=8, deadline=None)
@given(days=st.integers(30, 239))
def test_later_days_change_nothing_that_was_reported(company, whole, days):
    day = pd.Timestamp("2025-10-01") + pd.Timedelta(days=days)
    part = detect(
        cut(company.complete, "date", day),
        drivers=cut(company.drivers, "date", day),
        events=company.events,
    )
    assert (part["detected_on"] <= day).all()
    pd.testing.assert_frame_equal(until(part, day), until(whole, day))


@settings(max_examples=5, deadline=None)
@given(days=st.integers(45, 239))
# A key that is two days old: nobody knows yet how long its days take to arrive.
@example(days=101)
def test_later_deliveries_change_nothing_that_was_reported(company, whole_as_it_came, days):
    day = pd.Timestamp("2025-10-01") + pd.Timedelta(days=days)
    arrived = cut(company.deliveries, "ingest_date", day + pd.Timedelta(days=1))
    part = detect(
        cut(company.complete, "date", day),
        drivers=company.drivers,
        events=company.events,
        deliveries=arrived,
    )
    pd.testing.assert_frame_equal(until(part, day), until(whole_as_it_came, day))


def test_as_of_is_the_same_as_not_having_later_days(company, whole):
    day = pd.Timestamp("2026-03-15")
    known = {"drivers": company.drivers, "events": company.events}
    part = detect(cut(company.complete, "date", day), **known)
    pd.testing.assert_frame_equal(part, detect(company.complete, as_of="2026-03-15", **known))
    assert len(part) > 3
    closed = whole[(whole["end"] < day - pd.Timedelta(days=7)) & (whole["detected_on"] <= day)]
    both = closed.merge(part, on=["key", "start", "end", "kind", "expected", "actual"])
    assert len(both) == len(closed) > 2
