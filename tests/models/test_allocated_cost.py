"""Shared cost is split as its pool says, and not a digit is gained or lost."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from finops.errors import BadInput
from tests.fixtures.allocated import DAY, MEASURES, cost

TEAMS = "team,kind,cost_centre\na,team,CC-a\nb,team,\nc,team,\nkafka,shared,\nnet,shared,\neks,shared,\n"
MONDAY, TUESDAY = dt.date(2026, 10, 5), dt.date(2026, 10, 6)
DRIVERS = "date,driver,team,quantity\n"


def pools(*lines):
    return "pool,charges,method,driver,targets,missing_driver,idle\n" + "\n".join(lines) + "\n"


def carried(result, pool=None, measure="effective_cost"):
    """Return what each team carries, of one pool or on its own."""
    found = [row for row in result.rows if row["x_allocated_from"] == pool]
    sums = defaultdict(Decimal)
    for row in found:
        sums[row["x_team"]] += row[measure]
    return dict(sums)


def drivers(result):
    return {row["x_driver"] for row in result.rows if row["x_allocated_from"]}


def test_proportional_pool_follows_own_cost(allocate):
    costs = [cost("a", 30), cost("b", 10), cost("kafka", 8)]
    result = allocate(costs, teams=TEAMS, shared_costs=pools("kafka,,proportional,,,,"))
    assert carried(result, "kafka") == {"a": 6, "b": 2}
    weights = {row["x_team"]: row["x_weight"] for row in result.rows if row["x_driver"]}
    assert weights == {"a": 0.75, "b": 0.25}
    assert drivers(result) == {"effective_cost"}


def test_even_pool_is_split_to_the_last_digit(allocate):
    costs = [cost("a", 1), cost("kafka", 10)]
    result = allocate(costs, teams=TEAMS, shared_costs=pools("kafka,,even,,,,"))
    shares = Decimal("3.3333333334"), Decimal("3.3333333333"), Decimal("3.3333333333")
    assert carried(result, "kafka") == dict(zip("abc", shares, strict=True))


def test_last_digit_goes_to_the_largest_remainder(allocate):
    """Of one ten-billionth nobody can have a part; b's two thirds are the largest claim."""
    shares = "pool,team,share\nkafka,a,0.2\nkafka,b,0.5\nkafka,c,0.3\n"
    digit = Decimal("0.0000000001")
    pool = pools("kafka,,fixed,,,,")
    result = allocate(
        [cost("kafka", digit)], teams=TEAMS, shared_costs=pool, shared_cost_shares=shares
    )
    assert carried(result, "kafka") == {"a": 0, "b": digit, "c": 0}


def test_credit_is_split_as_the_charge_it_mirrors(allocate):
    charge, credit = Decimal("7.0000000001"), Decimal("-7.0000000001")
    split = [
        carried(allocate([cost("kafka", one)], teams=TEAMS, shared_costs=pools("kafka,,even,,,,")),
                "kafka")
        for one in (charge, credit)
    ]  # fmt: skip
    assert split[1] == {team: -part for team, part in split[0].items()}


def test_fixed_shares_hold_from_their_day(allocate):
    shares = (
        "pool,team,share,valid_from,valid_to\nkafka,a,1,,2026-10-06\n"
        "kafka,a,0.25,2026-10-06,\nkafka,b,0.75,2026-10-06,\n"
    )
    costs = [cost("kafka", 4, charge_date=day) for day in (MONDAY, TUESDAY)]
    result = allocate(
        costs, teams=TEAMS, shared_costs=pools("kafka,,fixed,,,,"), shared_cost_shares=shares
    )
    assert carried(result, "kafka") == {"a": 5, "b": 3}
    assert drivers(result) == {"fixed"}


