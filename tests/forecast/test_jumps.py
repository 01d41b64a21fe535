"""A day is compared with the same weekdays before, at the same age of its data."""

import pandas as pd
import pytest

from finops import connect
from finops.errors import BadInput
from finops.forecast.jumps import daily_jumps, jumps
from tests.forecast.test_known import bill, load

DAY = pd.Timestamp("2026-12-14")
NO_EVENTS = pd.DataFrame(columns=["start", "end", "key", "kind"])


def usage(now, before=100.0, *, team="search", kind="BoxUsage", weeks=8):
    """One item on eight Mondays and on the day itself; `before` a number or one per week."""
    days = pd.date_range(end=DAY, periods=weeks + 1, freq="7D")
    costs = [*(before if isinstance(before, list) else [before] * weeks), now]
    return pd.DataFrame(
        [
            {
                "charge_date": day,
                "x_team": team,
                "service_name": "EC2",
                "sub_account_id": "1",
                "x_usage_type": kind,
                "billing_currency": "USD",
                "effective_cost": cost,
            }
            for day, cost in zip(days, costs, strict=True)
        ]
    )


def found(frame, events=NO_EVENTS, **options):
    return jumps(frame, events, day=DAY, **options)


def test_jump_names_its_money_and_who_did_it():
    parts = pd.concat([usage(300.0), usage(20.0, 10.0, kind="EBS")])
    (row,) = found(parts).to_dict("records")
    assert (row["x_team"], row["service_name"]) == ("search", "EC2")
    assert (row["effective_cost"], row["x_expected"], row["x_excess"]) == (320, 110, 210)
    assert row["x_contributors"] == "BoxUsage (1) +200.00; EBS (1) +10.00"


@pytest.mark.parametrize(
    ("now", "before", "jumped"),
    [
        (149.0, 100.0, False),  # 49 USD are below the floor of 50
        (151.0, 100.0, True),
        (1_055.0, 1_000.0, False),  # 55 USD of 1,000 are below 6 %
        (20.0, 100.0, True),  # less is a jump too
        # Deviations of 10 and 30: the median of 20 is 29.65, so 118.6 USD are usual.
        (215.0, [90.0, 110, 70, 130, 90, 110, 70, 130], False),
        (219.0, [90.0, 110, 70, 130, 90, 110, 70, 130], True),
    ],
)
def test_jump_is_large_in_money_in_share_and_for_its_weekday(now, before, jumped):
    assert len(found(usage(now, before))) == jumped


def test_day_that_is_half_there_is_held_against_half_of_earlier_days():
    assert found(usage(50.0, 100.0), shares={"EC2": 0.5}).empty
    (row,) = found(usage(120.0, 100.0), shares={"EC2": 0.5}).to_dict("records")
    assert (row["x_expected"], row["x_excess"], row["x_share_arrived"]) == (50, 70, 0.5)


def test_service_whose_share_nobody_knows_is_not_judged():
    assert found(usage(900.0), shares={"S3": 0.5}).empty


def test_holidays_among_the_weekdays_are_left_out():
    """Four of eight Mondays were holidays with ten times the cost."""
    frame = usage(100.0, [100.0, 1_000] * 4)
    free = frame["charge_date"].iloc[1:8:2]
    events = pd.DataFrame({"start": free, "end": free, "key": "*", "kind": "holiday"})
    assert found(frame, events).empty


def test_announced_day_says_so_and_is_still_listed():
    events = pd.DataFrame([{"start": DAY, "end": DAY, "key": "*", "kind": "promotion"}])
    assert found(usage(300.0), events)["x_announced"].tolist() == ["promotion"]


def test_fewer_than_four_weeks_judge_nothing():
    assert found(usage(900.0, weeks=3)).empty


@pytest.fixture
def october(project, tmp_path):
    """September at 10 USD a day; October at 70, delivered on the 16th and again in November."""
    warehouse = connect(project)
    load(warehouse, bill(tmp_path / "september.parquet", 30, 10.0, month=9), "2026-10-04T12:00:00")
    load(warehouse, bill(tmp_path / "october.parquet", 15, 70.0), "2026-10-16T12:00:00")
    load(warehouse, bill(tmp_path / "october.parquet", 31, 70.0), "2026-11-04T12:00:00")
    warehouse.build()
    return warehouse


def test_a_past_day_is_judged_by_what_the_bill_has_of_it_now(october, project):
    """On the 16th the 15th was still filling up; now it is whole, and no older build is needed."""
    (row,) = daily_jumps(october, "2026-10-15").to_dict("records")
    assert f"{row['charge_date']:%Y-%m-%d}" == "2026-10-15"
    assert (row["effective_cost"], row["x_expected"], row["x_share_arrived"]) == (70, 10, 1)
    assert not (project / "warehouse/as_of").exists()


def test_a_day_that_the_bill_lacks_is_refused(october):
    for day in ("2026-08-31", "2026-11-01"):
        with pytest.raises(BadInput, match=f"no charges of {day}"):
            daily_jumps(october, day)
    with pytest.raises(BadInput, match="no date or time"):
        daily_jumps(october, "yesterday")


def test_the_last_days_of_an_open_month_wait_until_they_are_whole(project, tmp_path):
    warehouse = connect(project)
    load(warehouse, bill(tmp_path / "september.parquet", 30, 10.0, month=9), "2026-10-04T12:00:00")
    load(warehouse, bill(tmp_path / "october.parquet", 15, 70.0), "2026-10-16T12:00:00")
    warehouse.build()
    (row,) = daily_jumps(warehouse).to_dict("records")
    assert f"{row['charge_date']:%Y-%m-%d}" == "2026-10-13"
