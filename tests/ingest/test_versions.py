"""Of the versions of a month the newest is loaded, an older one when somebody asks for the past."""

import datetime as dt
import json
import os

import pytest

from finops import connect
from finops.errors import BadSource
from tests.conftest import line, usd, write_bill

BILLED = "select sum(billed_cost) as b from facts.daily_cost"


def deliver(root, day, cost):
    """Write a version of October that AWS delivered on a day of November, with its manifest."""
    execution = f"2026-11-{day:02}T00:00:00.000Z-x"
    data = f"exp/data/BILLING_PERIOD=2026-10/{execution}/exp-00001.snappy.parquet"
    file = write_bill(root / data, [line(line_item_unblended_cost=cost)])
    when = dt.datetime(2026, 11, day, tzinfo=dt.UTC).timestamp()
    os.utime(file, (when, when))
    manifest = root / "exp/metadata/BILLING_PERIOD=2026-10" / execution / "exp-Manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(
        json.dumps({"dataFiles": [f"s3://b/{data}"], "exportArn": "a/exp", "executionId": "x"})
    )
    return file


@pytest.fixture
def bucket(tmp_path):
    """October in three versions, of 1, 2 and 3 USD."""
    for day, cost in ((2, 1.0), (5, 2.0), (9, 3.0)):
        deliver(tmp_path / "bucket", day, cost)
    return tmp_path / "bucket"


def test_only_the_newest_version_is_loaded_and_the_others_are_registered(project, bucket):
    warehouse = connect(project)
    loaded = warehouse.load(bucket)
    assert loaded["source_unblended_cost"].tolist() == ["3.0000000000"]
    files = warehouse.files()
    of_data = files[files["file"].str.endswith(".parquet")]
    assert of_data["status"].tolist() == ["replaced", "replaced", "taken"]
    assert "loaded when the past is asked for" in of_data["detail"].iloc[0]


def test_another_day_loads_the_version_of_then(project, bucket):
    warehouse = connect(project)
    warehouse.load(bucket)
    warehouse.build()
    assert connect(project, as_of="2026-11-06").sql(BILLED)["b"].tolist() == [usd(2)]
    assert connect(project, as_of="2026-11-03").sql(BILLED)["b"].tolist() == [usd(1)]
    assert connect(project).sql(BILLED)["b"].tolist() == [usd(3)]


def test_diff_of_a_month_loads_the_version_before(project, bucket):
    warehouse = connect(project)
    warehouse.load(bucket)
    assert warehouse.diff("2026-10")["x_billed_cost_change"].tolist() == [usd(1)]


def test_version_whose_files_are_gone_is_named(project, bucket):
    warehouse = connect(project)
    warehouse.load(bucket)
    (old,) = (file for file in bucket.rglob("*.parquet") if "2026-11-05" in str(file))
    old.unlink()
    with pytest.raises(BadSource, match=r"2026-10 as it was delivered on 2026-11-05 was never"):
        connect(project, as_of="2026-11-06").sql(BILLED)


def test_all_versions_are_loaded_when_asked_for(project, bucket):
    assert len(connect(project).load(bucket, all_versions=True)) == 3