def test_driver_is_counted_per_day_and_a_missing_day_by_the_last_one(allocate):
    series = DRIVERS + "2026-10-04,messages,a,1\n2026-10-05,messages,a,3\n2026-10-05,messages,b,1\n"
    costs = [cost("kafka", 8, charge_date=day) for day in (DAY, TUESDAY)]
    pool = pools("kafka,,driver,messages,,previous,")
    result = allocate(costs, teams=TEAMS, drivers=series, shared_costs=pool)
    assert carried(result, "kafka") == {"a": 12, "b": 4}
    assert drivers(result) == {"messages"}
    gaps = [(row["charge_date"], row["x_used_driver"], row["x_used_date"]) for row in result.gaps]
    assert gaps == [(TUESDAY, "messages", MONDAY)]


@pytest.mark.parametrize(
    ("missing", "expected"), [("even", {"a": 4, "b": 4}), ("proportional", {"a": 6, "b": 2})]
)
def test_missing_day_falls_back_as_the_pool_says_and_is_reported(allocate, missing, expected):
    series = DRIVERS + "2026-10-04,messages,a,1\n2026-10-04,messages,b,1\n"
    pool = pools(f"kafka,,driver,messages,,{missing},")
    costs = [cost("a", 3), cost("b", 1), cost("kafka", 8)]
    result = allocate(costs, teams=TEAMS, drivers=series, shared_costs=pool)
    assert carried(result, "kafka") == expected
    used = "effective_cost" if missing == "proportional" else "even"
    assert [(row["x_driver"], row["x_used_driver"]) for row in result.gaps] == [("messages", used)]


def test_day_without_own_cost_is_split_by_the_month_and_reported(allocate):
    pool = pools("kafka,,proportional,,a|b,,")
    costs = [cost("a", 3), cost("b", 1), cost("kafka", 8, charge_date=TUESDAY)]
    result = allocate(costs, teams=TEAMS, shared_costs=pool)
    assert carried(result, "kafka") == {"a": 6, "b": 2}
    assert [row["x_used_driver"] for row in result.gaps] == ["month_effective_cost"]


def test_month_without_own_cost_is_split_evenly_and_reported(allocate):
    pool = pools("kafka,,proportional,,a|b,,")
    result = allocate([cost("kafka", 10)], teams=TEAMS, shared_costs=pool)
    assert carried(result, "kafka") == {"a": 5, "b": 5}
    assert [row["x_used_driver"] for row in result.gaps] == ["even"]


def test_currencies_are_never_added_up(allocate):
    costs = [
        cost("a", 9),
        cost("b", 1),
        cost("b", 5, billing_currency="CNY"),
        cost("kafka", 10),
        cost("kafka", 7, billing_currency="CNY"),
    ]
    result = allocate(costs, teams=TEAMS, shared_costs=pools("kafka,,proportional,,,,"))
    assert carried(result, "kafka") == {"a": 9, "b": 1 + 7}


def test_shared_team_without_a_pool_keeps_its_cost(allocate):
    result = allocate([cost("kafka", 8)], teams=TEAMS)
    assert carried(result) == {"kafka": 8}


def test_pools_that_feed_each_other_are_solved_at_once(allocate):
    """Kafka has 90 and net 10 each day: K = 90 + N/2 and N = 10 + K/2, so K = 380/3, N = 220/3."""
    circle = pools("kafka,,even,,net|a,,", "net,,even,,kafka|b,,")
    result = allocate([cost("kafka", 90), cost("net", 10)], teams=TEAMS, shared_costs=circle)
    total = carried(result, "kafka")["a"] + carried(result, "net")["a"]
    assert abs(total - Decimal(190) / 3) < Decimal("1e-9")
    direct = allocate(
        [cost("kafka", 90), cost("net", 10)], teams=TEAMS, shared_costs=circle, shared_cost="direct"
    )
    assert (carried(direct, "kafka"), carried(direct, "net")) == ({"a": 90}, {"b": 10})


