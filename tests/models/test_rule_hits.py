"""What the rules report says of each rule: what it decides, and what else claims its charges."""

import datetime as dt

from tests.conftest import usd

JUNE, JULY = dt.date(2026, 6, 30), dt.date(2026, 7, 1)
MONTH = "2026-07"
ALWAYS = {"valid_from": dt.date(1, 1, 1), "valid_to": dt.date(9999, 12, 31)}


def rule(rank, team, priority=1, **values):
    one = {"x_rank": rank, "x_rule_id": f"r{rank}", "x_line": rank + 1, "x_team": team}
    return one | {"x_priority": priority} | ALWAYS | values


def keys_of(run_model, rules, matches, direct=(), decides=()):
    """Return one row per rule; `matches` are pairs of key and rank, `direct` of key and source."""
    place = {"billing_period": MONTH}
    rows = run_model(
        "owners.rule_keys",
        {
            "owners.owner_keys": [
                place
                | {"x_owner_key": key, "x_first_charge_date": JULY, "x_last_charge_date": JULY}
                for key in sorted({key for key, _ in matches})
            ],
            "owners.rule_matches": [
                place | {"x_owner_key": key, "x_rank": rank, "x_rule_id": f"r{rank}"}
                for key, rank in matches
            ],
            "owners.direct_owners": [
                place
                | {"x_owner_key": key, "charge_date": JULY}
                | dict(zip(("x_owner_method", "x_owner_source"), source, strict=True))
                for key, source in direct
            ],
            "owners.rule_cost": [place | {"x_rule_id": f"r{rank}"} for rank in decides],
            "mappings.rule_owners": rules,
        },
    )
    return {row["x_rule_id"]: row for row in rows}


def conflicts(run_model, *rules):
    """Return how many of two keys that all rules match are in conflict, and with what."""
    matches = [(key, one["x_rank"]) for key in (1, 2) for one in rules]
    rows = keys_of(run_model, list(rules), matches)
    return {
        name: (row["x_conflicting_keys"], row["x_conflicts_with"]) for name, row in rows.items()
    }


def test_rules_of_one_priority_and_two_owners_are_in_conflict(run_model):
    found = conflicts(run_model, rule(1, "search"), rule(2, "order"), rule(3, "menu"))
    assert found == {"r1": (2, "r2"), "r2": (2, "r1"), "r3": (2, "r1")}


def test_rules_of_two_priorities_one_owner_or_other_days_are_not_in_conflict(run_model):
    none = {"r1": (0, None), "r2": (0, None)}
    assert conflicts(run_model, rule(1, "search"), rule(2, "order", priority=2)) == none
    assert conflicts(run_model, rule(1, "search"), rule(2, "search")) == none
    assert conflicts(run_model, rule(1, "search"), rule(2, "order", valid_to=JULY)) == none
    assert conflicts(run_model, rule(1, "a", valid_to=JULY), rule(2, "b", valid_from=JULY)) == none


def test_one_team_and_two_services_are_two_owners(run_model):
    cart, api = rule(1, "order", x_service="cart"), rule(2, "order", x_service="order-api")
    assert conflicts(run_model, cart, api) == {"r1": (2, "r2"), "r2": (2, "r1")}


def test_rule_that_decides_nothing_is_shadowed_by_what_decides_most(run_model):
    tag, other = ("tag", "team"), ("rule", "r1")
    rules = [rule(1, "search"), rule(2, "search")]
    matches = [(1, 2), (2, 2), (3, 2), (1, 1)]
    direct = [(1, other), (2, tag), (3, tag)]
    rows = keys_of(run_model, rules, matches, direct, decides=[1])
    assert rows["r2"]["x_shadowed_by"] == "tag team"
    assert rows["r2"]["x_matched_keys"] == 3
    assert rows["r1"]["x_shadowed_by"] is None


def hits(run_model, rules, keys=(), cost=()):
    rows = run_model(
        "marts.rule_hits",
        {
            "mappings.rule_owners": rules,
            "owners.rule_keys": [
                {"billing_period": MONTH, "x_conflicting_keys": 0} | one for one in keys
            ],
            "owners.rule_cost": [
                {"billing_period": MONTH, "billing_currency": "USD"} | one for one in cost
            ],
        },
    )
    return sorted(rows, key=lambda row: (row["x_rank"], row["billing_currency"] or ""))


def test_rule_is_used_shadowed_or_dead(run_model):
    rules = [rule(1, "search"), rule(2, "search"), rule(3, "search")]
    keys = [
        {"x_rule_id": "r1", "x_matched_keys": 2},
        {"x_rule_id": "r2", "x_matched_keys": 3, "x_shadowed_by": "tag team"},
    ]
    cost = [{"x_rule_id": "r1", "x_decided_keys": 1, "effective_cost": 5}]
    rows = hits(run_model, rules, keys, cost)
    names = ("x_rule_id", "x_line", "x_state", "x_matched_keys", "x_decided_keys", "x_shadowed_by")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("r1", 2, "used", 2, 1, None),
        ("r2", 3, "shadowed", 3, 0, "tag team"),
        ("r3", 4, "dead", 0, 0, None),
    ]


def test_months_add_up_and_currencies_do_not(run_model):
    keys = [
        {"x_rule_id": "r1", "x_matched_keys": 2, "billing_period": "2026-06"},
        {"x_rule_id": "r1", "x_matched_keys": 3},
    ]
    one = {"x_rule_id": "r1", "x_decided_keys": 1}
    cost = [
        one | {"effective_cost": 5, "billing_period": "2026-06", "x_last_charge_date": JUNE},
        one | {"effective_cost": 7, "x_last_charge_date": JULY},
        one | {"effective_cost": 9, "billing_currency": "CNY", "x_last_charge_date": JUNE},
    ]
    rows = hits(run_model, [rule(1, "search")], keys, cost)
    names = ("billing_currency", "x_matched_keys", "effective_cost", "x_last_charge_date")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("CNY", 5, usd(9), JUNE),
        ("USD", 5, usd(12), JULY),
    ]
