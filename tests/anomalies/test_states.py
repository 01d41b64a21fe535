"""What the cost of an incident does by now: it is open, went back, or is the new normal."""

import numpy as np
import pandas as pd

from finops.anomalies.detect import detect
from tests.anomalies.series import DAYS, daily, noisy
from tests.anomalies.test_detect import only


def state_of(found):
    row = only(found)
    days = [None if pd.isna(row[name]) else row[name] for name in ("normal_on", "back_on")]
    return row["state"], *days


def test_what_is_still_away_is_open():
    cost = noisy()
    cost[150:] *= 1.5
    assert state_of(detect(daily(cost))) == ("open", None, None)


def test_what_was_usual_for_three_complete_days_went_back_on_the_first_of_them():
    cost = noisy()
    cost[150:154] *= 1.5
    assert state_of(detect(daily(cost))) == ("went back", None, DAYS[154])
    # The last two days of a bill are not complete.
    assert state_of(detect(daily(cost[:158]))) == ("open", None, None)
    assert state_of(detect(daily(cost[:159]))) == ("went back", None, DAYS[154])


def test_what_is_half_way_back_is_open():
    cost = noisy()
    cost[150:154] *= 4
    cost[154:] *= 1.6
    assert state_of(detect(daily(cost))) == ("open", None, None)


def test_what_stays_a_quarter_is_the_new_normal_and_counts_until_then():
    cost = noisy()
    cost[80:] *= 1.5
    found = detect(daily(cost))
    assert state_of(found) == ("new normal", DAYS[171], None)
    assert only(found)["end"] == DAYS[170]
    assert 0.9 < only(found)["excess"] / (91 * 500) < 1.1


def test_a_spike_that_hides_a_fall_is_not_its_end():
    cost = noisy()
    cost[120:] *= 0.8
    cost[150:160] *= 3
    fall = detect(daily(cost)).set_index("start").loc[DAYS[120]]
    assert (fall["state"], fall["end"]) == ("open", DAYS[-1])


def test_the_end_of_what_was_new_is_told_by_it():
    cost = np.zeros(len(DAYS))
    cost[100:160] = 500
    found = detect(pd.concat([daily(noisy()), daily(cost, "trial / EC2")]))
    assert state_of(found) == ("went back", None, DAYS[160])


def test_what_vanished_and_is_back_within_a_quarter_is_not_new():
    cost = noisy()
    cost[80:150] = 0
    found = detect(pd.concat([daily(noisy(seed=2), "other / EC2"), daily(cost)]))
    assert only(found)["kind"] == "vanished_cost"
    assert state_of(found) == ("went back", None, DAYS[150])


def test_what_is_back_as_more_than_it_ever_was_is_returned_cost():
    cost = noisy()
    cost[80:150] = 0
    cost[150:] *= 3
    found = detect(pd.concat([daily(noisy(seed=2), "other / EC2"), daily(cost)]))
    assert sorted(found["kind"]) == ["returned_cost", "vanished_cost"]
