"""Which charges a line of rules.csv matches."""

import datetime as dt
import re
import unicodedata
from random import Random

import duckdb
import pytest

from finops.inputs.mappings import load_mappings

TEAMS = "team\nsearch\norder\n"
KEY = {
    "billing_period": "2026-07",
    "sub_account_id": "012345678901",
    "x_service_code": "AmazonRDS",
    "x_usage_type": "APN2-InstanceUsage:db.r6g.large",
    "x_operation": "CreateDBInstance:0021",
    "region_id": "ap-northeast-2",
    "resource_id": "arn:aws:rds:ap-northeast-2:012345678901:db:search-db_1",
    "x_line_item_type": "Usage",
    "tags": {"Project Name": "Search-Web", "name": "db"},
    "x_cost_categories": {"Business Unit": "Commerce"},
    "x_first_charge_date": dt.date(2026, 7, 1),
    "x_last_charge_date": dt.date(2026, 7, 31),
}


@pytest.fixture
def matched(run_model, tmp_path):
    """Return, per charge, the ids of the rules that match it, the first one first.

    Rules are given by their columns; charges differ from KEY by theirs.
    """

    def run(*rules, keys=({},)):
        load(tmp_path, rules)
        con = duckdb.connect()
        load_mappings(con, tmp_path)
        mappings = {
            f"mappings.{name}": con.sql(f"from mappings.{name}").to_arrow_table().to_pylist()
            for name in ("rule_owners", "rule_patterns")
        }
        owner_keys = [KEY | {"x_owner_key": number} | values for number, values in enumerate(keys)]
        keys_of = {"owners.owner_keys": owner_keys}
        attributes = {"owners.tag_attributes": run_model("owners.tag_attributes", keys_of)}
        asked = {"mappings.rule_patterns": mappings["mappings.rule_patterns"]}
        tags = {"owners.owner_tags": run_model("owners.owner_tags", keys_of | attributes | asked)}
        values = {"owners.tag_values": run_model("owners.tag_values", tags)}
        inputs = keys_of | tags | values | mappings
        rows = run_model("owners.rule_matches", inputs)
        return [
            [
                row["x_rule_id"]
                for row in sorted(rows, key=lambda row: row["x_rank"])
                if row["x_owner_key"] == number
            ]
            for number in range(len(keys))
        ]

    return run


def load(folder, rules):
    columns = sorted({name for rule in rules for name in rule} | {"rule_id", "priority", "team"})
    lines = [
        {"rule_id": f"r{number}", "priority": 1, "team": "search"} | rule
        for number, rule in enumerate(rules, start=1)
    ]
    text = "\n".join(",".join(str(one.get(name, "")) for name in columns) for one in lines)
    (folder / "rules.csv").write_text(f"{','.join(columns)}\n{text}\n", encoding="utf-8")
    (folder / "teams.csv").write_text(TEAMS, encoding="utf-8")


@pytest.mark.parametrize(
    ("pattern", "values"),
    [
        (r"a\|b", ["a|b"]),
        ("a|project=b", ["a", "b"]),
        (r"a\|*", ["a|b", "a|c"]),
        (r"a\*", ["a*"]),
        (r"a\?", ["a?"]),
        (r"a\b", [r"a\b"]),
    ],
)
def test_a_mark_behind_a_backslash_is_text(matched, pattern, values):
    keys = ["a", "b", "a|b", "a|c", "a*", "a?", "ab", r"a\b"]
    tags = [{"tags": {"project": value}} for value in keys]
    found = matched({"tag": f"project={pattern}"}, keys=tags)
    assert [value for value, rules in zip(keys, found, strict=True) if rules] == values


@pytest.mark.parametrize(
    ("column", "matching", "other"),
    [
        ("sub_account_id", "012345678901", "012345678902"),
        ("service_code", "AmazonRDS", "AmazonEC2"),
        ("usage_type", "*InstanceUsage*", "*BoxUsage*"),
        ("operation", "CreateDBInstance:????", "CreateDBInstance:???"),
        ("region_id", "ap-*", "us-*"),
        ("resource_id", "*:search-*", "*:order-*"),
        ("line_item_type", "Usage", "Tax"),
        ("tag", "project_name=search*", "project_name=order*"),
        ("cost_category", "business unit=commerce", "business unit=platform"),
    ],
)
def test_every_column_matches_by_pattern(matched, column, matching, other):
    assert matched({column: matching}, {column: other}) == [["r1"]]


def test_alternatives_match_once_and_by_any_of_them(matched):
    assert matched({"service_code": "AmazonEC2|Amazon*|*RDS"}) == [["r1"]]
    assert matched({"tag": "project_name=order*|project_name=*web"}) == [["r1"]]
    assert matched({"tag": "owner=*|name=db"}) == [["r1"]]
    assert matched({"service_code": "AmazonEC2|AmazonES"}) == [[]]


def test_all_columns_of_a_rule_must_match(matched):
    both = {"service_code": "AmazonRDS", "resource_id": "*search*"}
    one = {"service_code": "AmazonEC2", "resource_id": "*search*"}
    three = {"tag": "name=db", "cost_category": "business_unit=*", "region_id": "ap-*"}
    third_differs = {"tag": "name=db", "cost_category": "business_unit=x", "region_id": "ap-*"}
    assert matched(both, one, three, third_differs) == [["r1", "r3"]]


def test_tags_of_one_charge_do_not_match_for_another(matched):
    rule = {"tag": "name=db", "service_code": "AmazonRDS"}
    keys = ({}, {"tags": {"name": "web"}}, {"tags": {}}, {"x_service_code": "AmazonEC2"})
    assert matched(rule, keys=keys) == [["r1"], [], [], []]


def test_question_mark_is_one_character(matched):
    assert matched({"resource_id": "*db?1"}, {"resource_id": "*db??1"}) == [["r1"]]


