"""A suggestion is judged by known money, each resource by all others."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops.allocation.precision import majority, named, smoothed


def seen(*rows):
    columns = ["candidate", "unit", "x_team", "x_service", "cost"]
    return pd.DataFrame(rows, columns=columns)


def test_a_resource_agrees_if_the_others_would_have_named_its_team():
    known = seen(
        (1, "a", "search", "api", 6.0),
        (1, "b", "search", "api", 3.0),
        (1, "c", "order", "cart", 2.0),
    )
    found = majority(known).loc[1]
    assert found["x_team"] == "search"
    assert found["x_service"] == "api"
    # Without a, b has 3 against 2; without b, a has 6; c is told to be search.
    assert (found["agreed"], found["judged"]) == (9.0, 11.0)
    assert (found["agreeing"], found["units"]) == (2, 3)


def test_one_resource_alone_proves_nothing():
    assert majority(seen((1, "a", "search", "api", 6.0))).empty


def test_the_service_is_named_only_if_it_is_nearly_all_of_the_team():
    known = seen((1, "a", "search", "api", 8.0), (1, "b", "search", "index", 2.0))
    assert pd.isna(majority(known).loc[1, "x_service"])


def test_a_name_is_judged_by_the_money_that_has_it():
    owners = pd.DataFrame({"x_team": ["search", "order"], "x_service": None}, index=[1, 2])
    known = seen((1, "a", "search", "api", 8.0), (1, "b", "order", "cart", 2.0))
    found = named(known, owners)
    assert found["agreed"].tolist() == [8.0, 0.0]
    assert found["judged"].tolist() == [10.0, 0.0]
    assert found["units"].tolist() == [2, 0]


def test_few_resources_prove_little_and_none_is_as_good_as_its_kind():
    measured = pd.DataFrame(
        {"agreed": [8.0, 1.0, 0.0], "judged": [8.0, 2.0, 0.0], "units": [3.0, 1.0, 0.0]}
    )
    kind = pd.Series(["name"] * 3)
    # All of the kind: 9 of 10. The first: (3 × 1 + 0.9) / 4.
    assert smoothed(measured, kind).tolist() == pytest.approx([0.975, 0.7, 0.9])


def test_a_kind_that_no_known_money_has_is_never_suggested():
    nothing = pd.DataFrame({"agreed": [0.0], "judged": [0.0], "units": [0.0]})
    assert smoothed(nothing, pd.Series(["name"])).isna().all()


units = st.lists(
    st.tuples(st.sampled_from(["search", "order", "ads"]), st.integers(1, 50)),
    min_size=2,
    max_size=8,
)


@given(units)
def test_leaving_one_out_is_what_a_loop_over_the_resources_gives(resources):
    rows = [(1, str(at), team, "x", float(cost)) for at, (team, cost) in enumerate(resources)]
    found = majority(seen(*rows)).loc[1]
    expected = 0.0
    for at, (team, cost) in enumerate(resources):
        others = pd.DataFrame(
            [one for place, one in enumerate(resources) if place != at], columns=["team", "cost"]
        )
        sums = others.groupby("team")["cost"].sum()
        # A tie without the resource says nothing for it.
        if team == found["x_team"] and (sums == sums.max()).sum() == 1 and sums.idxmax() == team:
            expected += cost
    assert found["agreed"] == expected
