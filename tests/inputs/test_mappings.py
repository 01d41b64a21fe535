"""Mapping files are refused with file and line, before anything is computed."""

import unicodedata

import duckdb
import pytest

from finops.errors import BadInput
from finops.inputs.mappings import load_mappings, read_mappings
from finops.names import match_key

TEAMS = "team,name,name_ko,kind,cost_centre,aliases\nsearch,,,team,,finders\nkafka,,,shared,,\n"
SERVICES = "service,name,name_ko,team,aliases\nfind,,,search,\n"
HEADER = "rule_id,priority,service_code,resource_id,service,team,valid_from,valid_to\n"


def load(tmp_path, **files):
    for name, text in ({"teams": TEAMS, "services": SERVICES} | files).items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    con = duckdb.connect()
    load_mappings(con, tmp_path)
    return con


def refused(tmp_path, message, **files):
    with pytest.raises(BadInput, match=message):
        load(tmp_path, **files)


def test_absent_files_are_empty_tables(tmp_path):
    con = duckdb.connect()
    load_mappings(con, tmp_path)
    assert con.execute("select count(*) from mappings.rule_patterns").fetchone() == (0,)


def test_rule_becomes_a_pattern_per_alternative(tmp_path):
    con = load(tmp_path, rules=HEADER + "r1,5,AmazonEC2|AWS*,a_b?,find,,2026-07-01,\n")
    columns = "x_place, x_attribute, x_pattern, x_is_exact"
    rows = con.execute(f"select {columns} from mappings.rule_patterns order by 1, 3").fetchall()
    assert rows == [
        (1, "resource_id", "a!_b_", False),
        (2, "service_code", "AWS%", False),
        (2, "service_code", "AmazonEC2", True),
    ]


def test_rule_gives_the_team_of_its_service_from_its_first_day(tmp_path):
    con = load(tmp_path, rules=HEADER + "r1,5,AmazonEC2,a_b?,find,,2026-07-01,\n")
    columns = "x_rule_id, x_line, x_columns, x_service, x_team, valid_from, valid_to"
    rows = con.execute(f"select {columns} from mappings.rule_owners").fetchall()
    days = con.execute("select date '2026-07-01', date '9999-12-31'").fetchone()
    assert rows == [("r1", 2, 2, "find", "search", *days)]


def test_tag_pattern_has_a_key_that_compares_as_names_do(tmp_path):
    rules = "rule_id,priority,tag,cost_category,team\n"
    con = load(tmp_path, rules=rules + "r1,1,Cost Center = CC_1*|team=*,Unit=A,search\n")
    query = "select x_column, x_attribute, x_pattern from mappings.rule_patterns order by all"
    assert con.execute(query).fetchall() == [
        ("cost_category", "cost_category:unit", "a"),
        ("tag", "tag:costcenter", "cc!_1%"),
        ("tag", "tag:team", "%"),
    ]


def test_smallest_priority_is_asked_first_then_file_order(tmp_path):
    con = load(tmp_path, rules=HEADER + "a,9,A,,,search,,\nb,1,B,,,search,,\nc,1,C,,,search,,\n")
    ranks = con.execute("select x_rule_id from mappings.rule_owners order by x_rank").fetchall()
    assert ranks == [("b",), ("c",), ("a",)]


def test_each_file_has_a_version_and_its_rows(tmp_path):
    con = load(tmp_path, tag_keys="tag_key,dimension\n")
    files = con.execute("from mappings.files order by file").fetchall()
    assert files == [
        ("services.csv", "29eeb208641d", 1),
        ("tag_keys.csv", "33a432d418ef", 0),
        ("teams.csv", "529d3902f7a3", 2),
    ]


def test_excel_byte_order_mark_is_no_part_of_the_header(tmp_path):
    con = load(tmp_path, teams="\ufeff" + TEAMS)
    assert con.execute("select count(*) from mappings.teams").fetchone() == (2,)


def test_unknown_team_is_refused_with_the_nearest_one(tmp_path):
    rule = HEADER + "r1,1,A,,,serch,,\n"
    refused(
        tmp_path, r"rules\.csv line 2: unknown team 'serch'; did you mean 'search'\?", rules=rule
    )


def test_team_of_a_service_must_be_known(tmp_path):
    services = "service,name,name_ko,team,aliases\nfind,,,nobody,\n"
    refused(tmp_path, r"services\.csv line 2: unknown team 'nobody'", services=services)


@pytest.mark.parametrize("text", ["*", "?*", "*?", "????????????", "A*|*", "**"])
def test_rule_for_everything_is_refused(tmp_path, text):
    rule = f"rule_id,priority,sub_account_id,team\nr1,1,{text},search\n"
    refused(tmp_path, r"rules\.csv line 2: the rule matches every charge; narrow it", rules=rule)