def test_pool_collects_the_charges_it_names_whoever_owns_the_line(allocate):
    kinds = ("tax", "support", "credit", "enterprise_discount", "unused_commitment")
    for kind in kinds:
        costs = [cost("a", 8, x_charge_kind=kind), cost("b", 1, x_charge_kind="usage")]
        pool = pools(f"kafka,{kind},even,,a|b,,")
        collected = allocate(costs, teams=TEAMS, shared_costs=pool)
        assert (carried(collected, "kafka"), carried(collected)) == ({"a": 4, "b": 4}, {"b": 1})
        others = "|".join(one for one in kinds if one != kind)
        kept = allocate(costs, teams=TEAMS, shared_costs=pools(f"kafka,{others},even,,a|b,,"))
        assert carried(kept) == {"a": 8, "b": 1}, kind


def pod(team, split, unused=0, node="i-1", **values):
    amounts = {"x_split_cost": split, "x_split_unused_cost": unused}
    return cost(team, 0, x_parent_resource_id=node, x_service=f"{team}-api", **amounts, **values)


def test_instance_is_paid_by_its_pods_and_idle_stays_at_the_pool(allocate):
    costs = [cost("eks", 20, resource_id="i-1"), cost("eks", 9, resource_id="i-2")]
    costs += [pod("a", 3, 1), pod("b", 1), pod("b", 5, node="i-2")]
    kept = allocate(costs, teams=TEAMS, shared_costs=pools("eks,,split_cost,,,,keep"))
    assert carried(kept, "eks") == {"a": 12, "b": 4 + 9, "eks": 4}
    idle = [row for row in kept.rows if row["x_driver"] == "idle"]
    assert [(row["x_team"], row["effective_cost"]) for row in idle if row["effective_cost"]] == [
        ("eks", 4)
    ]
    spread = allocate(costs, teams=TEAMS, shared_costs=pools("eks,,split_cost,,,,spread"))
    assert carried(spread, "eks") == {"a": 15, "b": 5 + 9}
    services = {row["x_service"] for row in spread.rows if row["x_allocated_from"]}
    assert services == {"a-api", "b-api"}


def test_fee_of_a_cluster_follows_all_its_pods(allocate):
    costs = [cost("eks", 6, resource_id="arn:cluster"), cost("eks", 1, resource_id="i-1")]
    costs += [pod("a", 2), pod("eks", 5), pod("unowned", 1)]
    result = allocate(costs, teams=TEAMS, shared_costs=pools("eks,,split_cost,,,,"))
    # The pool's own pods are paid by those who pay for the pool.
    expected = {"a": Decimal("4.6666666667"), "unowned": Decimal("2.3333333333")}
    assert carried(result, "eks") == expected


def test_pods_of_a_pool_are_paid_by_those_who_pay_for_it(allocate):
    costs = [cost("eks", 8, resource_id="i-1"), pod("a", 1), pod("kafka", 3)]
    both = pools("eks,,split_cost,,,,", "kafka,,even,,b|c,,")
    result = allocate(costs, teams=TEAMS, shared_costs=both)
    assert carried(result, "eks") == {"a": 2, "b": 3, "c": 3}


def test_day_without_split_rows_is_refused_or_falls_back(allocate):
    costs = [cost("eks", 8, resource_id="i-1"), cost("a", 3), cost("b", 1)]
    message = r"shared_costs\.csv line 2: eks has cost of 2026-10-05 .*no split_cost"
    with pytest.raises(BadInput, match=message):
        allocate(costs, teams=TEAMS, shared_costs=pools("eks,,split_cost,,,,"))
    result = allocate(costs, teams=TEAMS, shared_costs=pools("eks,,split_cost,,,proportional,"))
    assert carried(result, "eks") == {"a": 6, "b": 2}
    assert [row["x_driver"] for row in result.gaps] == ["split_cost"]


def covered(team, list_cost, effective_cost, plan="sp-1"):
    used = {"commitment_discount_id": plan, "commitment_discount_status": "Used"}
    return cost(team, 0, list_cost=list_cost, effective_cost=effective_cost, **used)


def fee(team, billed_cost, plan="sp-1"):
    return cost(
        team, 0, billed_cost=billed_cost, commitment_discount_id=plan, charge_category="Purchase"
    )


