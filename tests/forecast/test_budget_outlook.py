"""Who breaks a budget, when, and what each day left must cost less."""

import datetime as dt
from decimal import Decimal

import duckdb
import pandas as pd
import pytest

from finops.errors import BadInput
from finops.forecast.budget_outlook import budget_outlook, movable_usage, outlook
from finops.forecast.estimate import estimate_of
from tests.conftest import insert_rows
from tests.forecast.knowns import known, series


def days(first, last, usage, fees=None, team="search"):
    """A team's days at a usage per day, and fees on some days of any month."""
    return [
        {
            "charge_date": day.date(),
            "x_team": team,
            "billing_currency": "USD",
            "x_usage_effective_cost": usage(day),
            "effective_cost": usage(day) + (fees or {}).get(day.day, 0),
        }
        for day in pd.date_range(first, last)
    ]


def flat(_):
    return 10.0


def week(day):
    """Weekends cost half."""
    return 5.0 if day.day_of_week >= 5 else 10.0


def stand(rows, budget, *, through, team="search", period="2026-10"):
    budgets = pd.DataFrame([{"x_team": team, "billing_currency": "USD", "x_budget": budget}])
    (row,) = outlook(pd.DataFrame(rows), budgets, billing_period=period, through=through).to_dict(
        "records"
    )
    return row


def test_budget_breaks_on_the_day_that_cost_passes_it():
    row = stand(days("2026-10-01", "2026-10-31", flat), 200, through="2026-10-10")
    assert (row["effective_cost"], row["x_burn"]) == (Decimal("100.00"), 0.5)
    assert (row["x_expected"], row["x_variance"]) == (Decimal("310.00"), Decimal("-110.00"))
    assert (row["x_status"], row["x_breaks_on"]) == ("breaks", dt.date(2026, 10, 21))


def test_cut_per_day_brings_the_team_back_to_its_budget():
    row = stand(days("2026-10-01", "2026-10-31", flat), 247, through="2026-10-10")
    assert row["x_cut_per_day"] == Decimal("3.00")
    assert row["x_cut_share"] == pytest.approx(0.3)
    assert row["effective_cost"] + 21 * (10 - row["x_cut_per_day"]) == row["x_budget"]


def test_passed_budget_is_over_since_the_day_it_was_passed():
    row = stand(days("2026-10-01", "2026-10-31", flat), 45, through="2026-10-10")
    assert (row["x_status"], row["x_breaks_on"]) == ("over", dt.date(2026, 10, 5))
    assert row["x_cut_share"] > 1


def test_whole_month_is_what_it_cost():
    row = stand(days("2026-10-01", "2026-10-31", flat), 310, through="2026-10-31")
    assert (row["x_expected"], row["x_status"]) == (Decimal("310.00"), "within")
    assert row["x_cut_per_day"] is None


def test_team_without_any_cost_keeps_its_budget():
    row = stand(days("2026-10-01", "2026-10-10", flat), 30, through="2026-10-10", team="ads")
    assert (row["effective_cost"], row["x_status"]) == (Decimal("0.00"), "within")


def test_day_of_another_month_is_refused():
    with pytest.raises(BadInput, match="no day of 2026-10"):
        stand(days("2026-10-01", "2026-10-31", flat), 30, through="2026-09-30")


def test_movable_usage_leaves_out_what_commitments_cover(make_owned):
    owned = {"x_team": "search", "charge_date": dt.date(2026, 10, 7), "service_name": "EC2"}
    owned |= {"consumed_quantity": 1.0, "billing_currency": "USD", "x_service": "find"}
    warehouse = make_owned(
        [
            owned | {"x_usage_type": "BoxUsage", "effective_cost": 70},
            owned
            | {"x_usage_type": "Covered", "effective_cost": 900, "commitment_discount_id": "sp"},
            owned | {"x_usage_type": "Tax", "effective_cost": 500, "consumed_quantity": None},
            owned | {"x_usage_type": "Theirs", "effective_cost": 500, "x_team": "ads"},
        ]
    )
    rows = movable_usage(warehouse, "search", through="2026-10-07")
    assert rows[["x_usage_type", "effective_cost_per_day"]].values.tolist() == [["BoxUsage", 10.0]]


