"""What is left out is left out of what is loaded already too, and undoing it brings it back."""

import json
import os
import shutil

import pytest

from finops import connect
from finops.ingest.deliveries import read_records
from tests.conftest import line, write_bill

KEY = "data/BILLING_PERIOD=2026-10"


def bill(path, account, cost):
    return write_bill(
        path, [line(line_item_usage_account_id=account, line_item_unblended_cost=cost)]
    )


def export(folder, name, *costs):
    """An export with a manifest, and a file for the cost of each account."""
    files = [
        bill(folder / name / KEY / f"{name}-{number}.parquet", f"{name}{number}", cost)
        for number, cost in enumerate(costs)
    ]
    told = {
        "exportArn": f"arn:aws:bcm-data-exports:us-east-1:1:export/{name}",
        "dataFiles": [f"s3://bucket/{file.relative_to(folder)}" for file in files],
    }
    manifest = folder / name / "metadata" / "BILLING_PERIOD=2026-10" / f"{name}-Manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps(told))
    return files


def total(project):
    """What the deliveries that count sum to."""
    records = read_records(project / "warehouse")
    counted = [one for one in records if one["status"] == "current"]
    return sum(float(one["source_unblended_cost"]) for one in counted)


@pytest.fixture
def source(tmp_path):
    """Two exports of 1 + 2 and 4 USD, and a folder of two files without a manifest, 8 + 16 USD."""
    folder = tmp_path / "in"
    export(folder, "one", 1.0, 2.0)
    export(folder, "two", 4.0)
    bill(folder / "bare" / "a.parquet", "a", 8.0)
    bill(folder / "bare" / "b.parquet", "b", 16.0)
    return folder


@pytest.mark.parametrize(
    ("left", "cost"),
    [
        (f"one/{KEY}/one-0.parquet", 30),
        ("one/metadata/BILLING_PERIOD=2026-10/one-Manifest.json", 28),
        ("one", 28),
        ("two", 27),
        ("bare/b.parquet", 15),
        ("bare/", 7),
    ],
)
@pytest.mark.parametrize("is_loaded_before", [True, False])
def test_what_is_left_out_of_a_load_comes_back_when_that_is_undone(
    project, source, left, cost, is_loaded_before, monkeypatch
):
    warehouse = connect(project)
    if is_loaded_before:
        warehouse.load(source)
    monkeypatch.chdir(source)
    warehouse.decide(left, "leave", "a test")
    monkeypatch.chdir(project)
    warehouse.load(source)
    assert total(project) == cost
    # The name that the files have in the account does as well.
    warehouse.decide(str(source / left), "undo", "a test")
    warehouse.load(source)
    assert total(project) == 31


def test_until_the_next_load_a_delivery_with_other_files_counts(project, source):
    warehouse = connect(project)
    warehouse.load(source)
    warehouse.decide(str(source / "bare" / "b.parquet"), "leave", "a test")
    assert total(project) == 31


def test_what_was_left_out_in_the_place_of_an_older_file_brings_that_back(project, tmp_path):
    for number, cost in enumerate((1.0, 2.0)):
        file = bill(tmp_path / "in" / str(number) / "bill.parquet", "a", cost)
        os.utime(file, (number * 1000, number * 1000))
    warehouse = connect(project)
    warehouse.load(tmp_path / "in")
    warehouse.decide(str(tmp_path / "in" / "1"), "leave", "a test")
    warehouse.load(tmp_path / "in")
    assert total(project) == 1


def test_copies_of_files_that_a_manifest_names_are_the_same_bytes(project, source):
    shutil.copytree(source / "one" / KEY, source / "backup")
    warehouse = connect(project)
    warehouse.load(source)
    files = warehouse.files()
    copies = files[files["file"].str.contains("backup")]
    assert copies["status"].tolist() == ["same bytes", "same bytes"]
    assert total(project) == 31


def test_bill_that_a_manifest_names_later_is_of_that_export(project, tmp_path):
    (file,) = export(tmp_path / "in", "one", 5.0)
    manifest = next((tmp_path / "in").rglob("*Manifest.json"))
    manifest.rename(tmp_path / "away")
    connect(project).load(tmp_path / "in")
    (tmp_path / "away").rename(manifest)
    connect(project).load(tmp_path / "in")
    # A refresh counts whatever it holds, as of one export.
    bill(file, "another", 3.0)
    connect(project).load(tmp_path / "in")
    assert total(project) == 3


def test_leaving_a_file_out_where_it_lies_now_counts(project, tmp_path):
    for name, cost in (("a", 1.0), ("b", 2.0)):
        bill(tmp_path / "in" / f"{name}.parquet", name, cost)
    warehouse = connect(project)
    warehouse.load(tmp_path / "in")
    moved = (tmp_path / "in").rename(tmp_path / "moved")
    warehouse.load(moved)
    warehouse.decide(str(moved / "b.parquet"), "leave", "a test")
    warehouse.load(moved)
    assert total(project) == 1
