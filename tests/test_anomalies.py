"""Planted spikes are found; weekdays, growth and noise are not."""

import numpy as np
import pandas as pd

from finops.anomalies import detect

DAYS = pd.date_range("2026-08-01", periods=84)


def daily(cost, key="search / EC2"):
    return pd.DataFrame({"date": DAYS[: len(cost)], "key": key, "cost": cost})


def noisy(level=1000.0, seed=1):
    return level + np.random.default_rng(seed).normal(0, 0.01 * level, len(DAYS))


def test_planted_spike_is_found_with_its_money():
    cost = noisy()
    cost[60:62] += 500
    (found,) = detect(daily(cost)).to_dict("records")
    assert (found["kind"], found["start"], found["end"]) == ("spike", DAYS[60], DAYS[61])
    assert found["detected_on"] == DAYS[60]
    assert 950 < found["excess"] < 1050
    assert not found["incomplete"]


def test_end_of_a_service_is_a_drop():
    cost = noisy()
    cost[70:] = 0
    (found,) = detect(daily(cost)).to_dict("records")
    assert (found["kind"], found["start"]) == ("drop", DAYS[70])
    assert found["excess"] < 0
    assert found["incomplete"]


def test_weekends_and_slow_growth_are_no_anomaly():
    weekend = np.where(DAYS.day_of_week >= 5, 0.4, 1.0)
    cost = noisy() * weekend * np.linspace(1, 1.2, len(DAYS))
    assert detect(daily(cost)).empty


def test_small_money_is_no_anomaly():
    cost = noisy(level=10.0)
    cost[60] = 100
    assert detect(daily(cost)).empty
    assert len(detect(daily(cost), floor=50)) == 1


def test_first_four_weeks_are_not_judged():
    cost = noisy()
    cost[20] = 9000
    assert detect(daily(cost)).empty
    assert detect(daily(cost[:27])).empty


def test_days_after_as_of_are_not_looked_at():
    cost = noisy()
    cost[60] += 500
    assert detect(daily(cost), as_of=DAYS[59]).empty
    assert len(detect(daily(cost), as_of=DAYS[60])) == 1


def test_most_money_comes_first():
    small, large = noisy(seed=2), noisy(seed=3)
    small[60] += 400
    large[65] -= 900
    both = pd.concat([daily(small, "small"), daily(large, "large")])
    assert detect(both)["key"].tolist() == ["large", "small"]


def test_expected_is_the_median_of_the_same_weekday_before():
    cost = noisy()
    cost[63] += 5000
    (found,) = detect(daily(cost)).to_dict("records")
    assert found["expected"] == np.median([cost[63 - 7 * week] for week in range(1, 7)])


def test_no_days_give_no_anomalies():
    assert detect(daily([]).head(0)).empty
