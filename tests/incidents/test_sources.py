"""Anomalies of a whole bill: the sample company's planted ones, and a real one."""

import pandas as pd
import pytest

import finops
from finops.incidents import sources
from tests.conftest import SAMPLE


@pytest.fixture(scope="module")
def found(sample_anomalies):
    return sample_anomalies


@pytest.mark.parametrize(
    ("key", "kind", "start", "end"),
    [
        ("network / Amazon Elastic Compute Cloud", "spike", "2025-12-09", "2025-12-11"),
        ("observability / AmazonCloudWatch", "level_shift", "2026-03-23", "2026-05-03"),
        ("dispatch / Amazon DynamoDB", "spike", "2026-07-15", "2026-07-17"),
        ("ads / AWS Lambda", "spike", "2026-09-08", "2026-09-10"),
        ("network / Amazon CloudFront", "level_shift", "2026-09-14", "2026-10-31"),
    ],
)
def test_planted_anomalies_are_found_on_their_first_day(found, key, kind, start, end):
    row = found[(found["key"] == key) & (found["start"] == start)].squeeze()
    assert (row["kind"], row["end"]) == (kind, pd.Timestamp(end))
    assert row["detected_on"] == row["start"]


def test_promotions_holidays_and_month_starts_are_not_reported(found):
    alike = pd.read_csv(SAMPLE / "truth" / "lookalikes.csv", parse_dates=["start", "end"])
    alike = alike[alike["kind"].isin(["promotion_surge", "holiday_dip"])]
    planned = {day for row in alike.itertuples() for day in pd.date_range(row.start, row.end)}
    spikes = found[(found["kind"] == "spike") & (found["excess"].abs() > 100)]
    assert not set(spikes["start"]) & planned


def test_the_bill_was_delivered_long_after_its_last_day_so_nothing_is_incomplete(found):
    assert not found["incomplete"].any()


def test_an_event_of_a_service_is_one_of_its_team(sample_project):
    events = sources.events(finops.connect(sample_project))
    migration = events[events["kind"] == "migration"].squeeze()
    assert (migration["key"], str(migration["end"])[:10]) == ("payment", "2026-06-19")
