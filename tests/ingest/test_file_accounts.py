"""Every file below a source is accounted for, and what is decided of one is kept and undone."""

import os
import re
from pathlib import Path

import pytest

from finops import connect
from finops.errors import BadInput, BadSource
from finops.report.bill.trust import notes
from tests.conftest import line, usd, write_bill
from tests.ingest.bill_files import write


def usage(resource, cost, **values):
    return line(
        line_item_resource_id=resource,
        line_item_unblended_cost=cost,
        identity_line_item_id=f"id-{resource}",
        **values,
    )


@pytest.fixture
def source(tmp_path):
    """A folder with a bill of 3 USD, a copy of it, and files that are none."""
    folder = tmp_path / "in"
    bill = write_bill(folder / "bill.parquet", [usage("i-1", 1.0), usage("i-2", 2.0)])
    (folder / "bill (1).parquet").write_bytes(bill.read_bytes())
    write(folder / "notes.txt", "remember the milk\n")
    write(folder / "teams.csv", "team,name\na,A\n")
    (folder / "empty.csv").touch()
    return folder


def fates(warehouse):
    found = warehouse.files()
    names = found["file"].str.rpartition("/")[2]
    return dict(zip(names, found["status"], strict=True))


def test_each_file_is_exactly_one_thing(project, source):
    warehouse = connect(project)
    warehouse.load(source)
    assert fates(warehouse) == {
        "bill (1).parquet": "same bytes",
        "bill.parquet": "taken",
        "empty.csv": "empty",
        "notes.txt": "another dataset",
        "teams.csv": "another dataset",
    }


def test_rows_days_accounts_and_sum_of_a_file_are_known(project, source):
    warehouse = connect(project)
    warehouse.load(source)
    warehouse.build()
    [row] = warehouse.sql("select * from ledger.files where status = 'taken'").to_dict("records")
    assert (row["source_rows"], row["source_unblended_cost"]) == (2, usd(3))
    assert str(row["first_charge_date"]) == str(row["last_charge_date"]) == "2026-10-05"
    assert list(row["sub_account_ids"]) == ["012345678901"]


@pytest.fixture
def two_views(project, source):
    """A later file with one line of the bill at another cost, and one of its own: 7 USD."""
    other = write_bill(source / "other.parquet", [usage("i-2", 5.0), usage("i-3", 2.0)])
    os.utime(other, (2e9, 2e9))
    return connect(project)


def test_what_cannot_be_told_is_refused_with_the_names_and_not_forgotten(two_views, source):
    with pytest.raises(BadSource, match=r"bill\.parquet, .*other\.parquet hold some of the same"):
        two_views.load(source)
    assert fates(two_views)["bill.parquet"] == fates(two_views)["other.parquet"] == "undecided"


def test_open_files_are_in_the_residual_and_named(project, source):
    warehouse = connect(project)
    warehouse.load(source)
    other = source.with_name("later")
    write_bill(other / "a.parquet", [usage("i-5", 5.0), usage("i-6", 2.0)])
    write_bill(other / "b.parquet", [usage("i-6", 3.0), usage("i-7", 2.0)])
    with pytest.raises(BadSource):
        warehouse.load(other)
    warehouse.build()
    [row] = warehouse.status().to_dict("records")
    assert (row["x_residual"], row["x_open_files"]) == (usd(-12), 2)
    assert any("Not in these numbers" in note and "a.parquet" in note for note in notes(warehouse))


def test_decision_is_kept_with_its_reason_and_undone(two_views, source):
    with pytest.raises(BadSource):
        two_views.load(source)
    name = str(source / "other.parquet")
    two_views.decide(name, "leave", "made by hand")
    two_views.load(source)
    assert fates(two_views)["other.parquet"] == "left out"
    two_views.decide(name, "undo", "it was not")
    with pytest.raises(BadSource):
        two_views.load(source)


def test_both_count_if_somebody_says_so(two_views, source):
    two_views.decide(str(source / "other.parquet"), "take", "another shop's")
    two_views.load(source)
    two_views.build()
    assert two_views.sql("select sum(billed_cost) as b from facts.daily_cost")["b"][0] == 10


def test_delivery_is_set_aside_and_taken_back(project, source, tmp_path):
    warehouse = connect(project)
    warehouse.load(source)
    more = write_bill(tmp_path / "more.parquet", [usage("i-9", 4.0)])
    [record] = warehouse.load(more).to_dict("records")
    billed = "select sum(billed_cost) as b from facts.daily_cost"
    for decision, total in (("leave", 3), ("undo", 7)):
        warehouse.decide(record["delivery_id"], decision, "a test")
        warehouse.build()
        assert warehouse.sql(billed)["b"].tolist() == [total]


def test_decision_without_a_reason_is_refused(project):
    with pytest.raises(BadInput, match="needs a reason"):
        connect(project).decide("bill.csv", "leave", " ")


def test_deciding_of_what_nobody_has_is_refused(project, source):
    warehouse = connect(project)
    warehouse.load(source)
    name = Path(warehouse.files()["file"].iloc[0]).name
    wrong = f"{name[:-9]}x{name[-9:]}"
    with pytest.raises(BadInput, match=f"No file, folder or .*Did you mean .*{re.escape(name)}"):
        warehouse.decide(wrong, "leave", "a slip")
    with pytest.raises(BadInput, match="See: finops files"):
        warehouse.decide("0123456789ab", "leave", "a slip")
    assert not (project / "warehouse/decisions.jsonl").exists()


def test_undoing_what_nobody_decided_is_refused(project):
    with pytest.raises(BadInput, match="Nothing was decided"):
        connect(project).decide("bill.csv", "undo", "why not")


def test_same_bill_without_resource_ids_is_not_added(project, source, tmp_path):
    warehouse = connect(project)
    warehouse.load(source)
    less = write_bill(tmp_path / "less.parquet", [usage(None, 3.0)])
    with pytest.raises(BadSource, match="may bill the same usage"):
        warehouse.load(less)


def test_bill_that_was_loaded_from_another_place_is_taken_there_too(project, source, tmp_path):
    warehouse = connect(project)
    warehouse.load(source)
    moved = source.rename(tmp_path / "moved")
    assert warehouse.load(moved)["is_new"].tolist() == [False]
    found = warehouse.files()
    assert "undecided" not in found["status"].tolist()
    [row] = found[found["file"] == str(moved / "bill.parquet")].to_dict("records")
    assert (row["status"], row["source_rows"]) == ("taken", 2)


def test_warehouse_below_the_source_is_no_bill(project):
    write_bill(project / "bill" / "bill.parquet", [usage("i-1", 1.0)])
    warehouse = connect(project)
    for _ in range(2):
        warehouse.load(project)
    assert fates(warehouse) == {"bill.parquet": "taken", "finops.toml": "another dataset"}
