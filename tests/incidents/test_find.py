"""Incidents of a whole bill: one per cause, with owner, cause and money at risk."""

import json
from decimal import Decimal

import pandas as pd
import pytest

import finops
from finops.incidents.find import find
from tests.conftest import SAMPLE


@pytest.fixture(scope="module")
def found(sample_anomalies):
    return sample_anomalies


def test_every_planted_anomaly_is_an_incident_that_names_its_usage(found):
    truth = pd.read_csv(SAMPLE / "truth" / "anomalies.csv", parse_dates=["start", "end"])
    for event in truth.to_dict("records"):
        near = (found["start"] - event["start"]).abs() <= pd.Timedelta(days=10)
        same = (found["excess"] > 0) == (event["direction"] == "up")
        texts = " ".join(found[near & same]["causes"])
        assert event["usage_type"].rpartition(":")[2] in texts, event["anomaly_id"]


def test_a_leak_in_one_bucket_is_seen_though_its_team_and_service_hide_it(found):
    key = (
        "data-lake / Amazon Simple Storage Service / APN2-TimedStorage-ByteHrs / "
        "data-lake-scratch-bucket-1"
    )
    row = found[found["key"] == key].squeeze()
    assert (row["level"], row["owner"], row["kind"]) == ("resource", "data-lake", "slow_leak")


def test_a_price_cut_and_a_commitment_are_one_incident_for_all_teams(found):
    cut = found[found["key"] == "* / Amazon SageMaker"].squeeze()
    assert "15 % lower price" in cut["cause"]
    assert cut["owner"] == "*"
    plan = found[(found["start"] == "2026-03-10") & (found["excess"] > 0)]
    assert plan["key"].tolist() == ["* / Amazon Elastic Compute Cloud"]
    assert "on demand because the Savings Plan 8bc40e4b expired" in plan["cause"].iloc[0]


def test_incidents_are_ranked_by_what_can_still_be_changed(found):
    """30 days of what is open, then the new normal by money, then what went back by age too."""
    assert found["at_risk"].is_monotonic_decreasing
    is_open = found["state"] == "open"
    at_risk = 30 * found.loc[is_open, "per_day"].abs()
    assert found.loc[is_open, "at_risk"].tolist() == pytest.approx(at_risk.tolist())
    assert (found.loc[~is_open, "at_risk"] == 0).all()
    assert found.loc[found["state"] == "new normal", "excess"].abs().is_monotonic_decreasing
    back = found[found["state"] == "went back"]
    days = (pd.Timestamp("2026-10-31") - back["back_on"]).dt.days + 1
    assert (back["excess"].abs() / days).is_monotonic_decreasing


def test_the_excess_of_a_day_has_the_sign_of_the_incident(found):
    steps = found[found["kind"].isin(["level_shift", "spike", "new_cost", "vanished_cost"])]
    assert (steps["per_day"] * steps["excess"] > 0).all()


def test_the_excess_of_the_causes_is_that_of_the_incident(found):
    for row in found.to_dict("records"):
        causes = json.loads(row["causes"])
        total = sum((Decimal(cause["excess"]) for cause in causes), Decimal(0))
        assert float(total) == pytest.approx(row["excess"], abs=0.01)
        for cause in causes:
            effects = sum((Decimal(value) for value in cause["effects"].values()), Decimal(0))
            assert effects == Decimal(cause["excess"])


def test_the_parts_of_the_teams_add_up_to_the_incident(found):
    for row in found.to_dict("records"):
        parts = [Decimal(team["excess"]) for team in json.loads(row["teams"]).values()]
        causes = [Decimal(cause["excess"]) for cause in json.loads(row["causes"])]
        assert sum(parts) == sum(causes)
    cut = found[found["key"] == "* / Amazon SageMaker"].squeeze()
    assert sorted(json.loads(cut["teams"])) == ["data-lake", "dispatch", "search"]


def test_the_end_of_two_services_of_a_real_bill_is_found_with_its_cause(real_project):
    found = find(finops.connect(real_project))
    vanished = found[found["kind"] == "vanished_cost"].set_index("key")["cause"]
    assert vanished["unowned / AWS Glue"].startswith(
        "Glue in us-east-1 without an owner: no usage any more since Wednesday 2018-11-21"
    )
    assert vanished["unowned / Amazon Relational Database Service"].startswith(
        "RDS in us-east-1 without an owner: no usage any more since Sunday 2018-11-25"
    )
    machine = vanished["unowned / Amazon Elastic Compute Cloud / BoxUsage:m4.xlarge"]
    assert "no m4.xlarge any more since Wednesday 2018-11-21" in machine
