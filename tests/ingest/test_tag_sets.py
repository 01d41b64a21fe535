"""Each line keeps its own tags, though each set of tags is melted once."""

import pytest

from finops.errors import BadSource
from tests.conftest import line, write_bill
from tests.ingest.bill_files import bill, charges, load, load_csv


def test_lines_share_a_set_of_tags_and_keep_their_own(tmp_path):
    sets = [{"user_team": "a"}, {"user_team": "b"}, {"user_team": "a"}, {"user_app": "a"}]
    lines = [
        line(line_item_unblended_cost=float(n), resource_tags=tags) for n, tags in enumerate(sets)
    ]
    load(write_bill(tmp_path / "bill.parquet", lines), tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "cast(billed_cost as integer), tags") == [
        (0, {"team": "a"}),
        (1, {"team": "b"}),
        (2, {"team": "a"}),
        (3, {"app": "a"}),
    ]


@pytest.mark.parametrize("values", [3, 2001])
def test_few_and_many_tag_values_are_kept_as_text(tmp_path, values):
    lines = [
        line(resource_tags={"user_name": f"n-{n:04}", "user_team": "a"}) for n in range(values)
    ]
    [record] = load(write_bill(tmp_path / "bill.parquet", lines), tmp_path / "warehouse")
    assert record["tag_keys"] == ["name", "team"]
    assert charges(tmp_path / "warehouse", "tags['name'], tags['team'], typeof(tags)") == [
        (f"n-{n:04}", "a", "MAP(VARCHAR, VARCHAR)") for n in range(values)
    ]


def test_null_and_empty_maps_are_no_tags_and_keep_their_line(tmp_path):
    sets = [None, {}, {"user_team": ""}, {"user_team": "a"}]
    lines = [line(resource_tags=tags, cost_category=None) for tags in sets]
    [record] = load(write_bill(tmp_path / "bill.parquet", lines), tmp_path / "warehouse")
    found = charges(tmp_path / "warehouse", "tags, x_cost_categories")
    assert found == [({}, {}), ({}, {}), ({}, {}), ({"team": "a"}, {})]
    assert record["tag_keys"] == ["team"]


def test_values_that_change_places_are_other_tags(tmp_path):
    columns = ["resourceTags/user:a", "resourceTags/user:b", "costCategory/c"]
    rows = [["x", "y", "z"], ["y", "x", "z"], ["", "x", "y"], ["x", "", "y"], ["", "", ""]]
    assert load_csv(tmp_path, bill(columns, *rows), columns="tags, x_cost_categories") == [
        ({}, {}),
        ({"a": "x"}, {"c": "y"}),
        ({"a": "x", "b": "y"}, {"c": "z"}),
        ({"a": "y", "b": "x"}, {"c": "z"}),
        ({"b": "x"}, {"c": "y"}),
    ]


def test_sets_of_tags_with_one_hash_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("finops.ingest.tag_sets._key", lambda _: "hash(1)")
    text = bill(["resourceTags/user:team"], ["a"], ["b"])
    with pytest.raises(BadSource, match=r"bill.csv: two sets of tags have the same 64-bit hash"):
        load_csv(tmp_path, text)
    assert not list(tmp_path.glob("warehouse/charges/*/delivery=*"))
