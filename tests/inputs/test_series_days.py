"""Days of series by hour are whole or say what they lack, in UTC and in the company's time zone."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from finops.inputs.business import load_business
from finops.inputs.mappings import load_mappings


def load(folder, timezone="Asia/Seoul", **files):
    (folder / "services.csv").write_text("service,team\nfind,search\n")
    (folder / "teams.csv").write_text("team\nsearch\nshop\n")
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    con = duckdb.connect()
    load_mappings(con, folder)
    load_business(con, folder, timezone)
    return con


def hours(first, count, *, service="*", orders=10, without=()):
    """Rows of orders, an hour each from `first` (UTC) on."""
    begin = dt.datetime.fromisoformat(first)
    moments = [begin + dt.timedelta(hours=number) for number in range(count)]
    return "".join(
        f"{moment.isoformat()}Z,{service},{orders}\n"
        for moment in moments
        if f"{moment:%dT%H}" not in without
    )


def days(con, table, columns="orders, x_known_orders, x_gap", where="true"):
    query = (
        f"select cast(date as varchar), {columns} from business.{table} where {where} order by 1"
    )
    return con.execute(query).fetchall()


HOURS = "hour,service,orders\n"


def test_edge_days_of_another_zone_are_not_whole(tmp_path):
    con = load(tmp_path, orders=HOURS + hours("2025-12-31T15:00:00", 72))
    assert days(con, "daily_orders") == [
        (
            *("2025-12-31", None, 90),
            "9 of 24 hours, without 2025-12-31 00:00 UTC (09:00 in Asia/Seoul) and 14 more",
        ),
        ("2026-01-01", 240, 240, None),
        ("2026-01-02", 240, 240, None),
        (
            *("2026-01-03", None, 150),
            "15 of 24 hours, without 2026-01-03 15:00 UTC (00:00 in Asia/Seoul) and 8 more",
        ),
    ]
    assert days(con, "local_orders", "orders, x_gap, x_day_zone") == [
        (f"2026-01-0{day}", 240, None, "Asia/Seoul") for day in (1, 2, 3)
    ]


def test_an_hour_that_is_missing_in_the_middle_is_named(tmp_path):
    both = hours("2026-01-01T00:00:00", 48, without=["02T05"])
    both += hours("2026-01-01T00:00:00", 48, service="find", orders=1)
    con = load(tmp_path, "UTC", orders=HOURS + both)
    gap = "23 of 24 hours, without 2026-01-02 05:00 UTC"
    assert days(con, "daily_orders", where="service = '*'")[1] == ("2026-01-02", None, 230, gap)
    assert days(con, "daily_orders", where="service = 'find'")[1] == ("2026-01-02", 24, 24, None)
    assert con.execute("from business.series_gaps").fetchall() == [
        ("orders", "*", dt.date(2026, 1, 2), gap)
    ]


@pytest.mark.parametrize(
    ("zone", "first", "day", "count"),
    [
        ("America/New_York", "2026-11-01T04:00:00", "2026-11-01", 25),
        ("America/New_York", "2026-03-08T05:00:00", "2026-03-08", 23),
        ("Europe/London", "2026-03-29T00:00:00", "2026-03-29", 23),
        ("Asia/Kolkata", "2026-03-28T18:30:00", "2026-03-29", 24),
        # Clocks go forward from midnight to 1 o'clock, and back from 1 o'clock to midnight.
        ("Africa/Cairo", "2026-04-23T22:00:00", "2026-04-24", 23),
        ("Atlantic/Azores", "2026-10-25T00:00:00", "2026-10-25", 25),
    ],
)
def test_days_on_which_clocks_change_have_their_hours(tmp_path, zone, first, day, count):
    con = load(tmp_path, zone, orders=HOURS + hours(first, count))
    assert days(con, "local_orders", where="x_gap is null") == [(day, 10 * count, 10 * count, None)]
    assert len(days(con, "local_orders")) == 1
    con = load(tmp_path, zone, orders=HOURS + hours(first, count - 1))
    (row,) = days(con, "local_orders")
    assert row[:2] == (day, None)
    assert row[3].startswith(f"{count - 1} of {count} hours, without ")


def test_hours_that_begin_at_half_past_fill_a_utc_day(tmp_path):
    con = load(tmp_path, "Asia/Kolkata", orders=HOURS + hours("2026-01-01T00:30:00", 24))
    assert days(con, "daily_orders") == [("2026-01-01", 240, 240, None)]


def test_days_that_are_given_are_those_of_the_company(tmp_path):
    con = load(tmp_path, orders="date,service,orders\n2026-10-05,*,4\n")
    for table in ("daily_orders", "local_orders"):
        assert days(con, table, "orders, x_gap, x_day_zone") == [
            ("2026-10-05", 4, None, "Asia/Seoul")
        ]
    assert con.execute("select x_day_zone from business.series").fetchall() == [("Asia/Seoul",)]


def test_revenue_may_be_by_hour_in_one_currency_a_day(tmp_path):
    lines = "".join(
        f"2026-10-0{day}T{hour:02}:00:00Z,*,1000.5,{currency if hour else 'KRW'}\n"
        for day, currency in ((5, "KRW"), (6, "USD"))
        for hour in range(24)
    )
    con = load(tmp_path, "UTC", revenue="hour,service,revenue,currency\n" + lines)
    assert days(con, "revenue", "revenue, x_gap") == [
        ("2026-10-05", Decimal("24012.0000"), None),
        ("2026-10-06", None, "several currencies"),
    ]


def test_a_driver_has_an_hour_that_any_team_has(tmp_path):
    lines = "".join(
        f"2026-10-05T{hour:02}:00:00Z,jobs,{'search' if hour % 2 else 'shop'},1.5\n"
        for hour in range(24)
        if hour != 7
    )
    con = load(tmp_path, "UTC", drivers="hour,driver,team,quantity\n" + lines)
    gap = "23 of 24 hours, without 2026-10-05 07:00 UTC"
    assert days(con, "drivers", "team, quantity, x_gap") == [
        ("2026-10-05", "search", Decimal("16.5"), gap),
        ("2026-10-05", "shop", Decimal("18"), gap),
    ]
