"""The sample company: its bill agrees with itself, and its owners are mostly found."""

from decimal import Decimal

import pytest

import finops
from benchmarks.owner_accuracy import owner_accuracy
from sample_data.maker import verify
from tests.conftest import SAMPLE


@pytest.fixture(scope="module")
def warehouse(sample_project):
    return finops.connect(sample_project)


def test_sample_keeps_its_own_promises():
    assert verify.broken_promises(verify.load(SAMPLE)) == {}


def test_thirteen_months_agree_with_the_bill(warehouse):
    months = warehouse.status()
    assert months["billing_period"].tolist()[0::12] == ["2025-10", "2026-10"]
    assert len(months) == 13
    assert months["x_residual"].abs().max() == 0


def test_month_delivered_twice_counts_once(warehouse):
    rows = warehouse.sql(
        "select status, source_rows, source_unblended_cost as c from ledger.deliveries "
        "where billing_period = '2026-08' order by delivered_at"
    )
    assert rows["status"].tolist() == ["superseded", "current"]
    counted = warehouse.sql(
        "select sum(x_unblended_cost) as c from facts.daily_cost where billing_period = '2026-08'"
    )
    assert counted["c"].tolist() == rows["c"].tolist()[1:]


def test_every_commitment_is_used_or_unused_to_the_cent(warehouse):
    rows = warehouse.sql(
        "select sum(billed_cost) - sum(effective_cost) - sum(x_commitment_trueup) "
        "- sum(x_upfront_cost) as rest from facts.daily_cost "
        "where commitment_discount_id is not null group by billing_period, commitment_discount_id"
    )
    assert len(rows) > 20
    assert rows["rest"].abs().max() < Decimal("0.01")


def test_cost_per_order_is_about_two_cents(warehouse):
    company = warehouse.sql(
        "select sum(effective_cost) / sum(x_orders) as usd from marts.unit_cost where x_service = '*'"
    )
    assert 0.015 < company["usd"][0] < 0.03


def test_most_money_has_its_true_owner(warehouse):
    accuracy = owner_accuracy(warehouse, SAMPLE / "truth" / "owners.csv")
    assert accuracy["right_share"] > 0.92
    assert accuracy["right_share"] + accuracy["wrong_share"] + accuracy[
        "unowned_share"
    ] == pytest.approx(1)


def test_relationships_place_untagged_money_and_none_of_it_wrong(warehouse):
    accuracy = owner_accuracy(warehouse, SAMPLE / "truth" / "owners.csv")
    # What the inventory knows belongs to Seoul, and a fifth of the bill is of Tokyo.
    assert accuracy["right_by_relationship_share"] > 0.02
    assert accuracy["wrong_by_relationship_share"] == 0
