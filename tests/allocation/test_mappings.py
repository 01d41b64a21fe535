"""Mapping files are refused with file and line, before anything is computed."""

import duckdb
import pytest

from finops.allocation.mappings import load_mappings, match_key
from finops.errors import BadInput

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
    columns = "x_service_code, resource_id, x_service, x_team, valid_from, valid_to"
    rows = con.execute(f"select {columns} from mappings.rule_patterns order by 1").fetchall()
    dates = con.execute("select date '2026-07-01', date '9999-12-31'").fetchone()
    assert rows == [
        ("AWS%", "a!_b_", "find", "search", *dates),
        ("AmazonEC2", "a!_b_", "find", "search", *dates),
    ]


def test_smallest_priority_is_asked_first_then_file_order(tmp_path):
    con = load(tmp_path, rules=HEADER + "a,9,A,,,search,,\nb,1,B,,,search,,\nc,1,C,,,search,,\n")
    ranks = con.execute("select x_rule_id from mappings.rule_patterns order by x_rank").fetchall()
    assert ranks == [("b",), ("c",), ("a",)]


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


def test_rule_for_everything_is_refused(tmp_path):
    refused(tmp_path, "line 2: the rule matches every charge", rules=HEADER + "r1,1,,*,,search,,\n")


def test_rule_that_gives_nothing_is_refused(tmp_path):
    refused(tmp_path, "line 2: the rule gives neither", rules=HEADER + "r1,1,A,,,,,\n")


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


def test_pool_must_be_a_shared_team(tmp_path):
    pools = "pool,method\nsearch,even\n"
    refused(tmp_path, r"shared_costs\.csv line 2: unknown shared team 'search'", shared_costs=pools)


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
