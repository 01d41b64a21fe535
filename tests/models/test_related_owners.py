"""What has no owner of its own takes the owner of what it belongs to."""

import datetime as dt
from itertools import pairwise

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finops.names import match_key
from finops.warehouse.models import checks, models_in_order
from tests.conftest import insert_rows

MONTH = "2026-10"
FIRST, LAST = dt.date(2026, 10, 1), dt.date(2026, 10, 3)
DAYS = [FIRST, dt.date(2026, 10, 2), LAST]
MODELS = (
    "owners.resources",
    "owners.relationships",
    "owners.ownerless_keys",
    "owners.related_resources",
    "owners.inventory_owners",
    "owners.resource_owners",
    "owners.related_owners",
    "facts.owned_cost",
)
PROMISES = ("owned_cost_matches_daily_cost", "owned_cost_keeps_every_row")
TAG_KEYS = [
    {"tag_key": one, "match_key": one, "dimension": one, "priority": n, "line": n + 1}
    for n, one in enumerate(("team", "service"), start=1)
]
NAMES = [
    {"dimension": "team", "match_key": "search", "value": "search"},
    {"dimension": "service", "match_key": "orderapi", "value": "order-api"},
]
SERVICES = [{"service": "order-api", "team": "order"}]


@pytest.fixture(scope="module")
def facts(empty_tables):
    """Run the models from owner keys to owned cost over literal rows; tables left out are empty."""
    con = duckdb.connect()
    con.execute(f"attach '{empty_tables}' as built (read_only)")
    models = {one.name: one for one in models_in_order()}
    promises = [one for one in checks() if one.name in PROMISES]
    tables = {name for name in MODELS for name in models[name].reads} - set(MODELS)

    def run(inputs):
        for table in sorted(tables | inputs.keys()):
            con.execute(f"create schema if not exists {table.partition('.')[0]}")
            con.execute(f"create or replace table {table} as from built.{table} limit 0")
            insert_rows(con, table, inputs.get(table, []))
        for name in MODELS:
            con.execute(f"create or replace table {name} as {models[name].sql}")
        for promise in promises:
            assert con.execute(promise.sql).fetchall() == []
        return con

    return run


def cost(number, resource, day=FIRST, effective_cost=1, **values):
    return {
        "billing_period": MONTH,
        "x_owner_key": number,
        "resource_id": resource,
        "charge_date": day,
        "effective_cost": effective_cost,
        "x_charges": 1,
        "billing_currency": "USD",
    } | values


def owner(number, team, day=FIRST, method="tag"):
    return {
        "billing_period": MONTH,
        "x_owner_key": number,
        "charge_date": day,
        "x_team": team,
        "x_owner_method": method,
        "x_owner_source": "team",
    }


def belongs(resource, other, relation="part_of"):
    return {"resource_id": resource, "x_related_resource_id": other, "x_relation": relation}


def inputs(costs, owners=(), relations=(), tags=()):
    keys = {}
    for row in costs:
        one = keys.setdefault(row["x_owner_key"], {"tags": {}, "x_first_charge_date": LAST})
        one |= {name: row[name] for name in ("billing_period", "x_owner_key", "resource_id")}
        one["x_first_charge_date"] = min(one["x_first_charge_date"], row["charge_date"])
        one["x_last_charge_date"] = max(one.get("x_last_charge_date", FIRST), row["charge_date"])
    return {
        "facts.daily_cost": costs,
        "owners.owner_keys": list(keys.values()),
        "owners.direct_owners": list(owners),
        "inventory.relationships": list(relations),
        "inventory.tags": [
            {
                "resource_id": resource,
                "tag_key": key,
                "tag_value": value,
                "x_attribute": f"tag:{match_key(key)}",
                "match_key": match_key(value),
            }
            for resource, key, value in tags
        ],
        "mappings.tag_keys": TAG_KEYS,
        "mappings.names": NAMES,
        "mappings.services": SERVICES,
    }


def owned(con, number):
    return con.execute(
        "select x_team, x_owner_method, x_owner_source from facts.owned_cost "
        "where x_owner_key = ? order by charge_date",
        [number],
    ).fetchall()


def inherited(team, source):
    return [(team, "relationship", source)]


UNOWNED = [("unowned", "unowned", None)]


def test_volume_takes_the_owner_of_its_instance(facts):
    con = facts(
        inputs(
            [cost(1, "vol-0a1b2c3d"), cost(2, "arn:aws:ec2:r:1:instance/i-0a1b2c3d")],
            [owner(2, "search")],
            [belongs("vol-0a1b2c3d", "i-0a1b2c3d", "volume_of_instance")],
        )
    )
    assert owned(con, 1) == inherited("search", "volume_of_instance i-0a1b2c3d")
    assert owned(con, 2) == [("search", "tag", "team")]


def test_own_owner_is_never_replaced(facts):
    con = facts(
        inputs(
            [cost(1, "a"), cost(2, "b")],
            [owner(1, "order", method="rule"), owner(2, "search")],
            [belongs("a", "b")],
            [("a", "team", "search")],
        )
    )
    assert owned(con, 1) == [("order", "rule", "team")]


