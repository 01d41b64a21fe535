"""A day is judged by what has arrived of it: early for too much, later for too little."""

import numpy as np
import pandas as pd

from finops.anomalies.detect import detect
from tests.anomalies.series import DAYS, daily, noisy

SHARES = [0.6, 0.9, 0.98, 1.0]


def ledger(cost, shares=SHARES):
    """Return increments that make `shares` of each day known one day later, two days later, …"""
    parts = np.diff([0.0, *shares])
    return pd.concat(
        pd.DataFrame(
            {
                "usage_date": DAYS,
                "key": "search / EC2",
                "ingest_date": DAYS + pd.Timedelta(days=late + 1),
                "cost": cost * part,
            }
        )
        for late, part in enumerate(parts)
    )


def as_it_came(cost, day):
    """Return what is found when the deliveries up to the day after `day` are there."""
    deliveries = ledger(cost)
    known = deliveries[deliveries["ingest_date"] <= DAYS[day] + pd.Timedelta(days=1)]
    return detect(daily(cost[: day + 1]), deliveries=known)


def test_last_days_that_have_not_arrived_are_no_fall():
    for day in range(150, 157):
        assert as_it_came(noisy(), day).empty


def test_what_is_too_much_already_is_told_on_its_first_delivery():
    cost = noisy()
    cost[160] *= 3
    found = as_it_came(cost, 160).iloc[0]
    assert (found["start"], found["detected_on"]) == (DAYS[160], DAYS[160])
    assert found["actual"] == cost[160] * 0.6
    assert found["incomplete"]


def test_what_is_too_much_once_it_is_complete_is_told_then():
    cost = noisy()
    cost[160] *= 1.12
    assert as_it_came(cost, 161).empty
    found = as_it_came(cost, 163).iloc[0]
    assert (found["start"], found["detected_on"]) == (DAYS[160], DAYS[162])


def test_a_fall_waits_until_its_days_are_complete():
    cost = noisy()
    cost[160:] *= 0.2
    assert as_it_came(cost, 163).empty
    found = as_it_came(cost, 164).iloc[0]
    assert (found["start"], found["detected_on"]) == (DAYS[160], DAYS[164])


def test_a_key_that_no_delivery_names_counts_as_complete():
    cost = noisy()
    cost[160] *= 1.2
    both = pd.concat([daily(cost), daily(noisy(seed=2), "other / S3")])
    deliveries = ledger(noisy(seed=2)).assign(key="other / S3")
    found = detect(both, deliveries=deliveries)
    assert found["detected_on"].tolist() == [DAYS[160]]
