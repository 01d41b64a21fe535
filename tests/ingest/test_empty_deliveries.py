"""A refresh without a line never stands for a month that has some, and loses nothing silently."""

import json

import pytest

from finops import connect
from finops.errors import BadSource
from finops.ingest.deliveries import read_records
from tests.ingest.bill_files import NEEDED, ROW, csv_text, write


def deliver(folder, month, day, *rows):
    """One version of a month of an export, delivered on a day."""
    at = f"BILLING_PERIOD={month}/2026-10-{day:02}T00:00:00.000Z-id"
    write(folder / "data" / at / "x.csv", csv_text(NEEDED, rows))
    name = f"s3://bucket/data/{at}/x.csv"
    write(folder / "metadata" / at / "x-Manifest.json", json.dumps({"dataFiles": [name]}))


@pytest.fixture
def source(tmp_path):
    return tmp_path / "in"


@pytest.fixture
def load(project, source):
    """Load what was delivered; return month and sum of what counts."""

    def run():
        connect(project).load(source)
        records = read_records(project / "warehouse")
        counted = [one for one in records if one["status"] == "current"]
        return [(one["billing_period"], float(one["source_unblended_cost"])) for one in counted]

    return run


def test_month_that_has_just_begun_is_empty(load, project, source):
    deliver(source, "2026-10", 1, ROW)
    deliver(source, "2026-11", 2)
    assert load() == load() == [("2026-10", 1.5)]
    assert sorted(connect(project).files()["status"])[2:4] == ["empty", "taken"]


def test_empty_refresh_is_refused_by_name_until_it_is_left_out(load, project, source):
    deliver(source, "2026-10", 1, ROW)
    deliver(source, "2026-10", 2)
    with pytest.raises(BadSource, match=r"02T.*x-Manifest\.json holds no line, and another"):
        load()
    [manifest] = source.glob("metadata/*/2026-10-02*/*.json")
    connect(project).decide(str(manifest), "leave", "a failed refresh")
    assert load() == [("2026-10", 1.5)]


def test_empty_refresh_of_a_loaded_month_leaves_it_as_it_is(load, project, source):
    deliver(source, "2026-10", 1, ROW)
    load()
    deliver(source, "2026-10", 2)
    with pytest.raises(BadSource, match="holds no line"):
        load()
    assert [one["status"] for one in read_records(project / "warehouse")] == ["current"]
