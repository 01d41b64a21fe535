"""The newest version of a budget counts, in the bill's currency."""

import pytest

RATE = {
    "billing_period": "2026-10",
    "billing_currency": "USD",
    "x_reporting_currency": "KRW",
    "x_exchange_rate": 1400,
}
BUDGET = {"billing_period": "2026-10", "currency": "USD", "version": 1, "budget": 5}


def budgets(run_model, *rows, rate=RATE):
    found = run_model(
        "facts.budgets",
        {"business.budgets": [BUDGET | row for row in rows], "facts.exchange_rates": [rate]},
    )
    return {(row["x_scope"], row["x_key"]): row["x_budget"] for row in found}


def test_newest_version_of_each_owner_counts(run_model):
    found = budgets(
        run_model,
        {"team": "search"},
        {"team": "search", "version": 2, "budget": 7},
        {"service": "find", "budget": 3},
        {"cost_centre": "CC-1", "budget": 9, "version": 4},
    )
    assert found == {("team", "search"): 7, ("service", "find"): 3, ("cost_centre", "CC-1"): 9}


@pytest.mark.parametrize(
    ("currency", "rate", "expected"), [("KRW", 1400, 5), ("KRW", None, None), ("JPY", 1400, None)]
)
def test_budget_in_another_currency_needs_its_rate(run_model, currency, rate, expected):
    row = {"team": "search", "currency": currency, "budget": 7000}
    found = budgets(run_model, row, rate=RATE | {"x_exchange_rate": rate})
    assert found == {("team", "search"): expected}
