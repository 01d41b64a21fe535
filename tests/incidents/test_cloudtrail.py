"""CloudTrail files name the change that came before a cause."""

import datetime as dt
import gzip
import json
from decimal import Decimal

import pandas as pd
import pytest

from finops.errors import BadInput
from finops.incidents.cause import Cause
from finops.incidents.cloudtrail import read_trail

START = dt.date(2026, 10, 5)


def record(time="2026-10-04T20:00:00Z", name="RunInstances", **values):
    return {
        "eventTime": time,
        "eventName": name,
        "eventSource": "ec2.amazonaws.com",
        "awsRegion": "ap-northeast-2",
        "recipientAccountId": "012345678901",
        "userIdentity": {"arn": "arn:aws:sts::012345678901:assumed-role/deploy/ci"},
        "requestParameters": {"instanceType": "r6g.4xlarge"},
    } | values


def cause(**same):
    items = pd.DataFrame(
        {
            "resource_id": ["i-0a"],
            "effective_cost": [Decimal(10)],
            "x_base_effective_cost": [Decimal(0)],
        }
    )
    values = {
        "x_service_code": "AmazonEC2",
        "region_id": "ap-northeast-2",
        "sub_account_id": "012345678901",
        "x_instance_type": "r6g.4xlarge",
    }
    return Cause({}, values | same, Decimal(10), {}, items)


def changes(tmp_path, *records, **same):
    folder = tmp_path / "AWSLogs" / "2026"
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / "trail.json.gz", "wt") as stream:
        json.dump({"Records": list(records)}, stream)
    return read_trail(tmp_path).changes_of(cause(**same), START)


def test_a_call_shortly_before_is_named_with_who_made_it(tmp_path):
    assert changes(tmp_path, record()) == [
        {"event": "RunInstances", "actor": "ci", "time": "2026-10-04 20:00"}
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"time": "2026-10-01T00:00:00Z"},
        {"time": "2026-10-06T00:00:00Z"},
        {"readOnly": True},
        {"errorCode": "AccessDenied"},
        {"awsRegion": "us-east-1"},
        {"recipientAccountId": "999999999999"},
        {"eventSource": "rds.amazonaws.com"},
    ],
)
def test_other_days_places_services_and_calls_that_changed_nothing_are_left_out(tmp_path, values):
    assert changes(tmp_path, record(**values)) == []


def test_what_names_the_resource_comes_first_even_if_it_is_older(tmp_path):
    named = record(
        time="2026-09-25T00:00:00Z",
        name="ModifyInstanceAttribute",
        requestParameters={"instanceId": "i-0a"},
    )
    other = record(name="CreateTags", requestParameters=None)
    found = changes(tmp_path, other, record(), named)
    assert [one["event"] for one in found] == [
        "ModifyInstanceAttribute",
        "RunInstances",
        "CreateTags",
    ]


def test_a_cause_without_a_region_takes_changes_of_all(tmp_path):
    assert len(changes(tmp_path, record(awsRegion="us-east-1"), region_id="us-east-1")) == 1


def test_names_of_a_log_stay_in_one_line(tmp_path):
    (change,) = changes(tmp_path, record(name="Run\n\x1b[31mInstances"))
    assert "".join(change.values()).isprintable()


def test_no_folder_and_no_records_are_no_changes(tmp_path):
    assert read_trail(tmp_path / "none").changes_of(cause(), START) == []
    assert changes(tmp_path) == []


@pytest.mark.parametrize("text", ["{", '{"Records": [{"eventName": "x"}]}', '[{"a": 1}]', "{}"])
def test_a_file_that_is_no_log_is_named(tmp_path, text):
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(BadInput, match=r"bad\.json"):
        read_trail(tmp_path)