@pytest.mark.parametrize("text", ["*=*", "proj*=x", "project", "project=", "=x", "-=x", "a=b|c"])
def test_tag_pattern_without_key_and_value_is_refused(tmp_path, text):
    for column in ("tag", "cost_category"):
        rule = f"rule_id,priority,service_code,{column},team\nr1,1,A,{text},search\n"
        refused(tmp_path, rf"rules\.csv line 2: {column} .* is not key=value, such as", rules=rule)


@pytest.mark.parametrize("text", ["|", "A|", "|A", "A||B", "A| |B"])
def test_alternative_that_is_empty_is_refused(tmp_path, text):
    rule = HEADER + f"r1,1,{text},,,search,,\n"
    refused(tmp_path, r"line 2: service_code .* has nothing on one side of a \|", rules=rule)


def test_rules_that_nobody_can_decide_between_are_refused(tmp_path):
    rules = HEADER + "a,1,A|B,x,,search,,2026-07-01\nb,1,B|A,x,,kafka,2026-06-01,\n"
    message = r"rules\.csv line 3: 'b' matches the same as 'a' on line 2, on the same days"
    refused(tmp_path, message, rules=rules)


@pytest.mark.parametrize(
    "second",
    ["b,2,A,x,,kafka,,", "b,1,A,y,,kafka,,", "b,1,A,x,,search,,", "b,1,A,x,,kafka,2026-07-01,"],
)
def test_rules_of_other_priority_match_owner_or_days_stand_side_by_side(tmp_path, second):
    con = load(tmp_path, rules=HEADER + f"a,1,A,x,,search,,2026-07-01\n{second}\n")
    assert con.execute("select count(*) from mappings.rule_owners").fetchone() == (2,)


def test_rule_that_gives_nothing_is_refused(tmp_path):
    refused(tmp_path, "line 2: neither team nor service is given", rules=HEADER + "r1,1,A,,,,,\n")


OWNED = {"resources": "resource_id", "account_defaults": "sub_account_id"}


@pytest.mark.parametrize("name", OWNED)
def test_owner_of_a_resource_or_account_changes_on_a_day(tmp_path, name):
    text = f"{OWNED[name]},service,team,valid_from,valid_to\n"
    con = load(tmp_path, **{name: text + "a,find,,,2026-07-01\na,,kafka,2026-07-01,\nb,,kafka,,\n"})
    table = {"resources": "resource_owners", "account_defaults": "account_owners"}[name]
    query = f"select {OWNED[name]}, x_service, x_team from mappings.{table} order by 1, valid_from"
    assert con.execute(query).fetchall() == [
        ("a", "find", "search"),
        ("a", None, "kafka"),
        ("b", None, "kafka"),
    ]


@pytest.mark.parametrize("name", OWNED)
def test_two_owners_on_one_day_are_refused(tmp_path, name):
    text = f"{OWNED[name]},team,valid_from,valid_to\na,kafka,2026-07-01,\nb,kafka,,\na,search,,2026-07-02\n"
    message = rf"{name}\.csv line 2: 'a' has an owner on the same days on line 4; end one"
    refused(tmp_path, message, **{name: text})


@pytest.mark.parametrize("name", OWNED)
def test_owner_of_a_resource_or_account_is_checked_as_that_of_a_rule(tmp_path, name):
    header = f"{OWNED[name]},service,team,valid_from,valid_to\n"
    for line, message in (
        ("a,,nobody,,", "line 2: unknown team 'nobody'"),
        ("a,fnd,,,", "line 2: unknown service 'fnd'; did you mean 'find'"),
        ("a,,,,", "line 2: neither team nor service"),
        (",,kafka,,", f"line 2: {OWNED[name]} ''"),
        ("a,,kafka,2026-07-01,2026-07-01", "line 2: valid_to 2026-07-01 is not after"),
    ):
        refused(tmp_path, rf"{name}\.csv {message}", **{name: header + line + "\n"})


def test_date_that_ends_before_it_starts_is_refused(tmp_path):
    rule = HEADER + "r1,1,A,,,search,2026-07-01,2026-06-01\n"
    refused(tmp_path, "line 2: valid_to 2026-06-01 is not after 2026-07-01", rules=rule)


def test_date_that_is_none_is_refused(tmp_path):
    rule = HEADER + "r1,1,A,,,search,July,\n"
    refused(tmp_path, r"rules\.csv line 2: valid_from 'July'", rules=rule)


def test_same_rule_twice_is_refused(tmp_path):
    rule = HEADER + "r1,1,A,,,search,,\nr1,1,B,,,search,,\n"
    refused(tmp_path, "line 3: 'r1' is already on line 2", rules=rule)


def test_alias_of_two_teams_is_refused(tmp_path):
    teams = TEAMS + "order,,,team,,Finders\n"
    refused(tmp_path, r"teams\.csv line 4: 'Finders' already means 'search'", teams=teams)


