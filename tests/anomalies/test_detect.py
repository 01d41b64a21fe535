"""Planted anomalies are found with their kind, days and money; what is explained is not."""

import numpy as np
import pandas as pd
import pytest

from finops.anomalies.detect import detect, detect_each
from tests.anomalies.series import DAYS, at, daily, drivers, event, noisy, orders_with_surge


def only(found):
    (row,) = found.to_dict("records")
    return row


def test_a_spike_is_found_on_its_day_with_its_money():
    cost = noisy()
    cost[160:162] += 500
    found = only(detect(daily(cost)))
    assert (found["kind"], found["start"], found["end"]) == ("spike", DAYS[160], DAYS[161])
    assert found["detected_on"] == DAYS[160]
    assert 950 < found["excess"] < 1050
    assert found["excess"] == pytest.approx(found["actual"] - found["expected"])
    assert found["score"] > 5.5
    assert not found["incomplete"]


def test_a_rise_that_lasts_is_one_level_shift_and_its_end_is_no_news():
    cost = noisy()
    cost[120:160] *= 1.3
    found = only(detect(daily(cost)))
    assert (found["kind"], found["start"], found["end"]) == ("level_shift", DAYS[120], DAYS[159])
    assert found["detected_on"] == DAYS[120]
    assert 0.9 < found["excess"] / (40 * 300) < 1.1


def test_a_slow_leak_is_found_while_it_grows():
    cost = noisy()
    cost[100:160] *= np.exp(np.linspace(0, np.log(1.8), 60))
    found = only(detect(daily(cost)))
    assert found["kind"] == "slow_leak"
    assert DAYS[100] <= found["detected_on"] <= DAYS[125]
    assert DAYS[155] <= found["end"] <= DAYS[165]


def test_new_cost_is_found_when_it_passes_25():
    cost = np.zeros(len(DAYS))
    cost[150:160] = 20
    both = pd.concat([daily(noisy()), daily(cost, "new / EC2")])
    found = only(detect(both))
    assert (found["key"], found["kind"], found["start"]) == ("new / EC2", "new_cost", DAYS[150])
    assert found["detected_on"] == DAYS[151]
    assert (found["end"], found["expected"], found["actual"]) == (DAYS[159], 0, 200)


def test_vanished_cost_is_told_two_days_later_because_a_bill_may_be_late():
    cost = noisy()
    cost[150:] = 0
    found = only(detect(daily(cost)))
    assert (found["kind"], found["start"]) == ("vanished_cost", DAYS[150])
    assert found["detected_on"] == DAYS[152]
    assert found["excess"] < -49_000
    assert found["incomplete"]


def test_last_days_that_are_not_complete_are_no_fall():
    cost = noisy()
    cost[-2:] *= [0.9, 0.5]
    assert detect(daily(cost)).empty


def test_a_weekend_that_runs_like_a_weekday_is_a_missed_saving():
    weekend = DAYS.day_of_week >= 5
    cost = noisy() * np.where(weekend, 0.4, 1.0)
    saturday = at("2026-08-08")
    cost[saturday : saturday + 2] = 1000
    found = only(detect(daily(cost)))
    assert (found["kind"], found["start"]) == ("missed_saving", DAYS[saturday])
    assert 1100 < found["excess"] < 1300


def test_weekends_growth_and_month_start_fees_are_explained():
    weekend = np.where(DAYS.day_of_week >= 5, 0.4, 1.0)
    cost = noisy() * weekend * np.linspace(1, 1.3, len(DAYS))
    cost += np.where(DAYS.day == 1, 3000, 0)
    assert detect(daily(cost)).empty


def test_a_fee_that_doubles_is_found():
    cost = noisy() + np.where(DAYS.day == 1, 3000, 0)
    cost[at("2026-08-01")] += 3000
    found = only(detect(daily(cost)))
    assert (found["kind"], found["start"]) == ("spike", pd.Timestamp("2026-08-01"))
    assert 2500 < found["excess"] < 3500


def test_a_holiday_may_be_like_a_weekend():
    closed = (DAYS.day_of_week >= 5) | DAYS.isin(["2026-05-05", "2026-05-25", "2026-08-17"])
    assert detect(daily(noisy() * np.where(closed, 0.3, 1.0))).empty


def test_holidays_can_be_given_as_events():
    cost = noisy() * np.where((DAYS.day_of_week >= 5) | (DAYS == "2026-08-11"), 0.3, 1.0)
    cost[at("2026-08-12") : at("2026-08-14")] *= 0.3
    given = event("2026-08-11", "2026-08-13", "holiday")
    assert len(detect(daily(cost))) == 1
    assert detect(daily(cost), events=given).empty


