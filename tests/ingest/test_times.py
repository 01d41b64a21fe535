"""Times as tools leave them: right, or refused with file, column, row and value."""

import datetime as dt

import pytest

from finops.errors import BadSource
from tests.conftest import line, write_bill
from tests.ingest.bill_files import NEEDED, charges, csv_text, load, load_csv, write

MIDNIGHT = dt.datetime(2026, 10, 5)


def starts(tmp_path, *texts):
    rows = [[text, "1", "1"] for text in texts]
    header = [*NEEDED, "bill/BillingPeriodStartDate"]
    text = csv_text(header, [[*row, "2026-10-01T00:00:00Z"] for row in rows])
    return [one for (one,) in load_csv(tmp_path, text, columns="charge_period_start")]


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-05",
        "2026/10/05",
        "2026-10-5",
        "2026-10-05 0:00",
        "2026-10-05T00:00Z",
        "2026-10-05 00:00:00.000",
        "2026-10-05T00:00:00.000000Z",
        "2026-10-05 00:00:00 UTC",
        "2026-10-05 00:00:00.000 UTC",
        "2026-10-05 00:00:00 Z",
        "2026-10-05T09:00:00+09:00",
        "2026-10-05T09:00:00+0900",
        "2026-10-04 19:00:00-05",
        "2026-10-05 09:00:00 Asia/Seoul",
        "2026-10-05 00:00:00 GMT",
    ],
)
def test_time_whose_year_comes_first_is_read(tmp_path, text):
    assert starts(tmp_path, text) == [MIDNIGHT]


@pytest.mark.parametrize(
    "text",
    [
        "10/5/26",
        "10-5-26",
        "20-5-26 00:00:00Z",
        "26-10-05",
        "10/5/2026",
        "5/10/2026 0:00",
        "05.10.2026",
        "2026. 10. 5.",
        "5-Oct-26",
        "Oct 5, 2026",
        "20261005",
        "46300",
        "46300.5",
        "1791158400",
        "1791158400000",
        "1E+12",
        "2026-10-05 1:00 PM",
        "2026-10-05 오후 1:00",
        "2026-10-05 00:00:00 CST",
        "2026-10-05 00:00:00 KST",
        "2026-10-05 (BC)",
        "2026-13-05",
        "2026-02-29",
        "infinity",
        "epoch",
        "########",
    ],
)
def test_time_that_could_be_another_is_refused_with_column_row_and_value(tmp_path, text):
    with pytest.raises(BadSource) as caught:
        starts(tmp_path, "2026-10-05", text)
    assert str(caught.value) == (
        f"{tmp_path}/in/bill.csv: 1 value(s) of lineItem/UsageStartDate are not a time, such as "
        f"{text!r} in row 3. Write times as 2026-10-05T00:00:00Z; a spreadsheet rewrites those it "
        "opens."
    )


@pytest.mark.parametrize("value", [20261005, 46300.5, 1791158400000, "10/5/26"])
def test_time_of_parquet_that_is_a_number_or_a_text_of_a_spreadsheet_is_refused(tmp_path, value):
    file = tmp_path / "bill.parquet"
    write_bill(file, [line(line_item_usage_start_date=value)])
    with pytest.raises(BadSource, match=rf"line_item_usage_start_date are not a time.*{value}"):
        load(file, tmp_path / "warehouse")


def test_dates_of_parquet_are_times(tmp_path):
    write_bill(tmp_path / "bill.parquet", [line(line_item_usage_start_date=MIDNIGHT.date())])
    load(tmp_path / "bill.parquet", tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "charge_period_start") == [(MIDNIGHT,)]


@pytest.mark.parametrize(
    ("start", "says"),
    [
        ("1970-01-01T00:00:00Z", "is '1970-01-01T00:00:00Z', no time near the bill of 2026-10"),
        ("9999-12-31T23:59:59Z", "is '9999-12-31T23:59:59Z', no time near the bill of 2026-10"),
        ("2126-10-05", "is '2126-10-05', no time near the bill of 2026-10"),
        ("", "is empty"),
    ],
)
def test_start_that_its_month_cannot_hold_is_refused_with_its_row(tmp_path, start, says):
    with pytest.raises(BadSource) as caught:
        starts(tmp_path, "2026-10-05", "2026-10-06", start, start)
    assert str(caught.value) == (
        f"{tmp_path}/in/bill.csv row 4: lineItem/UsageStartDate {says} (1 more row(s) like it). "
        "Correct it, or fetch the file again."
    )


@pytest.mark.parametrize("start", [dt.datetime(1970, 1, 1), dt.datetime(9999, 12, 31), None])
def test_start_of_parquet_that_its_month_cannot_hold_is_refused_with_its_row(tmp_path, start):
    month = {"bill_billing_period_start_date": dt.datetime(2026, 10, 1)}
    lines = [line(**month), line(line_item_usage_start_date=start, **month)]
    write_bill(tmp_path / "in/2.parquet", lines)
    with pytest.raises(BadSource, match=r"2\.parquet row 2: line_item_usage_start_date is "):
        load(tmp_path / "in", tmp_path / "warehouse")


def test_refund_of_years_ago_keeps_its_day(tmp_path):
    assert starts(tmp_path, "2023-10-05") == [dt.datetime(2023, 10, 5)]


def test_start_that_was_left_empty_is_refused(tmp_path):
    text = csv_text(NEEDED, [["2026-10-05", "1", "1"], ["10/5/26", "1", "1"]])
    file = write(tmp_path / "bill.csv", text)
    with pytest.raises(
        BadSource, match=r"lineItem/UsageStartDate are not a time, such as '10/5/26' in row 3"
    ):
        load(file, tmp_path / "warehouse", allow_bad_values=True)
