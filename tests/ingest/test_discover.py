"""Which files make a delivery, by manifest and without one."""

import json
import os
import shutil

import pytest

from finops.errors import BadInput, BadSource, MissingColumns, SourceNotFound
from finops.ingest.discover import find_bill, find_deliveries
from tests.conftest import line, write_bill
from tests.ingest.bill_files import bill, write


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


def problems(folder):
    """What is wrong with each month of a folder."""
    return {one.billing_period: one.problem for one in find_deliveries(folder)}


def test_manifest_with_a_missing_file_is_refused(tmp_path):
    (file,) = export_manifest(tmp_path, "2026-11-01T00:00:00.000Z-a")
    (manifest,) = tmp_path.rglob("*Manifest.json")
    assert problems(tmp_path) == {
        "2026-10": f"{manifest} names s3://bucket/{file.relative_to(tmp_path)}, which is not below "
        f"{tmp_path}. Fetch the whole delivery."
    }


def test_missing_file_of_an_older_execution_does_no_harm(tmp_path):
    export_manifest(tmp_path, "2026-11-01T00:00:00.000Z-a")
    (file,) = export_manifest(tmp_path, "2026-11-02T00:00:00.000Z-b")
    write_bill(file, [line()])
    assert [(one.files, one.problem) for one in find_deliveries(tmp_path)] == [((file,), "")]


def test_month_whose_newest_delivery_lacks_a_file_has_no_older_one(tmp_path):
    (file,) = export_manifest(tmp_path, "2026-11-01T00:00:00.000Z-a")
    export_manifest(tmp_path, "2026-11-02T00:00:00.000Z-b")
    write_bill(file, [line()])
    (found,) = find_deliveries(tmp_path)
    assert "2026-11-02" in found.problem


def test_missing_file_of_a_payer_does_no_harm_to_another_with_an_export_of_one_name(tmp_path):
    (file,) = export_manifest(tmp_path / "1", "2026-11-01T00:00:00.000Z-a")
    write_bill(file, [line()])
    export_manifest(tmp_path / "2", "2026-11-02T00:00:00.000Z-b")
    found = find_deliveries(tmp_path)
    assert [(one.files, bool(one.problem)) for one in found] == [((file,), False), ((), True)]


def test_copies_of_two_buckets_with_the_same_keys_are_two_deliveries(tmp_path):
    for payer in ("1", "2"):
        write_bill(tmp_path / payer / "pre/rep/1.parquet", [line(bill_payer_account_id=payer)])
        legacy_manifest(tmp_path / payer, ["pre/rep/1.parquet"])
    files = [tmp_path / payer / "pre/rep/1.parquet" for payer in ("1", "2")]
    assert [one.files for one in find_deliveries(tmp_path)] == [(file,) for file in files]


def test_manifest_can_not_name_a_file_outside_the_folder(tmp_path):
    write_bill(tmp_path / "secret.parquet", [line()])
    manifest = legacy_manifest(tmp_path / "bill", ["../secret.parquet"])
    assert problems(tmp_path / "bill") == {
        "2026-10": f"{manifest} names '../secret.parquet', which leaves the folder. Not read."
    }


@pytest.mark.parametrize("key", ["/etc/passwd", "s3://bucket/etc/passwd", "a\0b", "x" * 5000])
def test_manifest_finds_no_file_of_the_machine(tmp_path, key):
    legacy_manifest(tmp_path, [key])
    assert problems(tmp_path)["2026-10"]


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("{", ""),
        ("[1]", ""),
        ("[" * 100_000, ""),
        ('{"reportKeys": 5}', ""),
        ('{"reportKeys": ["a"], "billingPeriod": {"start": "soon"}}', ""),
        ('{"dataFiles": []}', "2026-09"),
        ('{"dataFiles": ["a.parquet"], "columns": ["x"]}', "2026-09"),
    ],
)
def test_broken_manifest_is_named_with_its_month_where_its_folder_tells(tmp_path, text, month):
    write_bill(tmp_path / "10.parquet", [line()])
    legacy_manifest(tmp_path, ["10.parquet"])
    file = tmp_path / (f"BILLING_PERIOD={month}" if month else "unknown") / "x-Manifest.json"
    write(file, text)
    found = problems(tmp_path)
    assert found.pop("2026-10") == ""
    assert found[month].startswith(f"{file} ")


