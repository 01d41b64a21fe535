from decimal import Decimal

import pandas as pd
import pytest

from finops.errors import BadInput
from finops.report.month.summary import Change, summarise
from tests.report.conftest import ROWS


def rows_of(name, **columns):
    """The rows of a mart with some values, by place, replaced in the newest month."""
    places = {int(place.removeprefix("at_")): value for place, value in columns.items()}
    return [
        tuple(places.get(place, value) for place, value in enumerate(row))
        if row[0] == "2026-10"
        else row
        for row in ROWS[name]
    ]


def found(excess=90.0, start="2026-10-03"):
    return pd.DataFrame(
        {
            "key": ["search / EC2"],
            "start": [pd.Timestamp(start)],
            "end": [pd.Timestamp(start)],
            "excess": [excess],
            "state": ["went back"],
            "normal_on": [pd.NaT],
            "back_on": [pd.Timestamp(start) + pd.Timedelta(days=1)],
        }
    )


def test_the_newest_month_is_compared_with_the_one_before(warehouse):
    summary = summarise(warehouse)
    assert (summary.billing_period, summary.previous_period) == ("2026-10", "2026-09")
    assert summary.effective == Change(Decimal(1200), Decimal(1000))
    assert summary.billed == Change(Decimal(1300), Decimal(1100))
    assert summary.savings == Change(Decimal(300), Decimal(200))
    assert summary.effective.share == Decimal("0.2")
    assert summary.residual == 0


def test_orders_and_revenue_of_the_month(warehouse):
    summary = summarise(warehouse)
    assert summary.orders == Change(Decimal(60000), Decimal(40000))
    assert summary.cost_per_order == Change(Decimal("0.02"), Decimal("0.025"))
    assert summary.reporting_cost_per_order == Change(Decimal(28), Decimal(35))
    assert float(summary.cost_to_revenue.current) == pytest.approx(0.042)


def test_movers_name_the_largest_change_first(warehouse):
    summary = summarise(warehouse)
    assert list(summary.service_movers["key"]) == ["Amazon EC2", "AWS Glue"]
    assert list(summary.team_movers["change"]) == [Decimal(100), Decimal(100)]


def test_overruns_are_the_budgets_that_were_passed(warehouse):
    overruns = summarise(warehouse).overruns
    assert list(overruns["x_team"]) == ["search"]
    assert list(overruns["x_variance"]) == [Decimal(-200)]


def test_headline_of_a_month_that_has_everything(warehouse):
    assert summarise(warehouse, anomalies=found()).headline == (
        "AWS cost before recoverable tax rose 20 % to 1,200 USD in October 2026, mostly because Amazon EC2 (+400 USD) "
        "rose.",
        "The bill itself rose 18 % to 1,300 USD before tax: it pays commitments when they are due, cost "
        "spreads them over what uses them.",
        "One order cost 28.00 KRW (0.0200 USD), 20 % less than in September 2026; AWS cost was "
        "4.20 % of revenue.",
        "1 of 1 budgets was passed: search by 200 USD.",
        "1 anomaly was found, none still open, first of all search / EC2 on Saturday 2026-10-03: "
        "90 USD more; went back on Sunday 2026-10-04, against what was expected.",
        "Among teams, search changed most (+100 USD, +10 %).",
        "Cost is 300 USD (20 %) below list prices.",
        "60 % of cost has its owner by tag, 30 % inferred; 10 % is unowned.",
        "The numbers agree with the bill to the cent in all 2 months loaded; October 2026 is "
        "final.",
    )


def test_headline_without_teams_orders_and_budgets_says_what_is_missing(make_warehouse):
    unowned = ("2026-10", "unowned", "USD", 1200, 1200, None, None, "USD", 1200)
    why = "no orders of * in business/orders.csv", "no revenue of * in business/revenue.csv"
    no_orders = ("2026-10", "company", "USD", None, None, "USD", None, None, *why)
    bare = make_warehouse(team_month=[unowned], unit_cost_month=[no_orders])
    headline = " ".join(summarise(bare).headline)
    assert "There is no cost per order: no orders of * in business/orders.csv." in headline
    assert "No budgets are set for October 2026." in headline
    assert "No team owns cost yet" in headline
    assert "anomal" not in headline


def test_headline_of_the_first_month_compares_with_nothing(warehouse):
    summary = summarise(warehouse, "2026-09")
    assert summary.previous_period is None
    assert summary.headline[0] == (
        "AWS cost before recoverable tax was 1,000 USD in September 2026, the first month loaded: there is none to compare."
    )
    assert summary.service_movers.empty
    assert summary.team_movers.empty


