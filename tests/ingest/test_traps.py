"""Facts of AWS exports that bite a loader: chunks, months, granularity and drift."""

import pytest

from finops.errors import BadSource
from tests.conftest import line, usd, write_bill
from tests.ingest.bill_files import NEEDED, bill, charges, csv_text, load, load_csv, write

# Section 2: delivery, granularity, drift.


def test_schema_drift_between_chunks_loses_no_tag(tmp_path):
    write_bill(tmp_path / "in/1.parquet", [line(resource_tags_user_a="x")])
    write_bill(tmp_path / "in/2.parquet", [line(resource_tags_user_b="y")])
    load(tmp_path / "in", tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "tags") == [({"a": "x"},), ({"b": "y"},)]


def test_all_chunks_of_a_month_count(tmp_path):
    for number in range(1, 4):
        write(tmp_path / f"in/rep-{number}.csv.gz", bill(["lineItem/ResourceId"], [f"i-{number}"]))
    load(tmp_path / "in", tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "sum(billed_cost)") == [(usd("4.5"),)]


def test_empty_and_header_only_chunks_are_left_alone(tmp_path):
    write(tmp_path / "in/rep-00001.csv.gz", bill())
    write(tmp_path / "in/rep-00002.csv.gz", "")
    write(tmp_path / "in/rep-00003.csv.gz", ",".join(NEEDED) + "\n")
    (tmp_path / "in/rep-00004.csv.gz").touch()
    (record,) = load(tmp_path / "in", tmp_path / "warehouse")
    assert (record["source_rows"], record["source_unblended_cost"]) == (1, "1.5000000000")


def test_daily_line_keeps_its_own_hours(tmp_path):
    text = csv_text(
        [*NEEDED, "lineItem/UsageEndDate"],
        [["2026-10-04T23:00:00Z", "1", "1", "2026-10-05T00:00:00Z"]],
    )
    (row,) = load_csv(tmp_path, text, columns="strftime(charge_period_start, '%d %H:%M')")
    assert row == ("04 23:00",)


def test_same_line_id_in_another_hour_is_another_line(tmp_path):
    hours = ["2026-10-01T00:00:00Z/2026-10-01T01:00:00Z", "2026-10-01T01:00:00Z/2026-10-01T02Z"]
    text = bill(["identity/LineItemId", "identity/TimeInterval"], *(["a", one] for one in hours))
    assert len(load_csv(tmp_path, text)) == 2


def test_line_id_without_an_interval_repeats_from_hour_to_hour(tmp_path):
    hours = [[f"2026-10-01T{hour:02}:00:00Z", "1", "1", "a"] for hour in range(3)]
    text = csv_text([*NEEDED, "identity/LineItemId"], hours)
    assert len(load_csv(tmp_path, text)) == 3


@pytest.mark.parametrize("column", ["lineItem/ResourceId", "lineItem/UsageType"])
def test_line_id_counts_per_file_so_one_in_two_chunks_is_two_lines(tmp_path, column):
    for number in ("1", "2"):
        text = bill(["identity/LineItemId", column], ["a", f"i-{number}"])
        write(tmp_path / f"in/rep-{number}.csv", text)
    load(tmp_path / "in", tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "sum(billed_cost)") == [(usd(3),)]


@pytest.mark.parametrize("extra", [[], ["identity/TimeInterval"]])
def test_line_that_stands_twice_in_all_that_it_says_is_refused(tmp_path, extra):
    header = ["identity/LineItemId", *extra, "resourceTags/user:app"]
    rows = [[one, *extra, "x"] for one in ("a", "b", "b", "b")]
    with pytest.raises(BadSource, match=r"2 line\(s\) stand in the bill twice, such as b\."):
        load_csv(tmp_path, bill(header, *rows))


def test_bill_without_resources_tags_or_commitments_loads(tmp_path):
    assert load_csv(tmp_path, bill(), columns="resource_id, tags, billed_cost") == [
        (None, {}, usd("1.5"))
    ]


def test_split_rows_do_not_double_usage(tmp_path):
    extra = ["lineItem/Operation", "lineItem/UsageAmount", "lineItem/LineItemType"]
    text = bill(extra, ["RunInstances", "1", "Usage"], ["EKSPod-EC2", "1", "Usage"])
    found = load_csv(tmp_path, text, columns="sum(consumed_quantity)")
    assert found == [(1.0,)]


def test_line_without_a_type_is_usage(tmp_path):
    assert load_csv(tmp_path, bill(), columns="x_line_item_type") == [("Usage",)]


def test_unknown_line_item_type_is_named_in_the_record(tmp_path):
    file = write(tmp_path / "bill.csv", bill(["lineItem/LineItemType"], ["Novelty"]))
    (record,) = load(file, tmp_path / "warehouse")
    assert record["unknown_line_item_types"] == ["Novelty"]