def test_benefit_of_a_commitment_goes_to_who_bought_it_if_the_settings_say_so(allocate):
    costs = [covered("a", 10, 6), covered("b", 5, 3), fee("b", 9)]
    used = allocate(costs, teams=TEAMS)
    assert carried(used) == {"a": 6, "b": 3}
    bought = allocate(costs, teams=TEAMS, commitment_benefit="bought")
    by_team = defaultdict(Decimal)
    for row in bought.rows:
        by_team[row["x_team"]] += row["effective_cost"]
    # a pays the list price; what b's plan saved a is b's.
    assert by_team == {"a": 10, "b": 3 - 4}
    moved = [(row["x_team"], row["x_allocated_from"], row["effective_cost"])
             for row in bought.rows if row["x_driver"] == "commitment_benefit"]  # fmt: skip
    assert sorted(moved) == [("a", "b", 4), ("b", "a", -4)]


def test_benefit_of_a_commitment_that_nobody_bought_stays_and_is_reported(allocate):
    result = allocate([covered("a", 10, 6)], teams=TEAMS, commitment_benefit="bought")
    assert carried(result) == {"a": 6}
    gaps = [(row["x_pool"], row["x_driver"], row["effective_cost"]) for row in result.gaps]
    assert gaps == [("a", "commitment_benefit", 4)]


def test_benefit_without_an_owned_fee_goes_to_the_owner_of_the_commitments_account(allocate):
    plan = "arn:aws:savingsplans::012345678901:savingsplan/1"
    defaults = "sub_account_id,team\n012345678901,b\n"
    costs = [covered("a", 10, 6, plan), fee("unowned", 9, plan)]
    result = allocate(costs, teams=TEAMS, account_defaults=defaults, commitment_benefit="bought")
    moved = [(row["x_team"], row["effective_cost"]) for row in result.rows if row["x_driver"]]
    assert sorted(moved) == [("a", 4), ("b", -4)]


def test_benefit_bought_by_a_pool_is_split_with_it(allocate):
    costs = [covered("a", 10, 6), fee("net", 9), cost("net", 2)]
    result = allocate(
        costs,
        teams=TEAMS,
        shared_costs=pools("net,,even,,b|c,,"),
        commitment_benefit="bought",
    )
    assert carried(result, "net") == {"b": -1, "c": -1, "a": 4}


def test_pool_that_only_feeds_pools_on_a_day_keeps_its_cost_and_is_reported(allocate):
    """Kafka and net are both proportional, and on this day nobody but them has cost."""
    circle = pools("kafka,,proportional,,net|a,,", "net,,proportional,,kafka|a,,")
    costs = [cost("kafka", 3), cost("net", 4)]
    result = allocate(costs, teams=TEAMS, shared_costs=circle)
    assert carried(result) == {"kafka": 3, "net": 4}
    assert {(row["x_pool"], row["x_used_driver"]) for row in result.gaps} == {
        ("kafka", "kept"),
        ("net", "kept"),
    }


PAYERS, POOLS = ("a", "b", "c"), ("p1", "p2", "p3", "p4")
DAYS = dt.date(2026, 10, 4), MONDAY, TUESDAY
ALL_TEAMS = "team,kind\n" + "".join(f"{one},team\n" for one in PAYERS)
ALL_TEAMS += "".join(f"{one},shared\n" for one in POOLS)
SHARES = [("1",), ("0.333333333333333", "0.666666666666667"), ("0.1", "0.2", "0.7")]
amounts = st.decimals("-99999", "9999999", places=10, allow_nan=False)
quantities = st.decimals("0", "999999999", places=6, allow_nan=False)