def test_orders_explain_a_surge_that_is_an_anomaly_without_them():
    orders = orders_with_surge(160, 161, 1.5)
    cost = noisy(noise=0.01) * orders / 3e6
    assert detect(daily(cost), drivers=drivers(orders)).empty
    assert only(detect(daily(cost)))["start"] == DAYS[160]


def test_orders_do_not_excuse_what_is_more_than_they_explain():
    orders = orders_with_surge(160, 161, 1.5)
    cost = noisy(noise=0.01) * orders / 3e6
    cost[160] *= 2
    assert only(detect(daily(cost), drivers=drivers(orders)))["start"] == DAYS[160]


def test_a_promotion_without_orders_is_not_judged_upwards():
    cost = noisy()
    cost[160:163] *= 1.5
    promotion = event(DAYS[160], DAYS[162], "promotion")
    assert detect(daily(cost), events=promotion).empty


@pytest.mark.parametrize("key", ["*", "search / EC2", "search", "EC2"])
def test_an_announced_change_is_no_anomaly_and_resets_what_is_usual(key):
    cost = noisy()
    cost[150:] *= 1.5
    cost[180] += 700
    found = only(detect(daily(cost), events=event(DAYS[150], DAYS[150], "migration", key)))
    assert (found["kind"], found["start"]) == ("spike", DAYS[180])


def test_an_announcement_for_another_key_excuses_nothing():
    cost = noisy()
    cost[150:] *= 1.5
    assert len(detect(daily(cost), events=event(DAYS[150], DAYS[150], "migration", "sea"))) == 1


def test_a_sparse_series_is_compared_with_its_active_days():
    active = np.random.default_rng(3).random(len(DAYS)) < 0.3
    cost = np.where(active, noisy(200, noise=0.3), 0.0)
    assert detect(daily(cost)).empty
    day = int(np.flatnonzero(active)[-5])
    cost[day] = 2000
    assert only(detect(daily(cost)))["start"] == DAYS[day]


def test_credits_within_a_key_are_no_cost():
    cost = noisy()
    cost[0] = -50_000
    assert detect(daily(cost)).empty


def test_small_money_is_no_anomaly():
    cost = noisy(level=10.0)
    cost[160] = 14
    assert detect(daily(cost)).empty


def test_keys_that_rise_together_without_orders_are_one_row():
    keys = []
    for number in range(12):
        cost = noisy(seed=number)
        cost[160] *= 1.5
        keys.append(daily(cost, f"key {number}"))
    found = only(detect(pd.concat(keys)))
    assert (found["key"], found["start"]) == ("*", DAYS[160])
    assert 5_500 < found["excess"] < 6_500


def test_a_key_that_came_back_to_its_level_is_no_news():
    cost = noisy()
    cost[120:140] = 0
    assert only(detect(daily(cost)))["kind"] == "vanished_cost"


def test_storage_priced_by_the_month_may_cost_more_a_day_in_february():
    days = pd.date_range("2025-10-01", periods=200)
    cost = noisy(noise=0.003) * 31 / days.days_in_month
    frame = pd.DataFrame({"date": days, "key": "data / S3", "cost": cost})
    assert detect(frame).empty


def test_most_money_comes_first():
    small, large = noisy(seed=2), noisy(seed=3)
    small[160] += 400
    large[165:168] = 0
    both = pd.concat([daily(small, "small"), daily(large, "large")])
    assert detect(both)["key"].tolist() == ["large", "small"]


def test_days_after_as_of_are_not_looked_at():
    cost = noisy()
    cost[160] += 500
    assert detect(daily(cost), as_of=DAYS[159]).empty
    assert only(detect(daily(cost), as_of=DAYS[160]))["incomplete"]
    assert not only(detect(daily(cost), as_of=DAYS[170]))["incomplete"]


def test_no_days_give_no_anomalies():
    assert detect(daily([]).head(0)).empty


def test_frames_are_judged_together_as_if_each_was_alone():
    spike, shift = noisy(seed=2), noisy(seed=3)
    spike[160:162] += 500
    shift[120:] *= 1.3
    many = pd.concat([daily(spike, f"team {number}") for number in range(12)])
    other = pd.concat([daily(shift, "team 1"), daily(spike, "team 2")])
    empty = daily(np.zeros(0))
    together = detect_each([many, empty, other])
    for found, alone in zip(together, [many, empty, other], strict=True):
        pd.testing.assert_frame_equal(found, detect(alone))
    assert [list(found["key"]) for found in together] == [["*"], [], ["team 1", "team 2"]]
