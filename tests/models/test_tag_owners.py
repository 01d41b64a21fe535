"""Which team, service, environment and cost centre the tags of a charge name."""

import unicodedata

import duckdb
import pytest

from finops.inputs.mappings import load_mappings

FILES = {
    "teams": "team,aliases\nsearch,search-team\norder,\n",
    "services": "service,team,aliases\norder-api,order,\n",
    "tag_keys": "tag_key,dimension,priority\nteam,team,1\nowner,team,2\nservice,service,1\n"
    "environment,environment,1\ncost_center,cost_centre,1\n",
    "tag_values": "dimension,value,aliases\nenvironment,prod,production|prd\n"
    "cost_centre,CC-1,CC 0001\n",
}


@pytest.fixture
def named(run_model, tmp_path):
    """Return what the tags of one charge name, by the mapping files above or others."""

    def run(tags, **files):
        for name, text in (FILES | files).items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        con = duckdb.connect()
        load_mappings(con, tmp_path)
        mappings = {
            f"mappings.{name}": con.sql(f"from mappings.{name}").to_arrow_table().to_pylist()
            for name in ("tag_keys", "names", "services")
        }
        key = {"billing_period": "2026-07", "x_owner_key": 1, "tags": tags, "x_cost_categories": {}}
        keys = {"owners.owner_keys": [key]}
        attributes = {"owners.tag_attributes": run_model("owners.tag_attributes", keys)}
        asked = {"mappings.tag_keys": mappings["mappings.tag_keys"]}
        tags_of = {"owners.owner_tags": run_model("owners.owner_tags", keys | attributes | asked)}
        values = {"owners.tag_values": run_model("owners.tag_values", tags_of)}
        rows = run_model("owners.tag_owners", tags_of | values | mappings)
        assert len(rows) <= 1
        return rows[0] if rows else None

    return run


def team(row):
    return row and row["x_team"]


def test_spellings_of_one_name_are_one_team(named):
    for spelling in ("search", "Search", "SEARCH", "search-team", "Search Team", "search_team"):
        assert team(named({"team": spelling})) == "search"


@pytest.mark.parametrize(
    "spelling",
    [
        "주문",
        unicodedata.normalize("NFD", "주문"),
        "\u00a0주문\u3000",
        "주\u200b문",
        "Ｏｒｄｅｒ",
        "ORDER\u00a0",
        "Order\u2003 Team",
        "order＿team",
    ],
)
def test_keyboards_differ_and_the_name_is_one(named, spelling):
    teams = "team,aliases\norder,주문|order team\n"
    assert team(named({"team": spelling}, teams=teams, services="service,team\n")) == "order"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_alias_and_key_of_a_mac_are_the_same_as_others(named, form):
    teams = unicodedata.normalize(form, "team,aliases\norder,주문\n")
    keys = unicodedata.normalize(form, "tag_key,dimension\n팀,team\n")
    files = {"teams": teams, "tag_keys": keys, "services": "service,team\n"}
    for other in ("NFC", "NFD"):
        tags = {unicodedata.normalize(other, "팀"): unicodedata.normalize(other, "주문")}
        assert team(named(tags, **files)) == "order"


def test_spellings_of_one_key_are_one_key(named):
    for spelling in ("cost_center", "CostCenter", "Cost Center", "cost-center", "cost.center"):
        assert named({spelling: "CC-1"})["x_cost_centre"] == "CC-1"


def test_key_in_the_file_may_be_spelled_another_way(named):
    keys = "tag_key,dimension\nProject Owner,team\n"
    row = named({"project_owner": "search"}, tag_keys=keys)
    assert (row["x_team"], row["x_tag_key"]) == ("search", "project_owner")


def test_service_tag_names_the_team_that_runs_it(named):
    row = named({"service": "Order API"})
    assert (row["x_team"], row["x_service"], row["x_tag_key"]) == ("order", "order-api", "service")


def test_team_tag_counts_before_the_team_of_the_service(named):
    row = named({"service": "order-api", "team": "search"})
    assert (row["x_team"], row["x_service"], row["x_tag_key"]) == ("search", "order-api", "team")


def test_first_key_wins_and_an_unknown_value_is_no_owner(named):
    assert team(named({"team": "search", "owner": "order"})) == "search"
    assert team(named({"team": "project x", "owner": "search"})) == "search"
    assert named({"team": "project x"}) is None


def test_keys_of_one_priority_are_asked_in_file_order(named):
    keys = "tag_key,dimension\nowner,team\nteam,team\n"
    assert team(named({"team": "search", "owner": "order"}, tag_keys=keys)) == "order"


def test_of_two_spellings_on_one_charge_the_one_in_the_file_counts(named):
    assert team(named({"Team": "order", "team": "search"})) == "search"
    assert team(named({"Team": "order", "TEAM": "search"})) == "search"


def test_environments_and_cost_centres_have_aliases_and_others_stay_as_they_are(named):
    assert named({"environment": "Production"})["x_environment"] == "prod"
    assert named({"environment": "Pre-Prod"})["x_environment"] == "preprod"
    assert named({"cost_center": "cc0001"})["x_cost_centre"] == "CC-1"
    assert named({"cost_center": "CC-2"})["x_cost_centre"] == "CC-2"


def test_tags_that_nothing_asks_for_are_left_alone(named):
    assert named({"Name": "search"}) is None
