"""The band of an incident holds what nobody would have asked about, from what was known before."""

import numpy as np
import pandas as pd

from finops.anomalies.bands import bands
from finops.anomalies.detect import detect
from tests.anomalies.series import DAYS, at, daily, event, noisy


def found_in(cost, **known):
    frame = daily(cost)
    found = detect(frame, **known)
    return found, bands(frame, found, **known)


def test_the_incident_leaves_the_band_and_the_days_before_it_do_not():
    cost = noisy()
    cost[160:170] += 500
    _, band = found_in(cost)
    inside = (band["cost"] >= band["low"]) & (band["cost"] <= band["high"])
    own = band["date"].between(DAYS[160], DAYS[169])
    assert not inside[own].any()
    assert inside[~own].all()
    assert band["expected"].sub(1000).abs().max() < 40


def test_what_is_expected_does_not_follow_the_incident():
    cost = noisy()
    cost[130:] += 400
    found, band = found_in(cost)
    assert found["end"].tolist() == [DAYS[199]]
    assert band["expected"].sub(1000).abs().max() < 40


def test_it_agrees_with_the_sum_that_was_found():
    week = np.where(DAYS.day_of_week >= 5, 0.5, 1.0)
    cost = noisy() * week
    cost[160:170] *= 1.6
    found, band = found_in(cost)
    own = band[band["date"].between(found["start"].iloc[0], found["end"].iloc[0])]
    assert abs(own["expected"].sum() / found["expected"].iloc[0] - 1) < 0.03


def test_a_new_key_is_expected_to_cost_nothing():
    cost = np.zeros(len(DAYS))
    cost[150:] = 80.0
    frame = pd.concat([daily(cost), daily(noisy(), key="b")])
    found = detect(frame)
    band = bands(frame, found[found["kind"] == "new_cost"])
    assert band[["expected", "low", "high"]].to_numpy().max() == 0.0


def test_days_run_from_four_weeks_before_to_one_after():
    cost = noisy()
    cost[160:163] += 500
    _, band = found_in(cost, events=event("2026-03-01", "2026-03-01", "holiday"))
    first, last = band["date"].min(), band["date"].max()
    assert (at("2026-08-08") - DAYS.get_loc(first), DAYS.get_loc(last) - 162) == (28, 7)


def test_nothing_found_has_no_band():
    assert bands(daily(noisy()), detect(daily(noisy()))).empty
