"""First comes what a reader can still change, whatever it has cost so far."""

import pandas as pd

from finops.incidents.prices import _state_of
from finops.incidents.ranking import ranked
from tests.incidents.test_record import anomaly, frame, gone_back

LAST = pd.Timestamp("2026-10-31")


def order(*rows):
    found = frame(*rows).drop(columns="place")
    return list(ranked(found, LAST)["key"])


def test_what_is_open_comes_first_by_what_a_day_costs_and_not_by_what_it_has_cost():
    assert order(
        gone_back("2026-10-30", key="large and over", excess=90_000.0, at_risk=0.0),
        anomaly(key="small", at_risk=30.0, excess=5_000.0),
        anomaly(key="dear", at_risk=3_000.0, excess=100.0),
        anomaly(key="accepted", state="new normal", excess=70_000.0, at_risk=0.0),
    ) == ["dear", "small", "accepted", "large and over"]


def test_what_went_back_long_ago_sinks():
    """1,000 USD of yesterday is 500 for each day since then, 9,000 of 89 days ago is 100."""
    assert order(
        gone_back("2026-08-04", key="long ago", excess=9_000.0, at_risk=0.0),
        gone_back("2026-10-30", key="yesterday", excess=-1_000.0, at_risk=0.0),
    ) == ["yesterday", "long ago"]


def test_nothing_found_has_no_order():
    assert order() == []


def state(*rows):
    return _state_of(frame(*rows).to_dict("records"))


def test_one_price_of_several_teams_is_open_while_one_of_them_is_and_back_when_all_are():
    back, later = gone_back("2026-10-08"), gone_back("2026-10-10")
    accepted = anomaly(state="new normal", normal_on="2026-10-20")
    assert state(back, accepted, anomaly())["state"] == "open"
    assert state(back, accepted)["normal_on"].day == 20
    assert state(back, later)["back_on"].day == 10