def test_nearest_owner_wins_through_what_the_bill_does_not_name(facts):
    costs = [cost(1, "snap"), cost(2, "instance"), cost(3, "far")]
    relations = [
        belongs("snap", "gone", "snapshot_of_volume"),
        belongs("gone", "instance", "volume_of_instance"),
        belongs("instance", "far"),
    ]
    con = facts(inputs(costs, [owner(2, "search"), owner(3, "order")], relations))
    source = "snapshot_of_volume gone, volume_of_instance instance"
    assert owned(con, 1) == inherited("search", source)


def test_smallest_id_wins_where_two_are_equally_near(facts):
    costs = [cost(1, "a"), cost(2, "c"), cost(3, "b")]
    relations = [belongs("a", "c"), belongs("a", "b")]
    con = facts(inputs(costs, [owner(2, "search"), owner(3, "order")], relations))
    assert owned(con, 1) == inherited("order", "part_of b")


@pytest.mark.parametrize(("steps", "expected"), [(4, "search"), (5, "unowned")])
def test_what_is_more_than_four_steps_away_says_nothing(facts, steps, expected):
    names = [str(number) for number in range(steps + 1)]
    relations = [belongs(a, b) for a, b in pairwise(names)]
    con = facts(inputs([cost(1, "0"), cost(2, names[-1])], [owner(2, "search")], relations))
    assert [row[0] for row in owned(con, 1)] == [expected]


def test_tags_that_only_the_inventory_knows_give_an_owner(facts):
    con = facts(
        inputs(
            [cost(1, "table"), cost(2, "replica")],
            relations=[belongs("replica", "table")],
            tags=[("table", "Service", "Order API"), ("table", "Name", "search")],
        )
    )
    assert owned(con, 1) == inherited("order", "inventory_tags table")
    assert owned(con, 2) == inherited("order", "part_of table")


def test_unknown_team_in_the_inventory_is_no_owner(facts):
    assert owned(facts(inputs([cost(1, "a")], tags=[("a", "team", "nobody")])), 1) == UNOWNED


def test_lines_of_a_tagged_resource_belong_together(facts):
    con = facts(inputs([cost(1, "a"), cost(2, "a")], [owner(2, "search")]))
    assert owned(con, 1) == inherited("search", "other_lines_of a")


def test_rule_for_some_lines_of_a_resource_does_not_take_the_others(facts):
    traffic = owner(2, "network", method="rule")
    assert owned(facts(inputs([cost(1, "a"), cost(2, "a")], [traffic])), 1) == UNOWNED


def test_tag_tells_more_of_a_resource_than_a_rule(facts):
    costs = [cost(1, "vol"), cost(2, "i", effective_cost=9), cost(3, "i")]
    owners = [owner(2, "network", method="rule"), owner(3, "search")]
    con = facts(inputs(costs, owners, [belongs("vol", "i")]))
    assert owned(con, 1) == inherited("search", "part_of i")


def test_owner_of_the_most_cost_is_the_owner_of_a_resource(facts):
    costs = [cost(1, "vol"), cost(2, "i", effective_cost=2), cost(3, "i", effective_cost=3)]
    con = facts(inputs(costs, [owner(2, "a"), owner(3, "b")], [belongs("vol", "i")]))
    assert owned(con, 1) == inherited("b", "part_of i")


def test_equal_cost_goes_to_the_first_name(facts):
    costs = [cost(1, "vol"), cost(2, "i"), cost(3, "i")]
    con = facts(inputs(costs, [owner(2, "b"), owner(3, "a")], [belongs("vol", "i")]))
    assert owned(con, 1) == inherited("a", "part_of i")


def test_reorganisation_moves_what_belongs_too_from_its_day(facts):
    costs = [
        cost(number, resource, day) for day in DAYS for number, resource in ((1, "vol"), (2, "i"))
    ]
    owners = [owner(2, team, day) for day, team in zip(DAYS, ("a", "a", "b"), strict=True)]
    con = facts(inputs(costs, owners, [belongs("vol", "i")]))
    assert [row[0] for row in owned(con, 1)] == ["a", "a", "b"]


def test_days_without_charges_of_the_function_keep_its_owner_for_its_logs(facts):
    costs = [cost(1, "logs", day) for day in DAYS] + [cost(2, "function", DAYS[1])]
    con = facts(inputs(costs, [owner(2, "search", DAYS[1])], [belongs("logs", "function")]))
    assert [row[0] for row in owned(con, 1)] == ["search"] * 3


NODES = st.sampled_from("abcdefgh")


@settings(max_examples=60, deadline=None)
@given(
    relations=st.sets(st.tuples(NODES, NODES), max_size=20),
    owners=st.dictionaries(NODES, st.sampled_from(["x", "y", "z"]), max_size=3),
)
def test_any_relations_keep_all_money_and_give_the_nearest_owner(facts, relations, owners):
    """The promises are asked in `facts`; the owner is compared with a naive search."""
    numbers = dict(zip("abcdefgh", range(8), strict=True))
    costs = [cost(number, name, effective_cost=number - 3) for name, number in numbers.items()]
    direct = [owner(numbers[name], team) for name, team in owners.items()]
    con = facts(inputs(costs, direct, [belongs(*pair) for pair in relations]))
    for name, number in numbers.items():
        assert [row[0] for row in owned(con, number)] == [naive_owner(name, relations, owners)]


def naive_owner(name, relations, owners):
    ring = {name}
    for _ in range(5):
        known = sorted(ring & owners.keys())
        if known:
            return owners[known[0]]
        ring = {other for one, other in relations if one in ring}
    return "unowned"
