"""Each team has its part of an incident, and the parts are the whole, to the last digit."""

import datetime as dt
from decimal import Decimal

from finops.incidents.origin import Asked, origins_of
from finops.incidents.shares import team_parts
from tests.incidents.test_cause import END, FIRST, START, daily

SERVICE = {"service_name": "Amazon Elastic Compute Cloud"}


def test_a_team_has_what_its_own_cost_moved(bill):
    """Two teams cost 24 a day each; ads costs 48 from START on, in a week of 7 days."""
    before = START - dt.timedelta(days=1)
    ads = daily(FIRST, before, x_team="ads") + daily(START, END, n=2, x_team="ads")
    warehouse = bill(*daily(FIRST, END), *ads)
    origins = origins_of(warehouse, [Asked(SERVICE, START, END, 7 * 48.0)])
    assert team_parts(origins) == {
        "ads": {"actual": "336.0000000000", "excess": "168.0000000000"},
        "search": {"actual": "168.0000000000", "excess": "0.0000000000"},
    }


def test_the_parts_of_several_origins_are_added_up(bill):
    """As those of incidents that one price made one."""
    warehouse = bill(*daily(FIRST, END), *daily(FIRST, END, x_team="ads"))
    asked = [
        Asked({**SERVICE, "x_team": team}, START, END, cost)
        for team, cost in (("ads", 100.0), ("search", 150.0), ("ads", 168.0))
    ]
    parts = team_parts(origins_of(warehouse, asked))
    assert parts["ads"] == {"actual": "336.0000000000", "excess": "68.0000000000"}
    assert parts["search"] == {"actual": "168.0000000000", "excess": "18.0000000000"}


def test_what_was_expected_and_is_nowhere_before_is_with_the_team_that_costs_most(bill):
    warehouse = bill(*daily(START, END, n=2), *daily(START, END, x_team="ads"))
    origins = origins_of(warehouse, [Asked(SERVICE, START, END, 100.0)])
    excess = {team: Decimal(one["excess"]) for team, one in team_parts(origins).items()}
    assert excess == {"ads": Decimal(168), "search": Decimal(236)}


def test_an_incident_without_cost_has_no_parts(bill):
    assert team_parts(origins_of(bill(), [Asked(SERVICE, START, END, 0.0)])) == {}
