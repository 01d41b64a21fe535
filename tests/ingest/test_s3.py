"""What the bills of a bucket need is brought, and nothing else."""

import re
import time

import pytest

from finops import connect
from finops.errors import BadSource, SourceNotFound, WarehouseBusy
from finops.ingest.deliveries import read_records
from finops.ingest.discover import find_deliveries
from finops.ingest.s3 import bucket_folder, sync
from finops.lock import writer_lock
from tests.ingest.s3_servers import both_servers, no_progress

KEY = "data/rep/year=2026/month=10/rep-00001.snappy.parquet"
MANIFEST = "pre/rep/20261001-20261101/rep-Manifest.json"


@both_servers
def test_manifest_brings_its_files_and_the_month_loads(project, bucket, bill):
    bucket.put(KEY, bill(3.5))
    bucket.put_legacy([KEY])
    warehouse = connect(project)
    loaded = warehouse.load(bucket.url("pre"))
    assert loaded[["billing_period", "source_unblended_cost", "is_new"]].values.tolist() == [
        ["2026-10", "3.5000000000", True]
    ]
    assert warehouse.load(bucket.url("pre/"))["is_new"].tolist() == [False]


@both_servers
def test_refresh_without_a_change_is_one_request(bucket, proxy, bring):
    bucket.put("pre/" + KEY, b"1")
    bucket.put_legacy(["pre/" + KEY])
    bring(bucket.url("pre"))
    proxy.requests.clear()
    bring(bucket.url("pre"))
    assert len(proxy.requests) == 1
    assert "list-type=2" in proxy.requests[0][1]


@both_servers
def test_changed_object_is_fetched_again_and_only_that(bucket, proxy, bring):
    keys = [KEY, KEY.replace("00001", "00002")]
    for key in keys:
        bucket.put(key, b"old")
    bucket.put_legacy(keys)
    bring(bucket.url())
    proxy.requests.clear()
    bucket.put(keys[1], b"new")
    bucket.put_legacy(keys)
    assert [file.read_bytes() for file in bring(bucket.url()).values()][:2] == [b"old", b"new"]
    assert proxy.fetched() == [keys[1]]


@both_servers
def test_keys_with_spaces_and_korean_letters(bucket, bring):
    key = "청구서 2026/rep 00001 +&%20#=.snappy.parquet"
    bucket.put(key, b"bytes")
    manifest = bucket.put_legacy([key], folder="청구서 2026/월 별")
    assert sorted(bring(bucket.url("청구서 2026"))) == sorted([manifest, key])


def test_every_execution_of_an_export_is_a_delivery(bucket, cache, bill):
    for execution in ("2026-10-02T04:00:00.000Z-a", "2026-10-03T04:00:00.000Z-b"):
        key = f"pre/exp/data/BILLING_PERIOD=2026-10/{execution}/exp-00001.snappy.parquet"
        bucket.put(key, bill())
        bucket.put_export([bucket.url(key)], execution=execution)
    url, root = bucket.url("pre/exp"), bucket_folder(bucket.url(), cache)
    newest = sync(url, cache, progress=no_progress)
    assert [one.delivered_at.day for one in find_deliveries(newest.folder, root=root)] == [3]
    assert [moment.day for _, moment in newest.older] == [2]
    whole = sync(url, cache, all_versions=True, progress=no_progress)
    assert [one.delivered_at.day for one in find_deliveries(whole.folder, root=root)] == [2, 3]


def test_data_of_an_export_can_be_in_another_bucket(project, make_bucket, bill):
    bucket, other = make_bucket(), make_bucket()
    key = "far/data/BILLING_PERIOD=2026-10/exp-00001.snappy.parquet"
    other.put(key, bill(7))
    bucket.put_export([other.url(key)])
    loaded = connect(project).load(bucket.url("pre"))
    assert loaded["source_unblended_cost"].tolist() == ["7.0000000000"]


def test_copy_of_a_bucket_is_read_from_the_copy(bucket, bring):
    key = "pre/exp/data/BILLING_PERIOD=2026-10/exp-00001.snappy.parquet"
    bucket.put(key, b"copy")
    bucket.put_export([f"s3://the-original/{key}"])
    assert bring(bucket.url("pre"))[key].read_bytes() == b"copy"