@pytest.mark.parametrize(
    ("scope", "key", "left"),
    [("team", "search", 0), ("service", "find", 30), ("cost_centre", "CC-1", 10)],
)
def test_budgets_of_teams_services_and_cost_centres_have_their_own_cost(
    make_owned, monkeypatch, scope, key, left
):
    rows = series(["2026-10-31"], 70, centre="CC-1")
    rows += series(["2026-10-31"], 20, service="rank", centre="CC-1")
    rows += series(["2026-10-31"], 10, service="rank", centre="CC-2")
    common = {"billing_period": "2026-10", "billing_currency": "USD"}
    budgets = [
        common | {"x_scope": name, "x_key": one, "x_budget": 100}
        for name, one in (("team", "search"), ("service", "find"), ("cost_centre", "CC-1"))
    ]
    monkeypatch.setattr(
        "finops.forecast.budget_outlook.read_known", lambda _, day: known(rows, day)
    )
    found = budget_outlook(make_owned([], budgets), "2026-10", scope=scope, through="2026-10-31")
    assert found[[f"x_{scope}", "x_variance"]].values.tolist() == [[key, Decimal(left)]]


def test_budget_is_expected_to_end_at_the_estimate(make_owned, monkeypatch):
    """Weekends cost half, and a fee of 50 comes with the first of each month."""
    rows = series(pd.date_range("2026-05-01", "2026-10-31"), week)
    rows += series(pd.date_range("2026-05-01", "2026-10-31", freq="MS"), 50, kind="fee")
    budget = {"billing_period": "2026-10", "billing_currency": "USD", "x_scope": "team"}
    budget |= {"x_key": "search", "x_budget": 300}
    monkeypatch.setattr(
        "finops.forecast.budget_outlook.read_known", lambda _, day: known(rows, day)
    )
    (row,) = budget_outlook(make_owned([], [budget]), "2026-10", through="2026-10-10").to_dict(
        "records"
    )
    summary = estimate_of(known(rows, "2026-10-10")).summary
    of_team = summary[(summary["x_scope"] == "team") & (summary["billing_period"] == "2026-10")]
    assert row["x_expected"] == of_team["x_estimate"].iloc[0] == pytest.approx(315, abs=0.5)
    assert (row["x_status"], row["x_breaks_on"]) == ("breaks", dt.date(2026, 10, 30))


@pytest.mark.parametrize(("tax_is_cost", "cost"), [(False, 90), (True, 99)])
def test_recoverable_tax_breaks_no_budget(make_owned, monkeypatch, tax_is_cost, cost):
    rows = series(["2026-10-31"], 90) + series(["2026-10-31"], 9, kind="tax")
    budget = {"billing_period": "2026-10", "billing_currency": "USD", "x_scope": "team"}
    budget |= {"x_key": "search", "x_budget": 95}
    found = known(rows, "2026-10-31", tax_is_cost=tax_is_cost)
    monkeypatch.setattr("finops.forecast.budget_outlook.read_known", lambda *_: found)
    (row,) = budget_outlook(make_owned([], [budget]), "2026-10", through="2026-10-31").to_dict(
        "records"
    )
    assert (row["x_expected"], row["x_status"] == "over") == (cost, tax_is_cost)


def test_scope_without_budgets_is_refused(make_owned):
    with pytest.raises(BadInput, match="There are those of team, service, cost_centre"):
        budget_outlook(make_owned([]), "2026-10", scope="aws_service", through="2026-10-31")


class Owned:
    """A warehouse of two tables."""

    def __init__(self, con):
        self.con = con

    def sql(self, query, **params):
        return self.con.execute(query, params).df()


@pytest.fixture
def make_owned(empty_tables):
    """Return a function that makes a warehouse of these rows of facts.owned_cost."""

    def make(rows, budgets=()):
        con = duckdb.connect()
        con.execute(f"attach '{empty_tables}' as built (read_only)")
        con.execute("create schema facts")
        for name, values in {"owned_cost": rows, "budgets": budgets}.items():
            con.execute(f"create table facts.{name} as from built.facts.{name} limit 0")
            insert_rows(con, f"facts.{name}", values)
        return Owned(con)

    return make
