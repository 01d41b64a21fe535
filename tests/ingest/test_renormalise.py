"""A changed rule reaches the charges that were loaded before it, or their months are named."""

import pytest

from finops import connect
from finops.ingest import deliveries, renormalise
from finops.ingest.deliveries import read_records
from finops.report.bill.trust import notes
from tests.conftest import line, write_bill


@pytest.fixture
def loaded(project, tmp_path):
    """October, loaded and built."""
    warehouse = connect(project)
    warehouse.load(write_bill(tmp_path / "bill.parquet", [line(line_item_unblended_cost=1.0)]))
    warehouse.build()
    return warehouse


@pytest.fixture
def new_rules(monkeypatch):
    """Make all that was loaded before be of other rules."""

    def change():
        for module in (deliveries, renormalise):
            monkeypatch.setattr(module, "rules_signature", lambda: "new rules")

    return change


def billed(warehouse):
    return warehouse.sql("select sum(billed_cost) as b from facts.daily_cost")["b"].tolist()


def test_build_makes_charges_of_older_rules_again(loaded, new_rules, project):
    before = read_records(project / "warehouse")
    new_rules()
    loaded.build()
    [after] = read_records(project / "warehouse")
    assert (after["rules"], after["status"]) == ("new rules", "current")
    assert after["delivery_id"] != before[0]["delivery_id"]
    assert after["loaded_at"] == before[0]["loaded_at"]
    assert billed(loaded) == [1]
    assert loaded.table("ledger.deliveries")["delivery_id"].tolist() == [after["delivery_id"]]


def test_load_makes_them_again_too(loaded, new_rules, project, tmp_path):
    new_rules()
    assert loaded.load(tmp_path / "bill.parquet")["is_new"].tolist() == [True]
    assert len(read_records(project / "warehouse")) == 1


def test_month_whose_source_is_gone_keeps_its_charges_and_is_named(loaded, new_rules, tmp_path):
    (tmp_path / "bill.parquet").unlink()
    new_rules()
    loaded.build()
    assert billed(loaded) == [1]
    assert any("rules of an older version" in note and "2026-10" in note for note in notes(loaded))


def test_months_of_todays_rules_are_not_named(loaded):
    assert not any("older version" in note for note in notes(loaded))