def test_time_of_a_copy_is_that_of_the_object(bucket, cache, bill):
    bucket.put(KEY, bill())
    bucket.put_legacy([KEY])
    folder = sync(bucket.url("pre"), cache, progress=no_progress).folder
    (found,) = find_deliveries(folder, root=bucket_folder(bucket.url(), cache))
    written = bucket.client.head_object(Bucket=bucket.name, Key=KEY)["LastModified"]
    assert found.delivered_at == written


def test_other_reports_are_left_alone(bucket, proxy, bring):
    bucket.put(KEY, b"1")
    bucket.put_legacy([KEY])
    for key in ("pre/rep/notes.parquet", "pre/report2/x.parquet", "logs/y.parquet"):
        bucket.put(key, b"other")
    bucket.put_legacy(["pre/report2/x.parquet"], folder="pre/report2")
    assert list(bring(bucket.url("pre/rep"))) == [KEY, MANIFEST]


def test_export_of_recommendations_is_no_bill(bucket, bring):
    bucket.put(KEY, b"1")
    bucket.put_legacy([KEY])
    bucket.put("pre/tips.parquet", b"1")
    tips = {"dataFiles": [bucket.url("pre/tips.parquet")], "columns": [{"name": "action_type"}]}
    bucket.put_json("pre/tips-Manifest.json", tips)
    assert list(bring(bucket.url("pre"))) == [KEY, MANIFEST]


def test_one_month_brings_one_month(bucket, bring):
    for month in ("09", "10"):
        bucket.put(f"data/{month}.parquet", b"1")
        bucket.put_legacy([f"data/{month}.parquet"], month=month)
    brought = bring(bucket.url("pre"), billing_period="2026-10")
    assert list(brought) == ["data/10.parquet", MANIFEST]
    with pytest.raises(SourceNotFound, match="holds no bill of 2025-01"):
        bring(bucket.url("pre"), billing_period="2025-01")


def test_without_a_manifest_all_data_is_brought_and_said(project, bucket, bill):
    bucket.put("a/b.parquet", bill(2))
    bucket.put("a/cost_and_usage_data_status/s.parquet", b"status")
    bucket.put("a/readme.txt", b"text")
    loaded = connect(project).load(bucket.url("a"))
    assert loaded["assumptions"].tolist() == [
        ["no manifest: 1 file(s) in a taken as all of 2026-10"]
    ]


@pytest.mark.parametrize("name", ["rep-1.csv.gz", "rep.gz", "rep.zip", "REP.CSV"])
def test_text_without_a_manifest_is_brought_however_it_is_packed(bucket, bring, name):
    bucket.put(f"a/{name}", b"1")
    assert list(bring(bucket.url("a"))) == [f"a/{name}"]


def test_prefix_of_many_objects_is_brought_whole(bucket, proxy, bring):
    """hystax/optscale#813: the import stopped at a number of objects."""
    names = [f"a/{number:02}.parquet" for number in range(12)]
    for name in names:
        bucket.put(name, b"1")
    assert list(bring(bucket.url("a"))) == names
    assert any("continuation-token" in path for _, path, _ in proxy.requests)


def test_one_object_is_a_source(project, bucket, bill):
    bucket.put("a/b.parquet", bill(2))
    assert len(connect(project).load(bucket.url("a/b.parquet"))) == 1


def test_what_the_bucket_no_longer_has_is_removed(bucket, bring):
    bucket.put("a/1.parquet", b"1")
    bucket.put("a/2.parquet", b"2")
    bring(bucket.url("a"))
    bucket.delete("a/1.parquet")
    assert list(bring(bucket.url("a"))) == ["a/2.parquet"]


@pytest.fixture
def october_without_a_file(bucket, bill):
    """October's manifest names a file that is gone, September's is whole."""
    september = KEY.replace("month=10", "month=9")
    bucket.put(september, bill(2.0, 9))
    bucket.put_legacy([september], month="09")
    bucket.put(KEY, bill())
    bucket.put_legacy([KEY, "data/rep/gone.parquet"])
    return bucket


def test_month_with_a_missing_file_does_not_load_and_the_others_do(project, october_without_a_file):
    url = october_without_a_file.url()
    message = (
        rf"^Not loaded: 2026-10: {url}{MANIFEST} names data/rep/gone\.parquet, which is not in "
        rf"the bucket .* expired or moved\? Loaded all the same: 2026-09\.$"
    )
    with pytest.raises(BadSource, match=message):
        connect(project).load(url)
    assert not list(project.rglob("month=10"))
    assert [one["billing_period"] for one in read_records(project / "warehouse")] == ["2026-09"]


