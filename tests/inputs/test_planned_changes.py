"""Planned changes are steps and one-offs of an estimate, and their file is checked."""

from decimal import Decimal

import pandas as pd
import pytest

from finops.errors import BadInput
from finops.forecast.daily_path import month_path
from finops.forecast.estimate import estimate_of
from finops.inputs.planned_changes import planned_frame, read_planned_changes
from tests.forecast.knowns import days, known, series

HISTORY = ("2026-05-01", "2026-12-31")
HEADER = "start,end,team,aws_service,monthly,currency,name\n"
RATES = pd.DataFrame(
    {
        "billing_currency": ["USD"],
        "x_reporting_currency": ["KRW"],
        "x_exchange_rate": [Decimal(1500)],
    }
)


def plans(tmp_path, lines, rates=RATES):
    path = tmp_path / "planned_changes.csv"
    path.write_text(HEADER + lines)
    rows = read_planned_changes(path, ["search", "order"])
    centres = {"search": "cc-search", "order": ""}
    return planned_frame(path, rows, rates=rates, currencies={"USD"}, centres=centres)


def planned_of(estimate, scope="kind", key="planned", measure="effective_cost"):
    rows = estimate.summary
    rows = rows[(rows["x_scope"] == scope) & (rows["x_key"] == key)]
    rows = rows[rows["x_measure"] == measure]
    return rows.set_index("billing_period")["x_estimate"].to_dict()


def months_of(tmp_path, lines, as_of="2026-10-15"):
    rows = series(days(*HISTORY), 100)
    return planned_of(estimate_of(known(rows, as_of, planned=plans(tmp_path, lines))))


def test_change_that_stays_counts_its_days_of_the_first_month_then_whole_months(tmp_path):
    """From 17 to 31 October are 15 of 31 days."""
    found = months_of(tmp_path, "2026-10-17,,search,,3100,USD,launch\n")
    assert found.pop("2026-10") == 1_500
    assert set(found.values()) == {3_100}
    assert len(found) == 12


def test_change_that_ends_is_gone_afterwards(tmp_path):
    found = months_of(tmp_path, "2026-11-01,2026-12-15,search,EC2,3000,USD,test load\n")
    assert found == {"2026-11": 3_000, "2026-12": Decimal("1451.61")}


def test_change_of_one_day_comes_once_and_whole(tmp_path):
    lines = "2026-10-20,2026-10-20,search,,9000,USD,move\n2026-10-01,2026-10-01,order,,7,USD,old\n"
    assert months_of(tmp_path, lines) == {"2026-10": 9_000}


def test_part_of_a_change_that_the_forecast_has_seen_is_not_added_again(tmp_path):
    """Seven of the last 14 days had it, so half of it is added; after 14 days nothing."""
    half = months_of(tmp_path, "2026-10-09,,search,,3100,USD,launch\n")
    assert (half["2026-10"], half["2026-11"]) == (800, 1_550)
    assert months_of(tmp_path, "2026-10-01,,search,,3100,USD,launch\n") == {}


def test_amount_of_another_currency_takes_the_rate_that_is_known(tmp_path):
    frame = plans(tmp_path, "2026-11-01,,search,,4500000,KRW,launch\n")
    row = frame.iloc[0]
    assert (row["x_per_month"], row["billing_currency"]) == (3_000, "USD")


def test_items_with_plans_add_up_to_the_total_to_the_last_digit(tmp_path):
    lines = "2026-10-17,,search,EC2,1000,USD,a\n2026-11-03,,,S3,-33.3333,USD,b\n"
    rows = series(days(*HISTORY), "3.3333333333") + series(days(*HISTORY), "7.7", team="order")
    summary = estimate_of(known(rows, "2026-10-15", planned=plans(tmp_path, lines))).summary
    for _, view in summary.groupby(["billing_period", "x_measure"]):
        assert len(set(view.groupby("x_scope")["x_estimate"].sum())) == 1


def test_plan_moves_team_and_service_by_the_same_money(tmp_path):
    rows, lines = series(days(*HISTORY), 100), "2026-11-01,,search,S3,3000,USD,launch\n"
    without = estimate_of(known(rows, "2026-10-15"))
    planned = estimate_of(known(rows, "2026-10-15", planned=plans(tmp_path, lines)))
    before, after = (planned_of(one, "team", "search")["2026-11"] for one in (without, planned))
    assert after - before == 3_000
    assert planned_of(planned, "aws_service", "S3")["2026-11"] == 3_000


def test_daily_path_has_a_plan_on_its_days(tmp_path):
    frame = plans(tmp_path, "2026-10-30,,search,,3100,USD,launch\n")
    path = month_path(known(series(days(*HISTORY), 10), "2026-10-15", planned=frame))
    planned = path[path["x_kind"] == "planned"].set_index("charge_date")["effective_cost"]
    assert planned.to_dict() == {pd.Timestamp("2026-10-30"): 100, pd.Timestamp("2026-10-31"): 100}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("2026-11-01,,serch,,5,USD,x", "line 2: unknown team 'serch'; did you mean 'search'"),
        ("2026-11-01,,,,5,USD,x", "line 2: give a team, an AWS service or both"),
        ("2026-11-02,2026-11-01,search,,5,USD,x", "line 2: it ends before it starts"),
        ("2026-11-01,,search,,many,USD,x", "line 2: monthly 'many'"),
        ("soon,,search,,5,USD,x", "line 2: start 'soon'"),
        ("2026-11-01,,search,,5,EUR,x", "line 2: no exchange rate of EUR is known"),
        ("2026-11-01,,search,,5,USD,", "line 2: name ''"),
    ],
)
def test_wrong_line_is_refused(tmp_path, line, told):
    with pytest.raises(BadInput, match=told):
        plans(tmp_path, line + "\n")


def test_change_that_comes_twice_is_refused(tmp_path):
    line = "2026-11-01,,search,,5,USD,x\n"
    with pytest.raises(BadInput, match=r"line 3: .* is already on line 2"):
        plans(tmp_path, line * 2)
