"""The untagged list has its trend: the newest full month against the month before."""

import datetime as dt

import pytest

from tests.conftest import usd


def charge(month, cost, method="unowned"):
    return {
        "billing_period": f"2026-{month:02}",
        "charge_date": dt.date(2026, month, 5),
        "resource_id": "a",
        "effective_cost": cost,
        "x_owner_method": method,
        "billing_currency": "USD",
    }


def delivered(month, until, open_from=None):
    return {
        "billing_period": f"2026-{month:02}",
        "last_charge_date": until,
        "incomplete_from": open_from,
    }


def untagged(run_model, charges, months):
    inputs = {"facts.owned_cost": charges, "facts.month_deliveries": months}
    (row,) = run_model("marts.untagged", inputs)
    return row


CHARGES = [charge(8, 5), charge(9, 7), charge(10, 1)]


def test_a_month_that_still_runs_is_not_compared(run_model):
    months = [
        delivered(8, dt.date(2026, 8, 31)),
        delivered(9, dt.date(2026, 9, 30)),
        delivered(10, dt.date(2026, 10, 9), dt.date(2026, 10, 8)),
    ]
    row = untagged(run_model, CHARGES, months)
    assert (row["x_last_month_unowned_cost"], row["x_previous_month_unowned_cost"]) == (
        usd(7),
        usd(5),
    )


def test_what_a_rule_owns_is_untagged_and_not_unowned(run_model):
    months = [delivered(9, dt.date(2026, 9, 30))]
    row = untagged(run_model, [charge(9, 7), charge(9, 2, "rule"), charge(9, 4, "tag")], months)
    assert (row["effective_cost"], row["x_unowned_cost"]) == (usd(9), usd(7))
    assert row["x_last_month_unowned_cost"] == usd(7)


def ruled(rule, team):
    return charge(9, 1, "rule") | {"x_rule_id": rule, "x_team": team}


@pytest.mark.parametrize("step", [1, -1])
def test_of_two_rules_of_one_day_the_names_decide(run_model, step):
    charges = [ruled("R04", "search"), ruled("R05", "order")][::step]
    row = untagged(run_model, charges, [delivered(9, dt.date(2026, 9, 30))])
    assert (row["x_rule_id"], row["x_team"]) == ("R04", "search")
