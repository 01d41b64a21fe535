"""What a pool collects, from whom each part goes to whom, and what is left of it, table by table."""

from decimal import Decimal

import pytest

from tests.fixtures.allocated import cost

TEAMS = "team,kind,cost_centre\na,team,CC-a\nb,team,\nc,team,\nkafka,shared,\nnet,shared,\neks,shared,\n"
POOLS = "pool,charges,method,driver,targets,missing_driver,idle\n"


def rows(result, table, *columns):
    """Return these columns of a table, in order."""
    return sorted(tuple(row[name] for name in columns) for row in result.table(table))


@pytest.fixture
def kafka(allocate):
    """Kafka has tax and support of all, and its cost goes half to a, half to the pool net."""
    costs = [
        cost("a", 30, charge_category="Tax", x_charge_kind="tax"),
        cost("a", 10, charge_category="Usage"),
        cost("c", 2, charge_category="Usage", x_charge_kind="support"),
        cost("b", 4, charge_category="Credit", x_charge_kind="credit"),
        cost("kafka", 8, charge_category="Usage"),
        cost("net", 3, charge_category="Usage"),
    ]
    lines = POOLS + "kafka,tax|support,even,,a|net,,\nnet,,proportional,,,,\n"
    return allocate(costs, teams=TEAMS, shared_costs=lines)


def test_collected_charges_are_cost_of_their_pool(kafka):
    found = rows(kafka, "pools.collected_cost", "x_team", "charge_category", "effective_cost")
    assert found == [
        ("a", "Usage", 10),
        ("b", "Credit", 4),
        ("kafka", "Tax", 30),
        ("kafka", "Usage", 2),
        ("kafka", "Usage", 8),
        ("net", "Usage", 3),
    ]
    assert rows(kafka, "pools.pool_days", "x_pool", "effective_cost") == [("kafka", 40), ("net", 3)]


def test_each_choice_of_a_pool_has_its_quantities(kafka):
    found = rows(
        kafka, "pools.pool_quantities", "x_pool", "x_choice", "x_target", "x_driver", "x_quantity"
    )
    assert found == [
        ("kafka", 1, "a", "even", 1),
        ("kafka", 1, "net", "even", 1),
        # Own cost of the day in its smallest digits, else of the month, else one each.
        ("net", 1, "a", "effective_cost", 10**11),
        ("net", 1, "b", "effective_cost", 4 * 10**10),
        ("net", 3, "a", "month_effective_cost", 10**11),
        ("net", 3, "b", "month_effective_cost", 4 * 10**10),
        *[("net", 4, team, "even", 1) for team in "abc"],
    ]


def test_the_first_choice_that_says_something_is_the_weight(kafka):
    found = rows(kafka, "pools.pool_weights", "x_pool", "x_target", "x_driver", "x_weight")
    assert found == [
        ("kafka", "a", "even", 1),
        ("kafka", "net", "even", 1),
        ("net", "a", "effective_cost", 10**11),
        ("net", "b", "effective_cost", 4 * 10**10),
    ]


def test_what_a_pool_gives_to_a_pool_goes_on_to_its_targets(kafka):
    """a has 1/2 + 1/2 x 10/14 of kafka, b 1/2 x 4/14, in whole 10^15ths that add up."""
    found = rows(kafka, "pools.pool_shares", "x_pool", "x_team", "x_share_units")
    assert found == [
        ("kafka", "a", 857_142_857_142_857),
        ("kafka", "b", 142_857_142_857_143),
        ("net", "a", 714_285_714_285_714),
        ("net", "b", 285_714_285_714_286),
    ]


def test_pods_share_their_instance_by_split_cost_and_not_the_pool_itself(allocate):
    def pod(team, dollars):
        return cost(team, 0, x_parent_resource_id="i-1", x_split_cost=Decimal(dollars))

    result = allocate(
        [cost("eks", 10, resource_id="i-1"), pod("a", 3), pod("b", 1), pod("eks", 4)],
        teams=TEAMS,
        shared_costs=POOLS + "eks,,split_cost,,,,\n",
    )
    owners = rows(result, "pools.split_owners", "x_parent_resource_id", "x_team", "x_split_cost")
    assert owners == [("i-1", "a", 3), ("i-1", "b", 1), ("i-1", "eks", 4)]
    shares = rows(result, "pools.split_shares", "x_parent_resource_id", "x_team", "x_share_units")
    assert shares == [("i-1", "a", 75 * 10**13), ("i-1", "b", 25 * 10**13)]
