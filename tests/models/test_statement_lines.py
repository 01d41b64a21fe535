"""Whole coins are decided once, in marts.statement_lines, and add up at every level."""

import datetime as dt
from decimal import Decimal

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import finops
from finops.allocation.explain import Question, explain
from finops.coins import add_cents
from finops.report.owners.explained import tree
from finops.statements import statement as module
from finops.statements.statement import statements
from finops.text import _WITHOUT_CENTS, cents, money
from finops.warehouse.models import models_in_order
from tests.statements.test_statement import EMPTY

TABLES = """
create schema facts;
create table facts.allocated_cost (
    billing_period varchar, billing_currency varchar, x_team varchar, x_allocated_from varchar,
    x_driver varchar, x_service varchar, service_name varchar, charge_category varchar,
    x_entry varchar, x_cost_centre varchar, billed_cost decimal(38, 10),
    effective_cost decimal(38, 10)
);
create table facts.exchange_rates (
    billing_period varchar, billing_currency varchar, x_reporting_currency varchar,
    x_exchange_rate decimal(18, 8), x_coins_per_unit integer, x_reporting_coins_per_unit integer
);
"""
LEVELS = ["x_team", "x_pool", "x_driver", "service_name"]
(MODEL,) = [one for one in models_in_order() if one.name == "marts.statement_lines"]


def cost(team, amount, *, pool=None, service="EC2", entry="cloud_expense"):
    driver = "even" if pool else None
    return (
        "2026-10",
        "USD",
        team,
        pool,
        driver,
        team,
        service,
        "Usage",
        entry,
        "CC",
        amount,
        amount,
    )


def lines(rows, rate=Decimal("1438.46")):
    """Return the lines of literal allocated cost."""
    with duckdb.connect() as con:
        con.execute(TABLES)
        con.execute(
            "insert into facts.exchange_rates values ('2026-10', 'USD', 'KRW', ?, 100, 1)", [rate]
        )
        if rows:
            con.executemany(
                f"insert into facts.allocated_cost values ({', '.join('?' * 12)})", rows
            )
        return con.sql(MODEL.sql).to_arrow_table().to_pandas()


def coins(found, column="x_effective_coins"):
    return {
        (row["x_team"], row["x_pool"], row["service_name"]): int(row[column])
        for row in found.to_dict("records")
    }


def test_thirds_of_a_dollar_add_up_and_the_first_gets_the_cent():
    third = Decimal("0.3333333333")
    found = lines([cost("a", third), cost("b", third), cost("c", 1 - 2 * third)])
    assert coins(found) == {("a", "", "EC2"): 33, ("b", "", "EC2"): 33, ("c", "", "EC2"): 34}
    won = coins(found, "x_reporting_coins")
    assert sum(won.values()) == 1438
    assert set(won.values()) == {479, 480}


def test_tax_that_is_recovered_is_no_line_and_an_upfront_fee_no_expense():
    found = lines(
        [
            cost("a", Decimal("10.005")),
            cost("a", Decimal(1), service="Tax", entry="vat_receivable"),
            cost("a", Decimal(5), service="Plans", entry="prepaid_current"),
        ]
    )
    assert coins(found) == {("a", "", "EC2"): 1001, ("a", "", "Plans"): 500}
    assert coins(found, "x_expense_coins") == {("a", "", "EC2"): 1001, ("a", "", "Plans"): 0}


def test_without_a_rate_there_are_no_coins_of_the_reporting_currency():
    assert lines([cost("a", Decimal(1))], rate=None)["x_reporting_coins"].isna().all()


amounts = st.decimals("-99.9999999999", "99.9999999999", places=10).filter(bool)
costs = st.lists(
    st.builds(
        lambda team, amount, pool, service: cost(team, amount, pool=pool, service=service),
        st.sampled_from("abc"),
        amounts,
        st.sampled_from([None, "kafka", "net"]),
        st.sampled_from(["EC2", "S3"]),
    ),
    max_size=30,
)


@given(costs)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_sql_gives_coins_as_the_definition_in_python(rows):
    found = lines(rows).sort_values([*LEVELS, "x_service"]).reset_index(drop=True)
    if len(found):
        expected = add_cents(found, "effective_cost", LEVELS, 2)["x_cents"]
        assert list(found["x_effective_coins"]) == list(expected)


@pytest.fixture(scope="module")
def warehouse(sample_project):
    with pytest.MonkeyPatch.context() as patch, finops.connect(sample_project) as one:
        patch.setattr(module, "find", lambda _: EMPTY)
        patch.setattr(module, "worklist", lambda _: EMPTY)
        yield one


def test_explain_shows_what_the_statement_of_each_team_shows(warehouse):
    for one in statements(warehouse, "2026-10"):
        parts = explain(warehouse, Question("2026-10", x_team=one.team))
        shown = Decimal(one.total).scaleb(-2)
        assert parts["x_coins"].sum() == one.total
        assert money(shown, "USD") in tree(parts, "").console().renderables[0].label
        own = one.lines.loc[one.lines["x_pool"] == ""].groupby("service_name")["x_cents"].sum()
        mine = parts[parts["x_part"] == "own"].groupby("service_name")["x_coins"].sum()
        assert mine.to_dict() == own.to_dict()
        pools = one.pools.groupby("x_pool")["x_cents"].sum()
        shared = parts[parts["x_part"] != "own"].groupby("x_pool")["x_coins"].sum()
        assert shared.to_dict() == pools.to_dict()


def test_all_teams_add_up_in_the_reporting_currency(warehouse):
    found = statements(warehouse, "2026-10")
    month = warehouse.sql(
        "select effective_cost * 1438.46 as won from marts.unit_cost_month "
        "where billing_period = '2026-10' and x_scope = 'company'"
    )["won"].iloc[0]
    assert sum(one.reporting_cost for one in found) == round(month)


def test_currencies_without_cents_are_the_same_everywhere(warehouse):
    rows = warehouse.sql(
        "select distinct billing_currency, x_coins_per_unit from facts.exchange_rates"
    )
    for row in rows.to_dict("records"):
        assert row["x_coins_per_unit"] == 10 ** cents(row["billing_currency"])
    (rates,) = [one for one in models_in_order() if one.name == "facts.exchange_rates"]
    listed = ", ".join(f"'{one}'" for one in sorted(_WITHOUT_CENTS))
    assert rates.sql.count(f"in ({listed}) then 1 else 100") == 2


def test_the_parts_of_a_day_have_no_coins(warehouse):
    day = str(dt.date(2026, 10, 5))
    parts = explain(warehouse, Question(charge_date=day, x_team="order", mart="team_day"))
    assert len(parts)
    assert pd.isna(parts["x_coins"]).all()
