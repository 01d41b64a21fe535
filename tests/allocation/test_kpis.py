"""Coverage counts money and resources that have an owner, and a tag that says so."""

import datetime as dt

import pytest

from finops.allocation.kpis import KPIS, allocation_kpis
from finops.warehouse.connect import connect
from tests.conftest import usd

MONTH, DAY = "2026-10", dt.date(2026, 10, 5)
SHARES = ("unallocated", "untagged", "compliant")


def charge(key, resource, cost, team, method, category="Usage"):
    return {
        "billing_period": MONTH,
        "charge_date": DAY,
        "billing_currency": "USD",
        "charge_category": category,
        "x_owner_key": key,
        "resource_id": resource,
        "effective_cost": cost,
        "x_team": team,
        "x_owner_method": method,
    }


# 100 USD, of which 90 can be tagged.
CHARGES = [
    charge(1, "a", 40, "search", "tag"),
    charge(2, "b", 20, "search", "rule"),
    charge(3, "c", 30, "unowned", "unowned"),
    charge(4, None, 10, "company", "rule", "Tax"),
    # What costs nothing is no resource.
    charge(5, "pod", 0, "unowned", "unowned"),
]
TAGS = [
    {"billing_period": MONTH, "x_owner_key": 1, "x_team": "search"},
    {"billing_period": MONTH, "x_owner_key": 2, "x_environment": "prod"},
]


def rows(run_model, tag_keys=(), charges=CHARGES, **inputs):
    found = run_model(
        "marts.allocation_month",
        {
            "facts.owned_cost": list(charges),
            "facts.daily_cost": [
                {name: one[name] for name in ("billing_period", "resource_id")} for one in charges
            ],
            "owners.tag_owners": TAGS,
            "mappings.tag_keys": list(tag_keys),
            **inputs,
        },
    )
    return {row["x_team"]: row for row in found}


def test_money_without_an_owner_or_tag_is_a_share_of_what_could_have_one(run_model):
    company = rows(run_model)["*"]
    assert company["effective_cost"] == usd(100)
    assert (company["x_taggable_cost"], company["x_untaggable_cost"]) == (usd(90), usd(10))
    assert company["x_unallocated_cost_share"] == pytest.approx(0.30)
    assert company["x_untagged_cost_share"] == pytest.approx(50 / 90)
    assert company["x_compliant_cost_share"] == pytest.approx(40 / 90)


def test_resources_count_once_and_only_if_they_cost_something(run_model):
    company = rows(run_model)["*"]
    assert (company["x_resources"], company["x_taggable_resources"]) == (3, 3)
    counts = [company[f"x_{name}_resources"] for name in SHARES]
    assert counts == [1, 2, 1]
    assert [company[f"x_{name}_resource_share"] for name in SHARES] == pytest.approx(
        [1 / 3, 2 / 3, 1 / 3]
    )


def test_teams_add_up_to_the_company_and_have_shares_of_their_own(run_model):
    found = rows(run_model)
    company = found.pop("*")
    assert sorted(found) == ["company", "search", "unowned"]
    assert sum(row["effective_cost"] for row in found.values()) == company["effective_cost"]
    assert found["search"]["x_untagged_cost_share"] == pytest.approx(20 / 60)
    assert found["company"]["x_untagged_cost_share"] is None
    assert found["unowned"]["x_unallocated_cost_share"] == 1


def test_a_resource_that_changed_its_team_is_one_resource_of_the_company(run_model):
    moved = [charge(1, "a", 4, "search", "tag"), charge(1, "a", 4, "order", "tag")]
    assert rows(run_model, charges=moved)["*"]["x_resources"] == 1


def test_the_policy_asks_for_the_dimensions_that_tag_keys_require(run_model):
    keys = [
        {"tag_key": "env", "dimension": "environment", "required": "yes"},
        {"tag_key": "team", "dimension": "team", "required": ""},
    ]
    company = rows(run_model, keys)["*"]
    assert company["x_compliant_cost"] == usd(20)
    both = [*keys, {"tag_key": "owner", "dimension": "team", "required": "yes"}]
    assert rows(run_model, both)["*"]["x_compliant_cost"] == usd(0)
    assert rows(run_model)["*"]["x_compliant_cost"] == usd(40)


def test_a_bill_without_resources_counts_all_usage_as_taggable(run_model):
    nameless = [
        charge(2, None, 20, "search", "rule"),
        charge(4, None, 10, "company", "rule", "Tax"),
    ]
    company = rows(run_model, charges=nameless)["*"]
    assert (company["x_taggable_cost"], company["x_resources"]) == (usd(20), 0)
    assert company["x_untagged_resource_share"] is None


def test_shared_cost_that_no_pool_splits_is_unallocated_shared_cost(run_model):
    left = {
        "billing_period": MONTH,
        "billing_currency": "USD",
        "x_team": "platform",
        "effective_cost": 25,
    }
    inputs = {
        "facts.allocated_cost": [left],
        "mappings.teams": [{"team": "platform", "kind": "shared"}],
    }
    charges = [*CHARGES, charge(6, "d", 25, "platform", "rule")]
    found = rows(run_model, charges=charges, **inputs)
    assert found["*"]["x_unallocated_shared_cost_share"] == pytest.approx(25 / 125)
    assert found["platform"]["x_unallocated_shared_cost"] == usd(25)
    assert found["search"]["x_unallocated_shared_cost"] == usd(0)


def test_coverage_has_the_published_names(sample_project):
    shares = allocation_kpis(connect(sample_project))
    assert shares.index.tolist() == list(KPIS.values())
    assert "Percentage of CSP Cloud Costs that are Tagging Policy Compliant" in shares.index
    assert shares.columns.tolist()[-1] == "2026-10"
    assert shares.min().min() >= 0
    assert shares.max().max() <= 1