def test_alias_of_two_environments_is_refused(tmp_path):
    values = "dimension,value,aliases\nenvironment,prod,live\nenvironment,demo,Live\n"
    refused(tmp_path, r"tag_values\.csv line 3: 'Live' already means 'prod'", tag_values=values)


def test_one_spelling_may_name_an_environment_and_a_team(tmp_path):
    con = load(tmp_path, tag_values="dimension,value,aliases\nenvironment,search,\n")
    query = "select dimension from mappings.names where match_key = 'search' order by 1"
    assert con.execute(query).fetchall() == [("environment",), ("team",)]


def test_tag_key_twice_in_two_spellings_is_refused(tmp_path):
    keys = "tag_key,dimension\ncost_center,cost_centre\nCostCenter,cost_centre\n"
    refused(tmp_path, r"tag_keys\.csv line 3: .* is already on line 2", tag_keys=keys)


def test_wrong_header_is_refused(tmp_path):
    refused(tmp_path, r"teams\.csv line 1: unknown colour", teams="team,colour\na,red\n")
    refused(tmp_path, r"teams\.csv line 1: missing team", teams="name\na\n")


def test_line_with_too_few_values_is_refused(tmp_path):
    refused(tmp_path, r"teams\.csv line 2: not as many values", teams="team,name\na\n")


def test_text_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "teams.csv").write_bytes("team\n검색\n".encode("euc-kr"))
    with pytest.raises(BadInput, match="not UTF-8"):
        load_mappings(duckdb.connect(), tmp_path)


def test_names_compare_without_case_and_separators():
    assert {match_key(name) for name in ("Base Load", "base-load", "BaseLoad", "BASE_LOAD")} == {
        "baseload"
    }


def test_team_without_a_kind_is_a_team(tmp_path):
    (tmp_path / "teams.csv").write_text("team,kind\na,\nb,shared\n")
    assert [one.kind for one in read_mappings(tmp_path).teams] == ["team", "shared"]


def test_team_and_service_of_another_file_may_be_spelled_another_way(tmp_path):
    (tmp_path / "teams.csv").write_text(unicodedata.normalize("NFC", "team\n주문\nSearch\n"))
    services = unicodedata.normalize("NFD", "service,team\n결제 API,주문\n")
    (tmp_path / "services.csv").write_text(services)
    lines = "sub_account_id,team,service\n1,ＳＥＡＲＣＨ,\n2,주문,결제\u00a0api\n"
    (tmp_path / "account_defaults.csv").write_text(lines)
    found = read_mappings(tmp_path)
    assert found.services[0].team == unicodedata.normalize("NFC", "주문")
    assert [(one.team, one.service) for one in found.account_defaults] == [
        ("Search", ""),
        (found.teams[0].team, found.services[0].service),
    ]


def test_account_stands_for_the_number_without_its_zeros(tmp_path):
    (tmp_path / "teams.csv").write_text("team\na\n")
    (tmp_path / "account_defaults.csv").write_text(
        "sub_account_id,team\n11254002932,a\n/Sub/AB,a\n123456789012,a\n1234,a\n"
    )
    con = duckdb.connect()
    load_mappings(con, tmp_path)
    assert con.sql(
        "select sub_account_id, x_account_key from mappings.account_owners"
    ).fetchall() == [
        ("11254002932", "011254002932"),
        ("11254002932", "11254002932"),
        ("/Sub/AB", "/sub/ab"),
        ("123456789012", "123456789012"),
        ("1234", "1234"),
    ]


@pytest.mark.parametrize("other", ["011254002932", "11254002932"])
def test_account_with_and_without_its_zero_is_one(tmp_path, other):
    (tmp_path / "teams.csv").write_text("team\na\nb\n")
    (tmp_path / "account_defaults.csv").write_text(
        f"sub_account_id,team\n11254002932,a\n{other},b\n"
    )
    with pytest.raises(
        BadInput, match=r"account_defaults\.csv line 3: '0?11254002932' has an owner"
    ):
        read_mappings(tmp_path)


@pytest.mark.parametrize("account", ["1.12254E+11", "1.1E+10", "1,12E+11", "1E+11"])
@pytest.mark.parametrize("name", ["account_defaults", "rules"])
def test_account_that_a_spreadsheet_has_cut_is_refused(tmp_path, account, name):
    (tmp_path / "teams.csv").write_text("team\na\n")
    more = {"rules": ("rule_id,priority,", "r,1,")}.get(name, ("", ""))
    (tmp_path / f"{name}.csv").write_text(f'{more[0]}sub_account_id,team\n{more[1]}"{account}",a\n')
    with pytest.raises(BadInput) as caught:
        read_mappings(tmp_path)
    assert f"{name}.csv line 2: sub_account_id" in str(caught.value)
    assert account in str(caught.value)