def test_broken_manifest_is_no_reason_to_take_its_files_without_it(tmp_path):
    write_bill(tmp_path / "10.parquet", [line()])
    write(tmp_path / "x-Manifest.json", "{")
    assert [one.files for one in find_deliveries(tmp_path)] == [()]


def test_bare_folder_is_one_delivery_a_month_and_says_so(tmp_path):
    write_bill(tmp_path / "a.parquet", [line(line_item_resource_id="i-1")])
    write_bill(tmp_path / "b.parquet", [line(line_item_resource_id="i-2")])
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


HEADER = (
    "lineItem/UsageStartDate,lineItem/UsageAccountId,lineItem/UnblendedCost,bill/PayerAccountId"
)


def legacy_csv(path, cost=1, payer="000000000001", seconds=None, account="1"):
    write(path, f"{HEADER}\n2026-10-05T00:00:00Z,{account},{cost},{payer}\n")
    if seconds:
        os.utime(path, (seconds, seconds))
    return path


def test_manifest_of_the_month_names_the_newest_assembly(tmp_path):
    month = tmp_path / "pre/rep/20261001-20261101"
    for name, seconds in (("9f", 2000), ("1a", 1000)):
        legacy_csv(month / name / "rep-1.csv.gz", seconds=seconds)
        manifest = legacy_manifest(tmp_path, [f"pre/rep/20261001-20261101/{name}/rep-1.csv.gz"])
        shutil.copy(manifest, month / name)
    # `1a` came last, though copying has made its files the older ones.
    found = find_deliveries(tmp_path)
    assert [one.files[0].parent.name for one in found] == ["9f", "1a"]
    assert found[1].assumptions == (
        "newest because the month's manifest names it; its files are not the youngest",
    )


def test_manifest_in_month_and_assembly_folder_is_one_delivery(tmp_path):
    month = tmp_path / "pre/rep/20261001-20261101"
    legacy_csv(month / "9f/rep-1.csv.gz")
    shutil.copy(
        legacy_manifest(tmp_path, ["pre/rep/20261001-20261101/9f/rep-1.csv.gz"]), month / "9f"
    )
    (found,) = find_deliveries(tmp_path)
    assert found.source == str(month / "rep-Manifest.json")


def test_overwritten_report_is_one_delivery(tmp_path):
    legacy_csv(tmp_path / "pre/rep/20261001-20261101/rep-00001.csv.gz")
    legacy_manifest(tmp_path, ["pre/rep/20261001-20261101/rep-00001.csv.gz"])
    assert len(find_deliveries(tmp_path)) == 1


def test_manifest_of_an_overwritten_refresh_does_not_count(tmp_path):
    month = tmp_path / "pre/rep/20261001-20261101"
    legacy_csv(month / "rep-00001.csv.gz")
    legacy_manifest(tmp_path, [f"pre/rep/20261001-20261101/rep-0000{n}.csv.gz" for n in (1, 2)])
    (month / "4f1c").mkdir()
    (month / "rep-Manifest.json").rename(month / "4f1c/rep-Manifest.json")
    legacy_manifest(tmp_path, ["pre/rep/20261001-20261101/rep-00001.csv.gz"])
    (found,) = find_deliveries(tmp_path)
    assert (len(found.files), found.problem) == (1, "")


def test_older_assembly_that_has_expired_does_no_harm(tmp_path):
    month = tmp_path / "pre/rep/20261001-20261101"
    legacy_csv(month / "1a/rep-1.csv.gz")
    (month / "9f").mkdir()
    for name in ("9f", "1a"):
        manifest = legacy_manifest(tmp_path, [f"pre/rep/20261001-20261101/{name}/rep-1.csv.gz"])
        shutil.copy(manifest, month / name)
    assert [one.files for one in find_deliveries(tmp_path)] == [(month / "1a/rep-1.csv.gz",)]