@pytest.mark.parametrize("sign", ["%", "_", "!", "\\", "[", ".", "'"])
def test_signs_of_sql_and_of_regular_expressions_are_plain_text(matched, sign):
    keys = ({"resource_id": f"a{sign}b"}, {"resource_id": "axb"}, {"resource_id": f"a{sign}bc"})
    assert matched({"resource_id": f"a{sign}b"}, keys=keys) == [["r1"], [], []]
    assert matched({"resource_id": f"a{sign}b*"}, keys=keys) == [["r1"], [], ["r1"]]


def test_case_counts_where_aws_writes_and_not_where_people_do(matched):
    assert matched({"service_code": "amazonrds"}, {"service_code": "amazon*"}) == [[]]
    assert matched({"tag": "PROJECTNAME=SEARCH-*"}, {"tag": "name=DB"}) == [["r1", "r2"]]


def test_any_value_of_a_tag_matches_and_a_missing_one_does_not(matched):
    keys = ({}, {"tags": {"name": "db"}})
    assert matched({"tag": "project-name=*"}, keys=keys) == [["r1"], []]


def test_charge_without_a_resource_matches_no_resource_pattern(matched):
    keys = ({"resource_id": None}, {})
    rule = {"resource_id": "*e*", "service_code": "AmazonRDS"}
    assert matched(rule, {"service_code": "AmazonRDS"}, keys=keys) == [["r2"], ["r1", "r2"]]


def test_star_beside_another_column_says_nothing(matched):
    rule = {"resource_id": "**", "service_code": "AmazonRDS"}
    assert matched(rule, keys=({"resource_id": None},)) == [["r1"]]


def test_rules_are_asked_by_priority_then_in_file_order(matched):
    found = matched(
        {"service_code": "AmazonRDS", "priority": 9},
        {"region_id": "ap-*", "priority": 1},
        {"line_item_type": "Usage", "priority": 1},
    )
    assert found == [["r2", "r3", "r1"]]


def test_rule_matches_if_it_holds_on_some_day_of_the_charges(matched):
    july, august = dt.date(2026, 7, 1), dt.date(2026, 8, 1)
    rule = {"service_code": "AmazonRDS"}
    assert matched(
        rule | {"valid_to": july},
        rule | {"valid_from": july, "valid_to": dt.date(2026, 7, 2)},
        rule | {"valid_from": dt.date(2026, 7, 31), "valid_to": august},
        rule | {"valid_from": august},
    ) == [["r2", "r3"]]


def test_many_random_rules_match_as_a_naive_loop_says(matched):
    random = Random(4)
    rules = [_random_rule(random) for _ in range(200)]
    keys = [_random_key(random) for _ in range(200)]
    expected = [
        [f"r{number}" for number, rule in enumerate(rules, start=1) if _matches(rule, key)]
        for key in keys
    ]
    assert sum(map(len, expected)) > 500
    assert matched(*rules, keys=keys) == expected


COLUMNS = {
    "resource_id": "resource_id",
    "service_code": "x_service_code",
    "usage_type": "x_usage_type",
    "tag": "tags",
}


def _random_rule(random):
    rule = {}
    for column in random.sample(list(COLUMNS), random.randint(1, 3)):
        alternatives = [
            "".join(random.choices("ab*?%_!", k=3)) for _ in range(random.randint(1, 3))
        ]
        prefixes = ["n=", "N-=", "other="] if column == "tag" else [""]
        # A column of wildcards alone is refused where nothing else narrows the rule.
        rule[column] = "|".join(random.choice(prefixes) + "a" + one for one in alternatives)
    return rule


def _random_key(random):
    texts = ["a" + "".join(random.choices("ab%_!", k=random.randint(0, 4))) for _ in range(5)]
    columns = dict(zip(("resource_id", "x_service_code", "x_usage_type"), texts, strict=False))
    columns["resource_id"] = random.choice([None, columns["resource_id"]])
    return columns | {"tags": random.choice([{}, {"n": texts[3]}, {"n": texts[3], "other": "AB"}])}


def _matches(rule, key):
    return all(
        any(_matches_one(column, one, key[COLUMNS[column]]) for one in text.split("|"))
        for column, text in rule.items()
    )


def _matches_one(column, pattern, value):
    if column == "tag":
        tag, _, pattern = pattern.partition("=")
        value = value.get("other" if tag == "other" else "n", "").lower() or None
    if value is None:
        return False
    signs = {"*": ".*", "?": "."}
    return bool(re.fullmatch("".join(signs.get(sign, re.escape(sign)) for sign in pattern), value))


@pytest.mark.parametrize(
    "value", ["주문 API", unicodedata.normalize("NFD", "주문 api"), "주문\u00a0ＡＰＩ "]
)
def test_rule_finds_a_tag_however_it_was_typed(matched, value):
    charge = {"tags": {"app": value}, "x_cost_categories": {"unit": value}}
    for column, pattern in (("tag", "app=주문 api"), ("cost_category", "unit=주문*api")):
        assert matched({column: pattern}, keys=[charge]) == [["r1"]]
        assert matched({column: unicodedata.normalize("NFD", pattern)}, keys=[charge]) == [["r1"]]


def test_rule_finds_an_account_without_its_zero_and_in_either_case(matched):
    keys = [{"sub_account_id": one} for one in ("011254002932", "11254002932", "/SUB/Ab-1")]
    assert matched({"sub_account_id": "11254002932"}, keys=keys) == [["r1"], ["r1"], []]
    assert matched({"sub_account_id": "/sub/aB-1"}, keys=keys) == [[], [], ["r1"]]
    assert matched({"sub_account_id": "/sub/*"}, keys=keys) == [[], [], ["r1"]]