@st.composite
def one_cost(draw):
    values = {measure: draw(amounts) for measure in MEASURES}
    values["x_team"] = draw(st.sampled_from([*PAYERS, *POOLS, "unowned"]))
    values["charge_date"] = draw(st.sampled_from(DAYS))
    values["billing_period"] = draw(st.sampled_from(["2026-09", "2026-10"]))
    values["billing_currency"] = draw(st.sampled_from(["USD", "CNY"]))
    values["charge_category"] = draw(st.sampled_from(["Usage", "Tax", "Credit", "Purchase"]))
    kinds = ["usage", "tax", "credit", "support", "unused_commitment", "fee"]
    values["x_charge_kind"] = draw(st.sampled_from(kinds))
    values["resource_id"] = draw(st.sampled_from([None, "i-1", "i-2"]))
    values["commitment_discount_id"] = draw(st.sampled_from([None, "sp-1", "sp-2"]))
    values["commitment_discount_status"] = draw(st.sampled_from([None, "Used", "Unused"]))
    return values


@st.composite
def one_pod(draw):
    node, team = draw(st.sampled_from(["i-1", "i-2"])), draw(st.sampled_from([*PAYERS, *POOLS]))
    split, unused = draw(quantities), draw(quantities)
    day = draw(st.sampled_from(DAYS))
    return pod(team, split, unused, node=node, charge_date=day)


@st.composite
def pool_files(draw):
    """Return a shared_costs.csv, its shares and its drivers; pools may feed each other."""
    lines, shares, series = [], [], set()
    kinds = ["tax", "support", "credit", "unused_commitment"]
    for pool in POOLS[: draw(st.integers(0, len(POOLS)))]:
        method = draw(st.sampled_from(["even", "proportional", "fixed", "driver", "split_cost"]))
        charges = [kinds.pop()] if kinds and draw(st.booleans()) else []
        others = [one for one in (*PAYERS, *POOLS) if one != pool]
        named = draw(st.lists(st.sampled_from(others), unique=True, max_size=4))
        targets, driver, missing, idle = named, "", "", ""
        if method == "fixed":
            parts = draw(st.sampled_from(SHARES))
            receivers = draw(st.permutations(others))[: len(parts)]
            shares += [f"{pool},{team},{part}" for team, part in zip(receivers, parts, strict=True)]
            targets = []
        elif method == "driver":
            driver, missing = "requests", draw(st.sampled_from(["even", "proportional"]))
        elif method == "split_cost":
            targets, missing = [], draw(st.sampled_from(["even", "proportional"]))
            idle = draw(st.sampled_from(["keep", "spread"]))
        lines.append(
            f"{pool},{'|'.join(charges)},{method},{driver},{'|'.join(targets)},{missing},{idle}"
        )
    for team in draw(st.lists(st.sampled_from([*PAYERS, *POOLS]), unique=True, min_size=1)):
        day = draw(st.sampled_from(DAYS))
        series.add(f"{day},requests,{team},{draw(quantities)}")
    series.add("2026-10-03,requests,a,1")
    return {
        "shared_costs": pools(*lines),
        "shared_cost_shares": "pool,team,share\n" + "\n".join(shares) + "\n",
        "drivers": DRIVERS + "\n".join(sorted(series)) + "\n",
        "shared_cost": draw(st.sampled_from(["reciprocal", "reciprocal", "direct", "step_down"])),
        "commitment_benefit": draw(st.sampled_from(["used", "bought"])),
    }


@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    costs=st.lists(one_cost(), max_size=12),
    pods=st.lists(one_pod(), max_size=5),
    files=pool_files(),
)
def test_any_rules_conserve_every_measure_to_the_last_digit(allocate, costs, pods, files):
    rows = [*costs, *pods]
    try:
        result = allocate(rows, teams=ALL_TEAMS, **files)
    except BadInput as error:
        # Pools that can't be split as they say are refused, and nothing else is.
        assert "reaches no team" in str(error) or "feed each other" in str(error)
        assume(False)
    places = {(row["billing_period"], row["billing_currency"]) for row in rows}
    for period, currency in places:
        for measure in MEASURES:
            billed = [row for row in rows if _is_of(row, period, currency)]
            allocated = [row for row in result.rows if _is_of(row, period, currency)]
            assert sum(row[measure] for row in allocated) == sum(row[measure] for row in billed)


def _is_of(row, period, currency):
    return (row["billing_period"], row["billing_currency"]) == (period, currency)
