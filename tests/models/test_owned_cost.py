"""Who owns a charge: exact list, tag, rule, the account's default, else nobody."""

import datetime as dt

JUNE, JULY = dt.date(2026, 6, 30), dt.date(2026, 7, 1)
MONTH = "2026-07"
ALWAYS = {"valid_from": dt.date(1, 1, 1), "valid_to": dt.date(9999, 12, 31)}
TEAMS = [
    ALWAYS | {"team": "search", "cost_centre": "CC-1"},
    ALWAYS | {"team": "order", "cost_centre": ""},
]


def key(**values):
    return {
        "billing_period": MONTH,
        "x_owner_key": 1,
        "sub_account_id": "0123",
        "resource_id": "i-1",
        "x_first_charge_date": JULY,
        "x_last_charge_date": JULY,
    } | values


def tagged(**values):
    return {"billing_period": MONTH, "x_owner_key": 1, "x_tag_key": "team"} | values


def rule(rank, team, **values):
    return {"x_rule_id": f"r{rank}", "x_rank": rank, "x_team": team} | ALWAYS | values


def direct(run_model, one_key=None, *, tags=(), rules=(), resources=()):
    """Return what decides each day; every rule matches."""
    place = {"billing_period": MONTH, "x_owner_key": 1}
    names = ("x_rank", "x_rule_id")
    rows = run_model(
        "owners.direct_owners",
        {
            "owners.owner_keys": [one_key or key()],
            "owners.tag_owners": list(tags),
            "owners.rule_matches": [place | {name: one[name] for name in names} for one in rules],
            "mappings.rule_owners": list(rules),
            "mappings.resource_owners": [
                ALWAYS | {"resource_id": "i-1"} | one for one in resources
            ],
        },
    )
    return sorted(rows, key=lambda row: row["charge_date"])


def decided(run_model, *names, **inputs):
    return [tuple(row[name] for name in names) for row in direct(run_model, **inputs)]


def owned(run_model, direct_owners=(), accounts=(), tags=(), day=JULY):
    place = {"billing_period": MONTH, "x_owner_key": 1, "charge_date": day}
    rows = run_model(
        "facts.owned_cost",
        {
            "facts.daily_cost": [place | {"sub_account_id": "0123", "effective_cost": 2}],
            "owners.direct_owners": [place | one for one in direct_owners],
            "owners.tag_owners": list(tags),
            "mappings.account_owners": [
                ALWAYS | {"sub_account_id": "0123", "x_account_key": "0123"} | one
                for one in accounts
            ],
            "mappings.team_days": TEAMS,
        },
    )
    assert len(rows) == 1
    return rows[0]


WHO = ("x_team", "x_owner_method", "x_owner_source")


def test_exact_list_comes_before_tag_and_tag_before_rule(run_model):
    tags, rules = [tagged(x_team="search")], [rule(1, "order")]
    resources = [{"x_team": "payment"}]
    found = decided(run_model, *WHO, tags=tags, rules=rules, resources=resources)
    assert found == [("payment", "resource", "i-1")]
    assert decided(run_model, *WHO, tags=tags, rules=rules) == [("search", "tag", "team")]
    assert decided(run_model, *WHO, rules=rules) == [("order", "rule", "r1")]
    assert decided(run_model, *WHO) == []


def test_first_rule_wins(run_model):
    rules = [rule(2, "search"), rule(1, "order")]
    assert decided(run_model, "x_team", "x_rule_id", rules=rules) == [("order", "r1")]


def test_a_reorganisation_in_july_does_not_rewrite_june(run_model):
    one_key = key(x_first_charge_date=JUNE - dt.timedelta(1), x_last_charge_date=JULY)
    rules = [rule(1, "order", valid_to=JULY), rule(2, "search", valid_from=JULY)]
    assert decided(run_model, "charge_date", "x_team", one_key=one_key, rules=rules) == [
        (dt.date(2026, 6, 29), "order"),
        (JUNE, "order"),
        (JULY, "search"),
    ]


def test_exact_list_holds_on_its_days_and_the_rule_on_the_others(run_model):
    one_key = key(x_first_charge_date=JUNE)
    resources = [{"x_team": "search", "valid_from": JULY}]
    found = decided(run_model, *WHO, one_key=one_key, rules=[rule(1, "order")], resources=resources)
    assert found == [("order", "rule", "r1"), ("search", "resource", "i-1")]


def test_rule_that_has_ended_gives_way_to_the_next(run_model):
    rules = [rule(1, "order", valid_to=JULY), rule(2, "search")]
    assert decided(run_model, "x_team", rules=rules) == [("search",)]


def test_weaker_source_refines_a_stronger_one_only_within_its_team(run_model):
    rules = [rule(1, "order", x_service="cart", x_environment="prod", x_cost_centre="CC-9")]
    names = ("x_team", "x_service", "x_environment", "x_cost_centre")
    same = decided(run_model, *names, tags=[tagged(x_team="order")], rules=rules)
    other = decided(run_model, *names, tags=[tagged(x_team="search")], rules=rules)
    assert same == [("order", "cart", "prod", None)]
    assert other == [("search", None, "prod", None)]


def test_cost_centre_of_a_tag_without_owner_counts_before_that_of_the_rule(run_model):
    tags = [tagged(x_cost_centre="CC-7", x_tag_key=None)]
    rules = [rule(1, "order", x_cost_centre="CC-9")]
    names = ("x_team", "x_cost_centre", "x_owner_method")
    assert decided(run_model, *names, tags=tags, rules=rules) == [("order", "CC-7", "rule")]
    assert decided(run_model, *names, rules=rules) == [("order", "CC-9", "rule")]


def test_account_default_owns_what_nothing_else_does(run_model):
    accounts = [{"x_team": "order", "x_service": "cart", "x_environment": "prod"}]
    row = owned(run_model, accounts=accounts)
    assert [row[name] for name in WHO] == ["order", "account", "0123"]
    assert (row["x_service"], row["x_environment"]) == ("cart", "prod")
    assert row["x_cost_centre"] == "unowned"


def test_account_default_gives_way_to_a_direct_owner(run_model):
    found = {"x_team": "search", "x_owner_method": "tag", "x_owner_source": "team"}
    row = owned(run_model, [found], accounts=[{"x_team": "order", "x_service": "cart"}])
    assert [row[name] for name in WHO] == ["search", "tag", "team"]
    assert (row["x_service"], row["x_cost_centre"]) == ("unowned", "CC-1")


def test_account_default_holds_on_its_days(run_model):
    accounts = [{"x_team": "order", "valid_to": JULY}]
    assert owned(run_model, accounts=accounts, day=JUNE)["x_team"] == "order"
    assert owned(run_model, accounts=accounts, day=JULY)["x_team"] == "unowned"


def test_untagged_cost_keeps_its_row(run_model):
    row = owned(run_model)
    assert [row[name] for name in WHO] == ["unowned", "unowned", None]
    assert (row["x_service"], row["x_environment"]) == ("unowned", "unknown")


def test_tags_without_an_owner_still_name_environment_and_cost_centre(run_model):
    tags = [tagged(x_environment="dev", x_cost_centre="CC-7", x_tag_key=None)]
    row = owned(run_model, tags=tags)
    assert (row["x_team"], row["x_environment"], row["x_cost_centre"]) == ("unowned", "dev", "CC-7")
