"""One cause is one incident, whichever series it shows in, and two causes stay two."""

import pandas as pd

from finops.incidents.levels import FINE
from finops.incidents.merge import Candidate, groups_of, join_service, told_by

NAMES = ["x_team", "service_name", "x_usage_type", "resource_id"]


def candidate(
    key, start="2026-10-05", end="2026-10-09", *, excess=100.0, detected=None, kind="spike"
):
    values = key.split(" / ")
    row = {
        "key": key,
        "start": pd.Timestamp(start),
        "end": pd.Timestamp(end),
        "detected_on": pd.Timestamp(detected or start),
        "kind": kind,
        "excess": excess,
        "score": 9.0 if excess > 0 else -9.0,
    }
    if values[0] == "*":
        return Candidate("service", {"service_name": values[1]}, row)
    return Candidate(FINE[len(values) - 2], dict(zip(NAMES, values, strict=False)), row)


def shown(*candidates):
    """Return what is shown of each group, and what was raised first."""
    groups = groups_of(list(candidates))
    return [(group.shown.row["key"], group.root.row["key"]) for group in groups]


def test_all_levels_of_one_cause_are_one_incident_with_the_widest_money():
    levels = ["a / EC2", "a / EC2 / Box", "a / EC2 / Box / i-1", "a / EC2 / Box / i-2"]
    assert shown(*map(candidate, levels)) == [("a / EC2", "a / EC2")]


def test_what_was_raised_first_stays_the_root_when_a_wider_series_follows():
    first = candidate("a / EC2 / Box / i-1")
    later = candidate("a / EC2", start="2026-10-07", detected="2026-10-07")
    assert shown(later, first) == [("a / EC2", "a / EC2 / Box / i-1")]


def test_resources_of_one_usage_type_are_one_incident():
    assert len(shown(candidate("a / EC2 / Box / i-1"), candidate("a / EC2 / Box / i-2"))) == 1


def test_other_usage_types_teams_days_and_directions_are_other_incidents():
    others = [
        candidate("a / EC2 / Box"),
        candidate("a / EC2 / NAT"),
        candidate("b / EC2 / Box"),
        candidate("a / EC2", start="2026-10-20", end="2026-10-22"),
        candidate("a / EC2 / Box", start="2026-10-09", end="2026-10-22"),
        candidate("a / EC2 / Box", excess=-100.0),
    ]
    assert len(shown(*others)) == 6


def test_a_leak_that_shows_weeks_later_on_another_level_is_one_incident():
    leak = candidate("a / S3 / Storage", end="2026-11-30", kind="slow_leak")
    wider = candidate("a / S3", start="2026-10-28", end="2026-11-30")
    assert shown(leak, wider) == [("a / S3", "a / S3 / Storage")]


def test_a_service_that_changed_for_several_teams_is_one_incident():
    groups = groups_of([candidate("a / DynamoDB"), candidate("b / DynamoDB"), candidate("b / EC2")])
    joined, told = join_service(groups, candidate("* / DynamoDB", excess=210.0))
    assert told
    assert sorted(group.shown.row["key"] for group in joined) == ["* / DynamoDB", "b / EC2"]


def test_a_service_that_changed_for_one_team_is_that_teams():
    groups = groups_of([candidate("a / DynamoDB")])
    joined, told = join_service(groups, candidate("* / DynamoDB", excess=110.0))
    assert told
    assert [group.shown.row["key"] for group in joined] == ["a / DynamoDB"]


def test_a_service_is_not_told_by_a_small_part_of_its_money():
    groups = groups_of([candidate("a / DynamoDB")])
    joined, told = join_service(groups, candidate("* / DynamoDB", excess=900.0))
    assert not told
    assert joined == groups


def test_a_wide_candidate_is_told_by_groups_that_have_what_all_its_cost_has():
    groups = groups_of([candidate("a / DynamoDB")])
    wide = candidate("* / DynamoDB", excess=120.0)
    assert told_by(groups, wide, {"x_team": "a"})
    assert not told_by(groups, wide, {"x_team": "b"})