def test_headline_names_services_that_ended(make_warehouse):
    services = [
        ("2026-09", "AWS Glue", "USD", 2000, 2000, 2000, None),
        ("2026-10", "AWS Glue", "USD", 0, 0, 0, -2000),
        ("2026-10", "Amazon EC2", "USD", 540, 540, 540, 0),
        ("2026-09", "Amazon EC2", "USD", 540, 540, 540, None),
    ]
    assert summarise(make_warehouse(aws_service_month=services)).headline[0] == (
        "AWS cost before recoverable tax fell 79 % to 540 USD in October 2026, mostly because AWS Glue (−2,000 USD) ended."
    )


def test_headline_claims_no_cause_that_explains_less_than_half(make_warehouse):
    names = [f"Service {letter}" for letter in "ABCDE"]
    services = [("2026-09", name, "USD", 100, 100, 100, None) for name in names]
    services += [("2026-10", name, "USD", 110, 110, 110, 10) for name in names]
    assert summarise(make_warehouse(aws_service_month=services)).headline[0] == (
        "AWS cost before recoverable tax rose 10 % to 550 USD in October 2026; "
        "the largest parts are Service A (+10 USD) and Service B (+10 USD)."
    )


def test_headline_of_a_cost_that_stayed(make_warehouse):
    services = [
        ("2026-09", "EC2", "USD", 1000, 1000, 1000, None),
        ("2026-10", "EC2", "USD", 1001, 1001, 1001, 1),
    ]
    assert summarise(make_warehouse(aws_service_month=services)).headline[0] == (
        "AWS cost before recoverable tax stayed at 1,001 USD in October 2026 (+1 USD)."
    )


def test_headline_names_the_month_compared_with_when_one_is_missing(make_warehouse):
    services = [
        ("2026-07", "EC2", "USD", 100, 100, 100, None),
        ("2026-10", "EC2", "USD", 200, 200, 200, 100),
    ]
    assert summarise(make_warehouse(aws_service_month=services)).headline[0] == (
        "AWS cost before recoverable tax rose 100 % to 200 USD in October 2026 against July 2026, "
        "mostly because EC2 (+100 USD) rose."
    )


def test_a_month_that_is_not_over_is_not_compared(make_warehouse):
    trust = rows_of("trust_header", at_3="2026-10-14", at_4=0.0)
    summary = summarise(make_warehouse(trust_header=trust))
    assert summary.headline[0] == (
        "AWS cost before recoverable tax is 1,200 USD in October 2026 up to day 14; the month isn't complete, "
        "so it is not compared."
    )
    assert summary.headline[-1].endswith(
        "October 2026 can still change: 0.0 % of its lines are invoiced."
    )


def test_headline_admits_a_residual(make_warehouse):
    trust = rows_of("trust_header", at_7=Decimal("-12.5"))
    headline = summarise(make_warehouse(trust_header=trust)).headline
    assert "The numbers differ from the bill by up to 12.50 USD in a month" in headline[-1]


def test_another_currency_is_named_and_not_added(make_warehouse):
    yuan = ("2026-10", "Amazon EC2", "CNY", 7, 7, 7, None)
    summary = summarise(make_warehouse(aws_service_month=[*ROWS["aws_service_month"], yuan]))
    assert summary.effective.current == 1200
    assert summary.headline[-1] == "Cost in CNY is not in these numbers: they are USD only."


def test_without_a_cost_per_order_the_headline_says_the_reason_of_the_mart(make_warehouse):
    why = "orders of 1 of 31 days are missing: known of 23 of 24 hours", "there was no revenue"
    month = ("2026-10", "company", "USD", 60000, None, "KRW", None, None, *why)
    summary = summarise(make_warehouse(unit_cost_month=[ROWS["unit_cost_month"][0], month]))
    assert (summary.cost_per_order.current, summary.orders.current) == (None, 60000)
    assert f"There is no cost per order: {why[0]}." in summary.headline
    known = (*month[:4], 0.02, "KRW", 28.0, *month[7:])
    summary = summarise(make_warehouse(unit_cost_month=[known]))
    assert (
        "One order cost 28.00 KRW (0.0200 USD); cost to revenue is not known: there was no revenue."
        in summary.headline
    )


def test_anomalies_of_other_months_are_left_out(warehouse):
    summary = summarise(warehouse, anomalies=found(start="2026-09-30"))
    assert summary.anomalies.empty
    assert "No anomaly was found in October 2026." in summary.headline


def test_a_month_that_is_not_loaded_is_refused(warehouse):
    with pytest.raises(
        BadInput, match="No bill of 2020-01 is loaded: there are 2026-09 to 2026-10"
    ):
        summarise(warehouse, "2020-01")
