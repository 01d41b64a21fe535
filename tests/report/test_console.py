from rich.console import Console

from finops.report.console import page
from finops.report.summary import summarise
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
    assert " Cost of the month           1,200 USD   1,680,000 KRW; +20 % against Sep 2026" in lines
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
