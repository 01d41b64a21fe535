"""Facts of AWS exports: what a CSV, Parquet or zip reader would get wrong on its own."""

import datetime as dt
import gzip
import json
import zipfile

import duckdb
import pytest

import finops.ingest.zips
from finops import connect
from finops.errors import BadSource
from finops.ingest.columns import athena_name
from tests.conftest import line, usd, write_bill
from tests.ingest.bill_files import NEEDED, ROW, bill, charges, csv_text, load, load_csv, write

# Section 2.11: what DuckDB would do on its own.


@pytest.mark.parametrize("zone", ["UTC", "Asia/Seoul"])
def test_times_are_utc_whatever_the_machine_and_an_offset_counts(tmp_path, monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    rows = [
        ["2026-10-01T00:00:00Z", "1", "1"],
        ["2026-10-02T00:00:00.000Z", "2", "1"],
        ["2026-10-03T08:00:00+09:00", "3", "1"],
        ["2026-10-04 00:00:00", "4", "1"],
    ]
    text = csv_text(NEEDED, rows)
    found = load_csv(tmp_path, text, columns="strftime(charge_period_start, '%d %H')")
    assert found == [("01 00",), ("02 00",), ("02 23",), ("04 00",)]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Seoul"])
def test_times_of_parquet_are_utc_whatever_the_machine_and_the_file(tmp_path, monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    seoul = dt.timezone(dt.timedelta(hours=9))
    lines = [line(day=dt.datetime(2026, 10, 2, 9, tzinfo=seoul), line_item_usage_end_date=None)]
    load(write_bill(tmp_path / "bill.parquet", lines), tmp_path / "warehouse")
    found = charges(tmp_path / "warehouse", "charge_period_start, charge_period_end")
    assert found == [(dt.datetime(2026, 10, 2), dt.datetime(2026, 10, 2))]


def test_amounts_may_have_an_exponent_and_many_digits(tmp_path):
    rows = [["2026-10-01T00:00:00Z", "1", amount] for amount in ("1.2E-5", "0.00000000014", "-3")]
    assert load_csv(tmp_path, csv_text(NEEDED, rows)) == [
        (usd(-3),),
        (usd("0.00000000014"),),
        (usd("0.000012"),),
    ]


def test_value_that_is_no_number_is_refused_with_file_column_and_example(tmp_path):
    text = csv_text(NEEDED, [ROW, ["2026-10-01T00:00:00Z", "1", "1,5"]])
    message = r"bill\.csv: 1 value\(s\) of lineItem/UnblendedCost are not a number, such as '1,5'"
    with pytest.raises(BadSource, match=message):
        load_csv(tmp_path, text)
    assert not list((tmp_path / "warehouse").rglob("*.parquet"))


def test_amount_that_is_too_large_is_refused_not_rounded(tmp_path):
    write_bill(tmp_path / "a.parquet", [line(line_item_unblended_cost=1e21)])
    with pytest.raises(BadSource, match=r"line_item_unblended_cost are not a number.*1e\+21"):
        load(tmp_path / "a.parquet", tmp_path / "warehouse")


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_bad_values_are_counted_and_empty_when_allowed(tmp_path, suffix):
    header = [*NEEDED, "lineItem/NetUnblendedCost"]
    rows = [["2026-10-01T00:00:00Z", "1", "2", one] for one in ("2", "many", "few")]
    if suffix == "csv":
        file = write(tmp_path / "bill.csv", csv_text(header, rows))
    else:
        names = [athena_name(name) for name in header]
        file = write_bill(
            tmp_path / "bill.parquet", [dict(zip(names, row, strict=True)) for row in rows]
        )
    (record,) = load(file, tmp_path / "warehouse", allow_bad_values=True)
    assert (record["bad_values"], record["source_unblended_cost"]) == (2, "6.0000000000")
    assert "2 value(s) of" in record["assumptions"][-1]
    assert charges(tmp_path / "warehouse", "billed_cost") == [(usd(2),)] * 3


def test_text_column_in_one_file_and_number_in_another_both_load(tmp_path):
    write_bill(tmp_path / "in/1.parquet", [line(line_item_unblended_cost="2.5")])
    write_bill(tmp_path / "in/2.parquet", [line(line_item_unblended_cost=1)])
    load(tmp_path / "in", tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "sum(billed_cost)") == [(usd("3.5"),)]


def test_column_without_any_value_loads(tmp_path):
    write_bill(tmp_path / "in/1.parquet", [line(line_item_resource_id=None, product=None)])
    write_bill(tmp_path / "in/2.parquet", [line(line_item_resource_id="i-1")])
    load(tmp_path / "in", tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "resource_id") == [("i-1",), (None,)]


def test_parquet_and_csv_of_one_month_load_together(tmp_path):
    parquet = line(resource_tags=[("user_team", "a")])
    write_bill(tmp_path / "in/1.parquet", [parquet])
    names = [athena_name(name) for name in NEEDED]
    write(
        tmp_path / "in/2.csv",
        csv_text(
            [*names, "resource_tags", "bill_payer_account_id"],
            [["2026-10-02T00:00:00Z", "1", "2", '{"user_team":"b"}', "000000000001"]],
        ),
    )
    load(tmp_path / "in", tmp_path / "warehouse")
    found = charges(tmp_path / "warehouse", "tags")
    assert found == [({"team": "a"},), ({"team": "b"},)]


def test_folder_named_like_a_column_changes_no_column(tmp_path):
    folder = tmp_path / "in" / "BILLING_PERIOD=2026-10" / "line_item_usage_account_id=9"
    write(folder / "a.csv.gz", bill())
    load(tmp_path / "in", tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "sub_account_id") == [("011254002932",)]


def test_quoted_line_breaks_quotes_and_commas_stay_in_their_value(tmp_path):
    text = bill(["lineItem/LineItemDescription"], ['$1, "each"\nper hour'])
    found = load_csv(tmp_path, text, columns="charge_description")
    assert found == [('$1, "each"\nper hour',)]


def test_byte_order_mark_and_empty_headers_are_no_columns(tmp_path):
    text = "\ufeff" + bill(["", ""], ["x", "y"])
    assert load_csv(tmp_path, text) == [(usd("1.5"),)]


def test_row_that_is_cut_off_is_refused_with_its_file(tmp_path):
    with pytest.raises(BadSource, match=r"bill\.csv line 3 has 1 values and the header 3"):
        load_csv(tmp_path, bill() + "2026-10-01T00")


def test_truncated_gzip_is_refused_with_its_file(tmp_path):
    rows = [[f"2026-10-01T00:00:00Z,{number},{number * 7919 % 1000}"] for number in range(20_000)]
    text = ",".join(NEEDED) + "\n" + "\n".join(row[0] for row in rows)
    whole = gzip.compress(text.encode())
    (tmp_path / "bill.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadSource, match=r"bill\.csv\.gz can't be read; is it cut off\?"):
        load(tmp_path / "bill.csv.gz", tmp_path / "warehouse")


def test_two_months_in_one_csv_are_two_deliveries(tmp_path):
    text = csv_text(NEEDED, [ROW, ["2026-11-01T00:00:00Z", "1", "1"]])
    assert load_csv(tmp_path, text) == [(usd("1"),), (usd("1.5"),)]
    assert sorted(one.name for one in (tmp_path / "warehouse/charges").iterdir()) == [
        "billing_period=2026-10",
        "billing_period=2026-11",
    ]


def test_two_columns_for_one_amount_are_refused(tmp_path):
    text = bill(["lineItem/unblendedcost"], ["2"])
    with pytest.raises(BadSource, match="more than one column for line_item_unblended_cost"):
        load_csv(tmp_path, text)


# Zip files are untrusted.


def test_zip_with_a_path_outside_writes_nothing_outside(tmp_path):
    file = tmp_path / "in" / "bill.zip"
    file.parent.mkdir()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../../evil.csv", bill())
    load(file, tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "billed_cost") == [(usd("1.5"),)]
    assert not list(tmp_path.rglob("evil.csv"))


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(finops.ingest.zips, "_SMALL_BYTES", 1000)
    file = write(tmp_path / "bill.csv.zip", bill() + "\n" * 1_000_000)
    with pytest.raises(BadSource, match=r"bill\.csv\.zip would unpack to 1,000,"):
        load(file, tmp_path / "warehouse")


def test_truncated_zip_is_refused_with_its_file(tmp_path):
    file = write(tmp_path / "bill.csv.zip", bill())
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(BadSource, match=r"bill\.csv\.zip can't be unzipped"):
        load(file, tmp_path / "warehouse")


def test_bad_value_in_a_zip_names_the_zip(tmp_path):
    file = write(tmp_path / "bill.csv.zip", csv_text(NEEDED, [["2026-10-01T00:00:00Z", "1", "x"]]))
    with pytest.raises(BadSource, match=r"bill\.csv\.zip: 1 value"):
        load(file, tmp_path / "warehouse")


def test_nothing_that_was_unpacked_stays(tmp_path):
    load(write(tmp_path / "bill.csv.zip", bill()), tmp_path / "warehouse")
    files = [file for file in (tmp_path / "warehouse").rglob("*") if file.is_file()]
    assert {file.parent.name.partition("=")[0] for file in files} == {"delivery"}
    assert not [file for file in files if file.suffix == ".csv" or "staged" in file.name]


def test_corrected_text_of_the_same_size_is_another_delivery(tmp_path):
    filler = [["2026-10-01T00:00:00Z", "1", "0.00"]] * 5000
    for amount in ("1", "2"):
        text = csv_text(NEEDED, [["2026-10-01T00:00:00Z", "1", amount], *filler])
        load(write(tmp_path / "bill.csv", text), tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "max(billed_cost), count(*)") == [(usd(2), 10_002)]


def test_flipped_bits_in_a_gzip_are_refused(tmp_path):
    file = write(tmp_path / "bill.csv.gz", bill())
    whole = file.read_bytes()
    file.write_bytes(whole[:-8] + bytes(4) + whole[-4:])
    with pytest.raises(BadSource, match=r"bill\.csv\.gz can't be read.*CRC"):
        load(file, tmp_path / "warehouse")


def test_broken_json_in_parquet_is_refused_or_left_empty(tmp_path):
    file = write_bill(
        tmp_path / "a.parquet", [line(tags='{"accountTag/Team":"a"}'), line(tags="{")]
    )
    message = r"a\.parquet: 1 value\(s\) of tags are not a JSON object, such as '\{'"
    with pytest.raises(BadSource, match=message):
        load(file, tmp_path / "warehouse")
    load(file, tmp_path / "warehouse", allow_bad_values=True)
    assert charges(tmp_path / "warehouse", "tags") == [({},), ({"team": "a"},)]


def test_product_as_a_struct_is_read_like_the_map(tmp_path):
    write_bill(tmp_path / "in/1.parquet", [line()])
    duckdb.sql(
        f"copy (select * replace ({{'product_name': 'Amazon S3'}} as product) from "
        f"(select *, 1 as product from '{tmp_path}/in/1.parquet')) to '{tmp_path}/in/2.parquet'"
    )
    duckdb.sql(
        f"copy (select * replace (map {{'product_name': 'Amazon EC2'}} as product, 'z' as "
        f"identity_line_item_id) from '{tmp_path}/in/2.parquet') to '{tmp_path}/in/1.parquet'"
    )
    load(tmp_path / "in", tmp_path / "warehouse")
    found = charges(tmp_path / "warehouse", "service_name")
    assert found == [("Amazon EC2",), ("Amazon S3",)]


def test_same_header_twice_names_the_file(tmp_path):
    text = bill(["resourceTags/user:Name", "resourceTags/user:Name"], ["a", "b"])
    with pytest.raises(BadSource, match=r"bill\.csv: .*Map keys must be unique"):
        load_csv(tmp_path, text)


def test_month_of_a_manifest_may_correct_usage_before_it(tmp_path):
    write(
        tmp_path / "rep/rep-1.csv.gz", csv_text(NEEDED, [ROW, ["2026-09-30T23:00:00Z", "1", "-1"]])
    )
    manifest = {
        "reportKeys": ["rep/rep-1.csv.gz"],
        "billingPeriod": {"start": "20261001T000000.000Z"},
    }
    write(tmp_path / "rep/rep-Manifest.json", json.dumps(manifest))
    load(tmp_path, tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "sum(billed_cost)") == [(usd("0.5"),)]


def test_manifest_of_nothing_but_empty_chunks_is_no_delivery(tmp_path, project):
    source = tmp_path / "in"
    write(source / "rep/rep-1.csv.gz", "")
    (source / "rep/rep-2.snappy.parquet").touch()
    manifest = {
        "reportKeys": ["rep/rep-1.csv.gz", "rep/rep-2.snappy.parquet"],
        "billingPeriod": {"start": "20261001T000000.000Z"},
    }
    write(source / "rep/rep-Manifest.json", json.dumps(manifest))
    warehouse = connect(project)
    assert warehouse.load(source).empty
    assert sorted(warehouse.files()["status"]) == ["another dataset", "empty", "empty"]


def test_archive_beside_a_bill_is_left_alone(tmp_path):
    write(tmp_path / "in/bill.csv", bill())
    (tmp_path / "in/logs.tar.gz").write_bytes(gzip.compress(bytes(range(256))))
    assert len(load(tmp_path / "in", tmp_path / "warehouse")) == 1
