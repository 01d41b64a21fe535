"""Shared cost is split, and not a digit is gained or lost."""

import datetime as dt
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DAY = dt.date(2026, 10, 5)
MEASURES = ("list_cost", "contracted_cost", "billed_cost", "effective_cost", "x_unblended_cost")


def team(name, kind="team"):
    return {"team": name, "kind": kind, "cost_centre": f"CC-{name}"}


def cost(name, amount, **values):
    amounts = dict.fromkeys(MEASURES, Decimal(amount))
    return {"charge_date": DAY, "billing_period": "2026-10", "x_team": name, **amounts, **values}


def allocate(run_model, costs, teams, pools):
    inputs = {
        "facts.owned_cost": costs,
        "mappings.teams": teams,
        "mappings.shared_costs": [{"pool": pool, "method": method} for pool, method in pools],
    }
    return run_model("facts.allocated_cost", inputs)


def by_team(rows):
    return sorted((row["x_team"], row["x_allocated_from"], row["effective_cost"]) for row in rows)


def test_proportional_pool_follows_own_cost(run_model):
    costs = [cost("a", 30), cost("b", 10), cost("kafka", 8)]
    rows = allocate(
        run_model,
        costs,
        [team("a"), team("b"), team("kafka", "shared")],
        [("kafka", "proportional")],
    )
    shared = [
        (row["x_team"], row["effective_cost"], row["x_weight"]) for row in rows if row["x_driver"]
    ]
    assert sorted(shared) == [("a", 6, 0.75), ("b", 2, 0.25)]
    assert not [row for row in rows if row["x_team"] == "kafka"]


def test_even_pool_is_split_to_the_last_digit(run_model):
    costs = [cost("a", 1), cost("tax", 10)]
    teams = [team("a"), team("b"), team("c"), team("tax", "shared")]
    rows = allocate(run_model, costs, teams, [("tax", "even")])
    shares = [row["effective_cost"] for row in rows if row["x_allocated_from"] == "tax"]
    assert sorted(shares) == [
        Decimal("3.3333333333"),
        Decimal("3.3333333333"),
        Decimal("3.3333333334"),
    ]


def test_day_without_own_cost_is_split_evenly(run_model):
    rows = allocate(
        run_model, [cost("tax", 10)], [team("a"), team("b"), team("tax", "shared")],
        [("tax", "proportional")],
    )  # fmt: skip
    assert [row["effective_cost"] for row in rows] == [5, 5]


def test_shared_team_without_a_pool_keeps_its_cost(run_model):
    rows = allocate(run_model, [cost("kafka", 8)], [team("a"), team("kafka", "shared")], [])
    assert [(row["x_team"], row["effective_cost"]) for row in rows] == [("kafka", 8)]


def test_pool_without_anybody_to_pay_keeps_its_cost(run_model):
    rows = allocate(run_model, [cost("kafka", 8)], [team("kafka", "shared")], [("kafka", "even")])
    assert [(row["x_team"], row["effective_cost"]) for row in rows] == [("kafka", 8)]


amounts = st.decimals("-99999", "9999999", places=10, allow_nan=False)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    own=st.lists(amounts, max_size=5),
    pools=st.lists(st.tuples(amounts, st.sampled_from(["proportional", "even"])), max_size=4),
    unowned=amounts,
)
def test_allocation_conserves_every_measure(run_model, own, pools, unowned):
    costs = [cost("unowned", unowned)]
    costs += [cost(f"team{number}", amount) for number, amount in enumerate(own)]
    costs += [
        cost(f"pool{number}", amount, list_cost=-2 * amount, billed_cost=0)
        for number, (amount, _) in enumerate(pools)
    ]
    teams = [team(f"team{number}") for number in range(3)]
    teams += [team(f"pool{number}", "shared") for number in range(len(pools))]
    methods = [(f"pool{number}", method) for number, (_, method) in enumerate(pools)]
    rows = allocate(run_model, costs, teams, methods)
    for measure in MEASURES:
        assert sum(row[measure] for row in rows) == sum(row[measure] for row in costs)
