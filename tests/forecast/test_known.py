"""An estimate uses what had been delivered by its day, and nothing that came later."""

import datetime as dt
import os

import pytest

from finops import connect
from finops.errors import BadInput
from finops.forecast.estimate import estimate
from finops.forecast.known import last_delivered_day, read_known
from tests.conftest import line, write_bill


def bill(path, last, cost, *, month=10):
    """A month's bill of one charge a day up to the day `last`."""
    days = [dt.datetime(2026, month, day) for day in range(1, last + 1)]
    invoice = "INV-1" if month == 9 else ""
    lines = [line(day=day, line_item_unblended_cost=cost, bill_invoice_id=invoice) for day in days]
    return write_bill(path, lines)


def load(warehouse, path, when):
    moment = dt.datetime.fromisoformat(when).replace(tzinfo=dt.UTC).timestamp()
    os.utime(path, (moment, moment))
    warehouse.load(path)


@pytest.fixture
def warehouse(project, tmp_path):
    """September whole; October as delivered on the 16th, with the last days incomplete."""
    warehouse = connect(project)
    load(warehouse, bill(tmp_path / "september.parquet", 30, 10.0, month=9), "2026-10-04T12:00:00")
    load(warehouse, bill(tmp_path / "october.parquet", 15, 10.0), "2026-10-16T12:00:00")
    warehouse.build()
    return warehouse


def test_days_that_may_still_grow_are_not_complete(warehouse):
    known = read_known(warehouse, "2026-10-16")
    assert f"{known.last:%Y-%m-%d}" == last_delivered_day(warehouse) == "2026-10-13"
    assert f"{known.daily['charge_date'].max():%Y-%m-%d}" == "2026-10-15"
    assert known.restated == ()


def test_same_build_is_the_same_vintage_each_time_it_is_read(sample_project):
    with connect(sample_project) as warehouse:
        assert len({read_known(warehouse, "2026-10-20").digest() for _ in range(5)}) == 1


def test_delivery_that_comes_later_changes_no_estimate(warehouse, project, tmp_path):
    before = estimate(warehouse, "2026-10-16")
    load(warehouse, bill(tmp_path / "october.parquet", 31, 70.0), "2026-11-04T12:00:00")
    warehouse.build()
    after = estimate(connect(project), "2026-10-16")
    assert after.vintage == before.vintage
    assert after.summary.equals(before.summary)
    assert len([one for one in (project / "estimates").iterdir() if one.is_dir()]) == 1


def test_month_that_was_loaded_late_says_that_it_was(project, tmp_path):
    warehouse = connect(project)
    load(warehouse, bill(tmp_path / "october.parquet", 31, 10.0), "2026-11-15T12:00:00")
    warehouse.build()
    known = read_known(warehouse, "2026-10-10")
    assert (len(known.daily), known.restated) == (10, ("2026-10",))
    assert (
        "No delivery of 2026-10 had come by 2026-10-10"
        in estimate(warehouse, "2026-10-10").notes["en"][0]
    )


def test_days_fill_up_as_older_deliveries_show(warehouse, project, tmp_path):
    load(warehouse, bill(tmp_path / "october.parquet", 31, 20.0), "2026-11-04T12:00:00")
    warehouse.build()
    observed = read_known(connect(project), "2026-11-05").observed
    ages = observed[observed["x_age"] <= 3].sort_values("x_age")
    assert ages[["x_age", "known", "final"]].values.tolist() == [
        [1, 10, 20],
        [2, 10, 20],
        [3, 10, 20],
    ]


def test_day_before_the_bill_is_refused(warehouse):
    with pytest.raises(BadInput, match="no cost up to 2026-08-31"):
        estimate(warehouse, "2026-08-31")


def test_a_day_long_after_the_bill_is_refused(warehouse):
    with pytest.raises(BadInput, match="ends on 2026-10-15, more than 31 days before 2026-12-15"):
        read_known(warehouse, "2026-12-15")
