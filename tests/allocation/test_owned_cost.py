"""Who owns a charge: its tag, else the first rule, else nobody."""

import datetime as dt

DAY = dt.date(2026, 7, 1)
MONTH = "2026-07"
TEAMS = [
    {"team": "search", "kind": "team", "cost_centre": "CC-1"},
    {"team": "order", "kind": "team"},
]
TAG_KEYS = [
    {"tag_key": "team", "dimension": "team", "priority": 1},
    {"tag_key": "owner", "dimension": "team", "priority": 2},
    {"tag_key": "service", "dimension": "service", "priority": 1},
]
NAMES = [
    {"dimension": "team", "match_key": "search", "value": "search"},
    {"dimension": "team", "match_key": "searchteam", "value": "search"},
    {"dimension": "service", "match_key": "orderapi", "value": "order-api"},
]
SERVICES = [{"service": "order-api", "team": "order"}]


def key(number=1, **values):
    return {
        "billing_period": MONTH,
        "x_owner_key": number,
        "x_service_code": "AmazonEC2",
        "tags": {},
    } | values


def pattern(rank, team, **values):
    always = {"valid_from": dt.date(1, 1, 1), "valid_to": dt.date(9999, 12, 31)}
    return {"x_rule_id": f"r{rank}", "x_rank": rank, "x_team": team} | always | values


def tag_owner(run_model, tags):
    rows = run_model(
        "facts.tag_owners",
        {
            "facts.owner_keys": [key(tags=tags)],
            "mappings.tag_keys": TAG_KEYS,
            "mappings.names": NAMES,
            "mappings.services": SERVICES,
        },
    )
    return [(row["x_team"], row["x_service"]) for row in rows]


def rule_ids(run_model, one_key, *patterns):
    inputs = {"facts.owner_keys": [one_key], "mappings.rule_patterns": list(patterns)}
    return sorted(row["x_rule_id"] for row in run_model("facts.rule_matches", inputs))


def owned(run_model, days=(DAY,), tags=(), matches=(), **values):
    rows = run_model(
        "facts.owned_cost",
        {
            "facts.daily_cost": [
                {
                    "billing_period": MONTH,
                    "x_owner_key": 1,
                    "charge_date": day,
                    "effective_cost": 2,
                    **values,
                }
                for day in days
            ],
            "facts.tag_owners": list(tags),
            "facts.rule_matches": list(matches),
            "mappings.teams": TEAMS,
        },
    )
    return [(row["x_team"], row["x_owner_method"], row["x_rule_id"]) for row in rows]


def test_spellings_of_one_name_are_one_team(run_model):
    for spelling in ("search", "Search", "SEARCH", "search-team", "Search Team", "search_team"):
        assert tag_owner(run_model, {"team": spelling}) == [("search", None)]


def test_service_tag_names_the_team_that_runs_it(run_model):
    assert tag_owner(run_model, {"service": "Order API"}) == [("order", "order-api")]


def test_first_key_wins_and_an_unknown_value_is_no_owner(run_model):
    assert tag_owner(run_model, {"team": "search", "owner": "nobody"}) == [("search", None)]
    assert tag_owner(run_model, {"team": "project x", "owner": "search"}) == [("search", None)]
    assert tag_owner(run_model, {"team": "project x"}) == []


def test_rule_matches_by_pattern(run_model):
    one_key = key(resource_id="arn:aws:rds:search-db_1", sub_account_id="0123")
    assert rule_ids(run_model, one_key, pattern(1, "search", resource_id="%search%")) == ["r1"]
    assert rule_ids(run_model, one_key, pattern(1, "search", resource_id="%search-db!_1")) == ["r1"]
    assert rule_ids(run_model, one_key, pattern(1, "search", resource_id="%search-db!_")) == []
    assert rule_ids(run_model, one_key, pattern(1, "search", region_id="ap-%")) == []


def test_two_alternatives_of_a_rule_match_once(run_model):
    both = [pattern(1, "search", x_service_code=code) for code in ("Amazon%", "%EC2")]
    assert rule_ids(run_model, key(), *both) == ["r1"]


def test_tag_comes_before_rule(run_model):
    tags = [{"billing_period": MONTH, "x_owner_key": 1, "x_team": "search"}]
    rule = {"billing_period": MONTH, "x_owner_key": 1, **pattern(1, "order")}
    assert owned(run_model, tags=tags, matches=[rule]) == [("search", "tag", None)]


def test_first_rule_wins(run_model):
    matches = [
        {"billing_period": MONTH, "x_owner_key": 1, **pattern(rank, team)}
        for rank, team in ((2, "search"), (1, "order"))
    ]
    assert owned(run_model, matches=matches) == [("order", "rule", "r1")]


def test_rule_holds_from_its_day_to_the_day_before_its_end(run_model):
    june, july = dt.date(2026, 6, 30), DAY
    old = {"billing_period": MONTH, "x_owner_key": 1, **pattern(1, "order"), "valid_to": july}
    new = {"billing_period": MONTH, "x_owner_key": 1, **pattern(2, "search"), "valid_from": july}
    assert sorted(owned(run_model, days=(june, july), matches=[old, new])) == [
        ("order", "rule", "r1"),
        ("search", "rule", "r2"),
    ]


def test_untagged_cost_keeps_its_row(run_model):
    assert owned(run_model) == [("unowned", "unowned", None)]