def test_assembly_folder_may_be_a_time(tmp_path):
    key = "pre/rep/20261001-20261101/20261107T053621Z/rep-1.csv.gz"
    legacy_csv(tmp_path / key)
    legacy_manifest(tmp_path, [key])
    assert str(find_deliveries(tmp_path)[0].delivered_at) == "2026-11-07 05:36:21+00:00"


def test_focus_export_is_recognised_by_its_manifest(tmp_path):
    (file,) = export_manifest(tmp_path, "2026-11-01T00:00:00.000Z-a")
    write_bill(file, [{"x": 1}])
    (manifest,) = tmp_path.rglob("*Manifest.json")
    columns = [{"name": name} for name in ("BilledCost", "ChargePeriodStart", "ChargeCategory")]
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"columns": columns}))
    assert find_deliveries(tmp_path)[0].format == "FOCUS"


def test_other_report_in_the_bucket_is_left_alone(tmp_path):
    (file,) = export_manifest(tmp_path, "2026-11-01T00:00:00.000Z-a")
    write_bill(file, [line()])
    folder = tmp_path / "pre/advice/metadata/BILLING_PERIOD=2026-10"
    folder.mkdir(parents=True)
    other = {"dataFiles": ["s3://b/missing.parquet"], "columns": [{"name": "recommendation_id"}]}
    (folder / "advice-Manifest.json").write_text(json.dumps(other))
    redshift = {"entries": [{"url": "s3://b/x.gz", "mandatory": True}]}
    (tmp_path / "rep-RedshiftManifest.json").write_text(json.dumps(redshift))
    assert [one.files for one in find_deliveries(tmp_path)] == [(file,)]


def test_bare_formats_of_one_month_are_deliveries_of_their_own(tmp_path):
    legacy_csv(tmp_path / "rep-1.csv.gz")
    write_bill(tmp_path / "exp.parquet", [line(product=[("region", "x")])])
    write(tmp_path / "focus.csv", "ChargePeriodStart,BilledCost,SubAccountId\n2026-10-05,1,1\n")
    formats = [one.format for one in find_deliveries(tmp_path)]
    assert sorted(formats) == ["CUR 2.0", "FOCUS", "legacy CUR"]


def test_bare_folders_of_two_payers_both_count(tmp_path):
    for payer in ("000000000001", "000000000002"):
        legacy_csv(tmp_path / payer / "rep-1.csv.gz", payer=payer, account=payer)
    assert len(find_deliveries(tmp_path)) == 2


def test_bare_executions_are_ordered_by_name_not_by_file_time(tmp_path):
    for name, seconds in (
        ("2026-11-15T04:00:00.000Z-a", 1000),
        ("2026-11-02T04:00:00.000Z-z", 9000),
    ):
        legacy_csv(tmp_path / name / "exp-00001.csv.gz", seconds=seconds)
    (found,) = find_deliveries(tmp_path)
    assert found.files[0].parent.name == "2026-11-15T04:00:00.000Z-a"


def test_bare_folder_says_which_files_are_no_bill(tmp_path):
    legacy_csv(tmp_path / "rep-1.csv.gz")
    write(tmp_path / "notes.csv", "a,b\n1,2\n")
    found = find_bill(tmp_path)
    assert [(one.path.name, one.kind, one.detail) for one in found.files] == [
        ("notes.csv", "other", "a table of a, b"),
        ("rep-1.csv.gz", "bill", ""),
    ]
    assert [one.billing_period for one in found.deliveries] == ["2026-10"]


def test_folder_of_empty_and_header_only_files_is_no_bill(tmp_path):
    write(tmp_path / "a.csv.gz", HEADER + "\n")
    write(tmp_path / "b.csv.gz", "")
    with pytest.raises(SourceNotFound, match="no bill file with rows"):
        find_deliveries(tmp_path)


def test_unknown_format_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"'cur3' is no format\. Known: legacy, cur2, focus"):
        find_deliveries(tmp_path, format="cur3")


@pytest.mark.parametrize("folder", ["2026-11", "year=2026/month=9", "2019-01/download"])
def test_folder_named_after_a_month_of_none_of_its_days_names_no_month(tmp_path, folder):
    write(tmp_path / folder / "bill.csv", bill())
    assert [one.billing_period for one in find_deliveries(tmp_path)] == ["2026-10"]
