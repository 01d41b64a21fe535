"""Which files make a delivery, by manifest and without one."""

import json
import os

import pytest

from finops.errors import BadSource, MissingColumns, SourceNotFound
from finops.ingest.discover import find_deliveries
from tests.conftest import line, write_bill


def legacy_manifest(root, keys, period="20261001"):
    path = root / "pre" / "rep" / f"{period}-20261101" / "rep-Manifest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    start = f"{period}T000000.000Z"
    path.write_text(
        json.dumps({"reportKeys": keys, "reportName": "rep", "billingPeriod": {"start": start}})
    )
    return path


def export_manifest(root, execution, names=("exp-00001.snappy.parquet",)):
    data = f"pre/exp/data/BILLING_PERIOD=2026-10/{execution}"
    path = root / "pre/exp/metadata/BILLING_PERIOD=2026-10" / execution / "exp-Manifest.json"
    path.parent.mkdir(parents=True)
    urls = [f"s3://bucket/{data}/{name}" for name in names]
    path.write_text(json.dumps({"executionId": execution, "dataFiles": urls, "exportArn": "a/exp"}))
    return [root / data / name for name in names]


def test_legacy_manifest_names_its_files_and_month(tmp_path):
    key = "pre/rep/rep/year=2026/month=10/rep-00001.snappy.parquet"
    write_bill(tmp_path / key, [line()])
    legacy_manifest(tmp_path, [key])
    (found,) = find_deliveries(tmp_path)
    assert (found.format, found.billing_period, found.files) == (
        "legacy CUR",
        "2026-10",
        (tmp_path / key,),
    )


def test_folder_may_be_a_prefix_of_the_bucket(tmp_path):
    write_bill(tmp_path / "rep/year=2026/month=10/rep-00001.snappy.parquet", [line()])
    legacy_manifest(tmp_path, ["far/away/rep/year=2026/month=10/rep-00001.snappy.parquet"])
    assert len(find_deliveries(tmp_path)) == 1


def test_every_file_of_a_manifest_is_taken(tmp_path):
    files = export_manifest(tmp_path, "2026-11-01T00:00:00.000Z-a", ("1.parquet", "2.parquet"))
    for file in files:
        write_bill(file, [line()])
    assert find_deliveries(tmp_path)[0].files == tuple(files)


def test_two_executions_are_two_deliveries_in_order(tmp_path):
    for execution in ("2026-11-15T04:00:00.000Z-b", "2026-11-02T04:00:00.000Z-z"):
        write_bill(export_manifest(tmp_path, execution)[0], [line()])
    times = [found.delivered_at.strftime("%m-%d %H:%M") for found in find_deliveries(tmp_path)]
    assert times == ["11-02 04:00", "11-15 04:00"]


def test_manifest_with_a_missing_file_is_refused(tmp_path):
    export_manifest(tmp_path, "2026-11-01T00:00:00.000Z-a")
    with pytest.raises(BadSource, match=r"exp-00001\.snappy\.parquet.*Fetch the whole delivery"):
        find_deliveries(tmp_path)


def test_manifest_can_not_name_a_file_outside_the_folder(tmp_path):
    write_bill(tmp_path / "secret.parquet", [line()])
    legacy_manifest(tmp_path / "bill", ["../secret.parquet"])
    with pytest.raises(BadSource, match="leaves the folder"):
        find_deliveries(tmp_path / "bill")


def test_broken_manifest_is_named(tmp_path):
    (tmp_path / "x-Manifest.json").write_text("{")
    with pytest.raises(BadSource, match=r"x-Manifest.json is not a readable manifest"):
        find_deliveries(tmp_path)


def test_bare_folder_is_one_delivery_a_month_and_says_so(tmp_path):
    write_bill(tmp_path / "a.parquet", [line()])
    write_bill(tmp_path / "b.parquet", [line()])
    (found,) = find_deliveries(tmp_path)
    assert [file.name for file in found.files] == ["a.parquet", "b.parquet"]
    assert found.assumptions == (
        f"no manifest: 2 file(s) in {tmp_path.name} taken as all of 2026-10",
    )


def test_bare_copies_of_a_month_do_not_add_up(tmp_path):
    for number, name in enumerate(("old", "new")):
        file = write_bill(tmp_path / name / "bill.parquet", [line()])
        os.utime(file, (number + 1, number + 1))
    (found,) = find_deliveries(tmp_path)
    assert found.files == (tmp_path / "new" / "bill.parquet",)
    assert "left alone: old" in found.assumptions[1]


def test_status_file_and_empty_chunk_are_left_alone(tmp_path):
    write_bill(tmp_path / "a.parquet", [line()])
    write_bill(tmp_path / "cost_and_usage_data_status" / "s.parquet", [{"status": "READY"}])
    (tmp_path / "b.parquet").touch()
    assert [file.name for file in find_deliveries(tmp_path)[0].files] == ["a.parquet"]


def test_folder_without_a_bill_is_refused(tmp_path):
    with pytest.raises(SourceNotFound, match="holds no bill"):
        find_deliveries(tmp_path)


def test_absent_folder_is_refused(tmp_path):
    with pytest.raises(SourceNotFound, match="does not exist"):
        find_deliveries(tmp_path / "nowhere")


def test_truncated_parquet_is_named(tmp_path):
    file = write_bill(tmp_path / "a.parquet", [line()])
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(BadSource, match=r"a\.parquet can't be read as Parquet; is it cut off"):
        find_deliveries(tmp_path)


def test_other_parquet_is_no_bill(tmp_path):
    write_bill(tmp_path / "a.parquet", [{"x": 1}])
    with pytest.raises(MissingColumns, match=r"a\.parquet has no line_item_usage_start_date"):
        find_deliveries(tmp_path)
