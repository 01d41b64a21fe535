"""Cost per order by days of the company's time zone, where the bill tells hours."""

import datetime as dt

import pytest

import finops
from tests.conftest import line, write_bill

MIDNIGHT = dt.datetime(2026, 10, 5)
SELECT = (
    "select cast(charge_date as varchar) as day, x_day_zone, cast(effective_cost as double) as cost, "
    "cast(x_undivided_effective_cost as double) as undivided, x_orders, "
    "x_effective_cost_per_order as x, x_per_order_reason as reason "
    "from marts.unit_cost_local where x_service = '*' order by 1"
)


def built(project, lines, orders, timezone):
    (project / "finops.toml").write_text(f'company = "Test"\ntimezone = "{timezone}"\n')
    (project / "business").mkdir()
    (project / "business" / "orders.csv").write_text(orders)
    write_bill(project / "bill.parquet", lines)
    with finops.connect(project) as warehouse:
        warehouse.load(project / "bill.parquet")
        warehouse.build()
        rows = warehouse.sql(SELECT).astype(object)
        return [tuple(row) for row in rows.where(rows.notna(), None).to_numpy().tolist()]


def hours(first, count, cost=1.0, length=dt.timedelta(hours=1)):
    """Lines of usage one after the other from `first` (UTC) on."""
    starts = [first + number * length for number in range(count)]
    return [
        line(
            day=start,
            bill_billing_period_start_date=dt.datetime(start.year, start.month, 1),
            line_item_usage_end_date=start + length,
            line_item_unblended_cost=cost,
        )
        for start in starts
    ]


DAYS = "date,service,orders\n"


def test_days_are_those_of_the_company_where_the_bill_has_hours(project):
    # Three UTC days, 1 USD an hour and 3 in the last nine: those are 7 October in Seoul.
    lines = hours(MIDNIGHT, 63) + hours(MIDNIGHT + dt.timedelta(hours=63), 9, cost=3.0)
    orders = DAYS + "".join(f"2026-10-0{day},*,10\n" for day in range(5, 9))
    missing = "the bill has no hours of the UTC day 2026-10-0"
    assert built(project, lines, orders, "Asia/Seoul") == [
        ("2026-10-05", "Asia/Seoul", 15.0, 0.0, None, None, f"{missing}4"),
        ("2026-10-06", "Asia/Seoul", 24.0, 0.0, 10, 2.4, None),
        ("2026-10-07", "Asia/Seoul", 24.0, 0.0, 10, 2.4, None),
        ("2026-10-08", "Asia/Seoul", 27.0, 0.0, None, None, f"{missing}8"),
    ]


def test_hours_of_orders_are_put_to_the_same_days(project):
    start = MIDNIGHT + dt.timedelta(hours=4)
    moments = [start + dt.timedelta(hours=number) for number in range(24)]
    orders = "hour,service,orders\n" + "".join(f"{one.isoformat()}Z,*,2\n" for one in moments)
    # New York is behind UTC: its day is 04:00 to 04:00.
    found = built(project, hours(MIDNIGHT, 48), orders, "America/New_York")
    assert [row[:3] for row in found] == [
        ("2026-10-04", "America/New_York", 4.0),
        ("2026-10-05", "America/New_York", 24.0),
        ("2026-10-06", "America/New_York", 20.0),
    ]
    assert [row[4:6] for row in found] == [(None, None), (48, 0.5), (None, None)]


@pytest.mark.parametrize(
    ("first", "count"),
    # Local days of 25 and 23 hours, of the UTC days they lie in.
    [(dt.datetime(2026, 11, 1), 25), (dt.datetime(2026, 3, 8), 23)],
)
def test_days_on_which_clocks_change_have_all_their_hours(project, first, count):
    orders = f"{DAYS}{first:%Y-%m-%d},*,5\n"
    found = built(project, hours(first, 48), orders, "America/New_York")
    assert (f"{first:%Y-%m-%d}", float(count), 5) in [(row[0], row[2], row[4]) for row in found]


def test_a_day_over_the_end_of_a_month_has_the_hours_of_both_bills(project):
    lines = hours(dt.datetime(2026, 10, 31), 48)
    found = built(project, lines, DAYS + "2026-11-01,*,12\n", "Asia/Seoul")
    assert found[1] == ("2026-11-01", "Asia/Seoul", 24.0, 0.0, 12, 2.0, None)


def test_a_bill_by_the_day_has_utc_days(project):
    lines = hours(MIDNIGHT, 2, cost=24.0, length=dt.timedelta(days=1))
    lines += hours(MIDNIGHT - dt.timedelta(days=1), 1, cost=24.0, length=dt.timedelta(days=1))
    # A charge of a moment makes no bill by the hour.
    lines += hours(MIDNIGHT + dt.timedelta(hours=20), 1, cost=6.0)
    found = built(project, lines, DAYS + "2026-10-05,*,12\n", "Asia/Seoul")
    assert [row[:2] for row in found] == [
        ("2026-10-04", "UTC"), ("2026-10-05", "UTC"), ("2026-10-06", "UTC"),
    ]  # fmt: skip
    assert found[1][5] == 2.5


def test_what_spans_more_than_an_hour_says_so(project):
    lines = [*hours(MIDNIGHT, 48), *hours(MIDNIGHT, 1, cost=5.0, length=dt.timedelta(days=1))]
    found = built(project, lines, DAYS, "Asia/Seoul")
    assert [row[2:4] for row in found] == [(20.0, 5.0), (24.0, 0.0), (9.0, 0.0)]