def test_month_with_a_missing_file_does_no_harm_to_another(project, october_without_a_file):
    loaded = connect(project).load(october_without_a_file.url(), billing_period="2026-09")
    assert loaded["billing_period"].tolist() == ["2026-09"]


def test_data_of_a_refused_month_is_no_bill_without_a_manifest(project, bucket, bill):
    bucket.put("pre/" + KEY, bill())
    bucket.put_legacy(["pre/" + KEY])
    connect(project).load(bucket.url("pre"))
    bucket.put_legacy(["pre/" + KEY, "pre/gone.parquet"])
    with pytest.raises(BadSource, match=r"names pre/gone\.parquet, which"):
        connect(project).load(bucket.url("pre"))
    assert len(read_records(project / "warehouse")) == 1


def test_execution_that_has_expired_does_no_harm_to_a_newer_one(project, bucket, bill):
    for execution in ("2026-10-02T04:00:00.000Z-a", "2026-10-03T04:00:00.000Z-b"):
        key = f"pre/exp/data/BILLING_PERIOD=2026-10/{execution}/exp-00001.snappy.parquet"
        bucket.put_export([bucket.url(key)], execution=execution)
    bucket.put(key, bill(2.0))
    loaded = connect(project).load(bucket.url("pre"))
    assert loaded["source_unblended_cost"].tolist() == ["2.0000000000"]


def test_ledger_names_the_address_in_s3(project, bucket, bill):
    bucket.put(KEY, bill(2.0))
    bucket.put("bare/b.parquet", bill(1.0))
    bucket.put_legacy([KEY])
    warehouse = connect(project)
    assert warehouse.load(bucket.url("pre"))["source"].tolist() == [bucket.url(MANIFEST)]
    assert warehouse.load(bucket.url("bare"))["source"].tolist() == [bucket.url("bare")]


def test_manifest_of_an_overwritten_refresh_does_not_count(bucket, bring):
    bucket.put(KEY, b"newest")
    bucket.put_legacy([KEY])
    older = {"reportKeys": [KEY, "data/rep/gone.parquet"]}
    bucket.put_json("pre/rep/20261001-20261101/4f1c/rep-Manifest.json", older)
    assert list(bring(bucket.url())) == [KEY, MANIFEST]


def test_delivery_that_is_being_written_is_refused(bucket, refused):
    bucket.put_legacy([KEY])
    time.sleep(1.1)  # S3 tells times in whole seconds.
    bucket.put(KEY, b"1")
    (problem,) = refused(bucket.url())
    assert f"{KEY} is newer than its manifest" in problem


@pytest.mark.parametrize(
    "key", ["../../evil", "a/../../../evil", "..\\evil", "a\0b", "./a", "a/.s3-index.json", "/"]
)
def test_key_can_not_leave_the_cache(bucket, refused, tmp_path, key):
    bucket.put_legacy([key])
    (problem,) = refused(bucket.url("pre"))
    assert re.search(r"rep-Manifest\.json names .* Not read", problem)
    assert not list(tmp_path.rglob("*evil*"))


def test_absolute_key_stays_below_the_cache(bucket, bring, cache):
    bucket.put("/etc//passwd.parquet", b"1")
    bucket.put_legacy(["/etc//passwd.parquet"])
    bring(bucket.url("pre"))
    assert (cache / bucket.name / "etc" / "passwd.parquet").read_bytes() == b"1"


def test_two_keys_that_would_be_one_file_are_refused(bucket, bring):
    for key in ("a/x.parquet", "a//x.parquet"):
        bucket.put(key, b"1")
    with pytest.raises(BadSource, match="would be one file"):
        bring(bucket.url())


@pytest.mark.parametrize("text", ["{", "[1]", '{"reportKeys": 5}', '{"reportKeys": []}'])
def test_broken_manifest_is_named(bucket, refused, text):
    bucket.put(MANIFEST, text.encode())
    (problem,) = refused(bucket.url())
    assert re.match(rf"s3://{bucket.name}/{MANIFEST} (is not|names no)", problem)


def test_one_load_at_a_time(project, bucket):
    with (
        writer_lock(project / "warehouse" / "cache"),
        pytest.raises(WarehouseBusy, match="cache is being written by process"),
    ):
        connect(project).load(bucket.url())
