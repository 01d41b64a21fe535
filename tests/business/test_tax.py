"""Which number has recoverable tax in it: those that must be the bill, and no other."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import finops
from finops.allocation.explain import Question, explain
from finops.allocation.worklist import worklist
from finops.definitions import before_tax
from finops.incidents import sources
from finops.report.month.summary import summarise
from finops.report.owners.explained import tree
from finops.report.statements.reconciliation import steps
from finops.report.statements.sections import tiles
from finops.statements import statement as module
from finops.statements.statement import statements
from tests.conftest import line, write_bill
from tests.statements.test_statement import EMPTY

# 50 orders, 1000 of revenue; search used 100, of which the bill has 10 of tax in a line of its own.
LINES = [
    line(line_item_unblended_cost=100, line_item_resource_id="i-1"),
    line(line_item_unblended_cost=10, line_item_line_item_type="Tax", line_item_usage_amount=None),
]
FILES = {
    "mappings/teams": "team,kind\nsearch,team\n",
    "mappings/services": "service,team\nfind,search\n",
    "mappings/rules": "rule_id,priority,service_code,service\nr1,1,AmazonEC2,find\n",
    "business/orders": "date,service,orders\n2026-10-05,*,50\n2026-10-05,find,50\n",
    "business/revenue": "date,service,revenue,currency\n2026-10-05,*,1000,USD\n",
    "business/budgets": "billing_period,team,budget,currency,version\n2026-10,search,105,USD,1\n",
}


@pytest.fixture
def built(tmp_path, monkeypatch):
    """Return a function that builds the bill of a company that recovers its tax, or bears it."""
    monkeypatch.setattr(module, "find", lambda _: EMPTY)
    write_bill(tmp_path / "bill.parquet", LINES)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.csv").write_text(text)

    def build(toml):
        (tmp_path / "finops.toml").write_text(toml)
        warehouse = finops.connect(tmp_path)
        warehouse.load(tmp_path / "bill.parquet")
        warehouse.build()
        return warehouse

    return build


def mart(warehouse, name, column, where="true"):
    (value,) = warehouse.sql(f"select sum({column}) as v from {name} where {where}")["v"]
    return float(value)


COST = {
    "marts.team_month": "x_team = 'search'",
    "marts.service_month": "x_service = 'find'",
    "marts.aws_service_month": "true",
    "marts.team_day": "true",
    "marts.unit_cost": "x_service = '*'",
    "marts.unit_cost_local": "x_service = '*'",
    "marts.unit_cost_month": "x_scope = 'company'",
    "marts.rule_hits": "true",
    "marts.trust_header": "true",
}


def numbers(warehouse):
    """What is compared or divided: each is of cost alone."""
    summary = summarise(warehouse)
    (statement,) = statements(warehouse, "2026-10")
    kpis = warehouse.table("marts.scorecard_month").set_index("x_kpi")["x_value"]
    return {
        "headline": float(summary.effective.current),
        "cost per order": float(summary.cost_per_order.current),
        "cost to revenue": float(summary.cost_to_revenue.current),
        "KPI cost to revenue": float(kpis["cost_to_revenue"]),
        "KPI budget variance": float(kpis["budget_variance"]),
        "own cost against budget": float(summary.budgets["x_variance"].iloc[0]),
        "coverage": mart(warehouse, "marts.allocation_month", "effective_cost", "x_team = '*'"),
        "untagged": mart(warehouse, "marts.untagged", "effective_cost"),
        "explain": float(explain(warehouse, Question("2026-10"))["effective_cost"].sum()),
        "statement": statement.total / 100,
    } | {name: mart(warehouse, name, "effective_cost", where) for name, where in COST.items()}


def expected(cost):
    return {
        "headline": cost,
        "cost per order": cost / 50,
        "cost to revenue": cost / 1000,
        "KPI cost to revenue": cost / 1000,
        "KPI budget variance": (105 - cost) / 105,
        "own cost against budget": 105 - cost,
        **dict.fromkeys(["coverage", "untagged", "explain", "statement"], cost),
        **dict.fromkeys(COST, cost),
    }


@pytest.mark.parametrize(("toml", "cost", "tax"), [("", 100, 10), ("tax_is_cost = true\n", 110, 0)])
def test_which_number_has_tax_in_it(built, toml, cost, tax):
    warehouse = built(toml)
    assert numbers(warehouse) == pytest.approx(expected(cost))
    for name, where in COST.items():
        assert mart(warehouse, name, "x_billed_tax", where) == tax, name
        assert mart(warehouse, name, "billed_cost + x_billed_tax", where) == 110, name
    for name in ("facts.daily_cost", "facts.owned_cost", "facts.allocated_cost"):
        assert mart(warehouse, name, "effective_cost") == 110
    assert (warehouse.check()["rows"] == 0).all()


def test_where_a_total_is_the_bill_tax_has_a_line_of_its_own(built):
    warehouse = built("")
    headline = summarise(warehouse).headline
    assert headline[0].startswith(f"AWS cost {before_tax()} was 100 USD in October 2026")
    assert (
        "The bill is 110 USD, 10 USD of it recoverable tax, which is in no cost here." in headline
    )
    found = statements(warehouse, "2026-10")
    assert [step for step in steps(found) if step[1]] == [
        ("step_bill", 110),
        ("step_vat", -10),
        ("all_statements", 100),
    ]
    assert ("Recoverable tax", "10.00 USD") in [
        (one.name, one.value) for one in tiles(found[0], "en")
    ]
    parts = explain(warehouse, Question("2026-10"))
    assert list(parts["x_effective_tax"]) == [10]
    assert "10.00 USD of recoverable tax is beside it." in tree(parts, "all")._repr_html_()


def test_who_bears_tax_reads_of_no_recoverable_one(built):
    warehouse = built("tax_is_cost = true\n")
    assert not [text for text in summarise(warehouse).headline if "recoverable tax, which" in text]
    found = statements(warehouse, "2026-10")
    assert "step_vat" not in [name for name, amount in steps(found) if amount]
    assert "Recoverable tax" not in [one.name for one in tiles(found[0], "en")]


def test_the_setting_is_followed_by_the_next_build(built):
    assert mart(built(""), "marts.team_month", "effective_cost") == 100
    assert mart(built("tax_is_cost = true\n"), "marts.team_month", "effective_cost") == 110
    assert mart(built("tax_is_cost = false\n"), "marts.team_month", "effective_cost") == 100


def test_tax_makes_no_series_of_anomalies_and_no_work_of_tagging(built):
    warehouse = built("")
    daily = sources.by_team_and_service(warehouse)
    assert pd.to_numeric(daily["cost"]).sum() == 100
    assert worklist(warehouse).empty


MONEY = st.decimals(-1000, 1000, places=10)
LINE = st.tuples(
    st.sampled_from(["cloud_expense", "vat_receivable", "prepaid_current", None]), MONEY, MONEY
)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(LINE, min_size=1, max_size=5))
def test_cost_and_tax_are_the_bill_to_the_last_digit(run_model, lines):
    common = {"billing_period": "2026-10", "charge_date": "2026-10-05", "billing_currency": "USD"}
    common |= {"x_team": "search", "x_service": "find", "service_name": "EC2", "x_cost_centre": "1"}
    common |= {"x_owner_method": "rule", "x_rule_id": "r1"}
    rows = [
        common | {"x_entry": entry, "billed_cost": billed, "effective_cost": effective}
        for entry, billed, effective in lines
    ]
    for name in ("facts.measured_cost", "owners.rule_cost", "marts.team_day"):
        for row in run_model(name, {"facts.owned_cost": rows}):
            assert row["billed_cost"] + row["x_billed_tax"] == sum(one[1] for one in lines)
            assert row["effective_cost"] + row["x_effective_tax"] == sum(one[2] for one in lines)
            vat = [one[2] for one in lines if one[0] == "vat_receivable"]
            assert row["x_effective_tax"] == sum(vat, Decimal(0))
