import json

import pandas as pd
from rich.console import Console

from finops.report.month.console import page
from finops.report.month.summary import summarise
from tests.report.conftest import ROWS


def printed(summary):
    console = Console(width=100, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(page(summary))
    return capture.get()


def test_the_page_fits_a_hundred_columns(warehouse):
    text = printed(summarise(warehouse))
    assert max(len(line) for line in text.splitlines()) <= 100
    assert "Hanbat: AWS cost of October 2026" in text


def test_numbers_stand_right_aligned_with_their_unit(warehouse):
    lines = [line.rstrip() for line in printed(summarise(warehouse)).splitlines()]
    name = " Cost of the month before recoverable tax"
    assert f"{name}   1,200 USD   1,680,000 KRW; +20 % against Sep 2026" in lines
    movers = [line for line in lines if line.startswith((" Amazon EC2", " AWS Glue"))]
    assert movers == [
        " Amazon EC2         800      1,200     +400      +50 %",
        " AWS Glue           200          0     −200     −100 %",
    ]


def test_names_of_tags_are_not_read_as_markup(make_warehouse):
    names = ["[red]team[/red]", "[/]"]
    teams = [(row[0], name, *row[2:]) for row, name in zip(ROWS["team_month"], names, strict=False)]
    text = printed(summarise(make_warehouse(team_month=teams)))
    assert "[red]team[/red]" in text
    assert "[/]" in text


def test_control_characters_do_not_reach_the_terminal(make_warehouse):
    teams = [(row[0], "a\x1b[2Jb", *row[2:]) for row in ROWS["team_month"][:2]]
    assert "\x1b" not in printed(summarise(make_warehouse(team_month=teams)))


def test_what_is_missing_is_left_out(make_warehouse):
    unowned = ("2026-10", "unowned", "USD", 1200, 1200, None, None, "USD", 1200)
    text = printed(summarise(make_warehouse(team_month=[unowned])))
    assert "by team" not in text
    assert "Budgets of" not in text


def test_an_anomaly_is_a_line_with_its_cause(warehouse):
    effects = {"usage": 300}
    cause = {"sentence": "EC2 for search: 3 more servers.", "excess": 300, "effects": effects}
    row = {
        "key": "search / Amazon EC2",
        "kind": "level_shift",
        "incomplete": False,
        "start": pd.Timestamp("2026-10-05"),
        "end": pd.Timestamp("2026-10-31"),
        "expected": 500.0,
        "actual": 800.0,
        "excess": 300.0,
        "state": "open",
        "normal_on": pd.NaT,
        "back_on": pd.NaT,
        "causes": json.dumps([cause | {"resources": [], "changes": []}]),
    }
    text = printed(summarise(warehouse, anomalies=pd.DataFrame([row])))
    assert "search / Amazon EC2: level shift since Monday 2026-10-05, by now 300 USD" in text
    assert "    EC2 for search: 3 more servers." in text


def test_a_month_without_anomalies_says_so(warehouse):
    none = pd.DataFrame(columns=["key", "kind", "start", "end", "excess"])
    assert "No cost of this month stands out." in printed(summarise(warehouse, anomalies=none))
