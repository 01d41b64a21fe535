"""Pools that feed each other are solved exactly: answers worked out by hand or published."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops.models.reciprocal import SHARE_UNITS, find_cycle, share_units, solve, trapped

# A textbook case: Electricity (200,000) gives 10 % to Water, Water (300,000) 50 % to Electricity.
# The file has Water first, so step-down closes Water first.
BALCO = {
    "water": {"electricity": 50, "clear": 10, "cream": 40},
    "electricity": {"water": 10, "clear": 30, "cream": 60},
}
COSTS = {"electricity": 200_000, "water": 300_000}


def carried(payer, shares, costs):
    return sum(costs[pool] * flow.get(payer, 0) for pool, flow in shares.items())


@pytest.mark.parametrize(
    ("method", "cream"),
    [
        # 200,000 × 60/90 + 300,000 × 40/50
        ("direct", Fraction(1_120_000, 3)),
        # 300,000 × 40/100 + (200,000 + 150,000) × 60/90
        ("step_down", Fraction(1_060_000, 3)),
        # E = 200,000 + 0.5 W and W = 300,000 + 0.1 E give E = 7,000,000/19 and W = 6,400,000/19.
        ("reciprocal", Fraction(6_760_000, 19)),
    ],
)
def test_two_service_departments_by_every_method(method, cream):
    shares = solve(BALCO, method)
    assert carried("cream", shares, COSTS) == cream
    assert carried("clear", shares, COSTS) == 500_000 - cream


def test_published_reciprocal_example():
    """Y = 7,260 + 0.3 Z and Z = 4,000 + 0.2 Y have the published answer Y = 9,000, Z = 5,800."""
    shares = solve({"y": {"z": 20, "a": 80}, "z": {"y": 30, "b": 70}})
    costs = {"y": 7260, "z": 4000}
    assert carried("a", shares, costs) == 9000 * Fraction(80, 100)
    assert carried("b", shares, costs) == 5800 * Fraction(70, 100)


def test_circle_of_three_pools():
    """Of 1 in a, 1/2 leaves to x; b and c give half on; 1/8 comes back to a, and so on."""
    shares = solve({"a": {"b": 1, "x": 1}, "b": {"c": 1, "y": 1}, "c": {"a": 1, "z": 1}})
    assert shares["a"] == {"x": Fraction(4, 7), "y": Fraction(2, 7), "z": Fraction(1, 7)}
    assert shares["b"] == {"y": Fraction(4, 7), "z": Fraction(2, 7), "x": Fraction(1, 7)}


def test_step_down_and_reciprocal_agree_where_nothing_comes_back():
    chain = {"c": {"x": 1, "y": 3}, "b": {"c": 2, "x": 1}, "a": {"b": 1, "c": 1, "y": 5}}
    assert solve(chain, "step_down") == solve(chain)
    assert solve(chain)["b"] == {"x": Fraction(1, 2), "y": Fraction(1, 2)}


def test_step_down_closes_a_circle_before_what_it_feeds():
    flows = {"k": {"x": 1}, "a": {"b": 1, "k": 1}, "b": {"a": 1, "y": 1}}
    # b's cost may not go back to a, which is closed first; a's goes half to b, half to k.
    assert solve(flows, "step_down") == {
        "k": {"x": 1},
        "a": {"y": Fraction(1, 2), "x": Fraction(1, 2)},
        "b": {"y": 1},
    }


def test_pool_whose_cost_cannot_leave_pays_for_itself():
    flows = {"a": {"b": 1}, "b": {"a": 1}, "c": {"a": 1, "x": 1}, "empty": {}, "zero": {"x": 0}}
    assert solve(flows) == {"c": {"a": Fraction(1, 2), "x": Fraction(1, 2)}}
    assert trapped({pool: [to for to in flow if flow[to]] for pool, flow in flows.items()}) == [
        "a",
        "b",
        "empty",
        "zero",
    ]


def test_share_units_give_the_rest_to_the_largest_remainders():
    assert share_units({"a": Fraction(1, 3), "b": Fraction(1, 3), "c": Fraction(1, 3)}) == {
        "a": 333_333_333_333_334,
        "b": 333_333_333_333_333,
        "c": 333_333_333_333_333,
    }
    assert share_units({"a": Fraction(1, 6), "b": Fraction(5, 6)}) == {
        "a": 166_666_666_666_667,
        "b": 833_333_333_333_333,
    }


def test_circle_is_named():
    assert find_cycle({"a": ["x", "b"], "b": ["c"], "c": ["b"]}) == ["b", "c", "b"]
    assert find_cycle({"a": ["b", "c"], "b": ["c"], "c": ["x"]}) == []


names = st.sampled_from(["p0", "p1", "p2", "p3", "p4", "x", "y", "z"])
flows = st.dictionaries(
    names.filter(lambda name: name[0] == "p"),
    st.dictionaries(names, st.integers(0, 10**18), max_size=6),
    max_size=5,
)


@given(flows=flows, method=st.sampled_from(["reciprocal", "direct", "step_down"]))
def test_shares_of_any_pools_are_whole_and_reach_only_payers(flows, method):
    shares = solve(flows, method)
    for flow in shares.values():
        assert sum(flow.values()) == 1
        assert not flow.keys() & shares.keys()
        units = share_units(flow)
        assert sum(units.values()) == SHARE_UNITS
        assert all(abs(units[to] - flow[to] * SHARE_UNITS) < 1 for to in flow)


@given(flows=flows)
def test_reciprocal_shares_solve_the_equations(flows):
    """A pool's final share to a payer is what it gives him, and through every pool it feeds."""
    shares = solve(flows)
    for pool, flow in shares.items():
        total = sum(flows[pool].values())
        for payer in flow:
            parts = (
                Fraction(weight, total) * shares.get(target, {target: 1}).get(payer, 0)
                for target, weight in flows[pool].items()
            )
            assert flow[payer] == sum(parts)
