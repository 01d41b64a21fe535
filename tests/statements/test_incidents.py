"""What a statement says of incidents: what was marked as expected, and whose a shared one is."""

import json
import shutil
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import finops
from finops.coins import whole
from finops.incidents import record as incidents
from finops.report.statements.files import write_statements
from finops.report.statements.page import statement_page
from finops.report.statements.sections import sections
from finops.statements import statement as module
from finops.statements.incidents import incidents_of
from finops.statements.statement import statements
from tests.conftest import line, write_bill
from tests.incidents.test_record import anomaly, frame
from tests.incidents.test_sentences import kept
from tests.statements.test_statement import EMPTY

TEAMS = {
    "ads": {"actual": "300.4", "excess": "100.4"},
    "data": {"actual": "90.6", "excess": "0.4"},
    "search": {"actual": "609.2", "excess": "-20.4"},
}
SHARED = anomaly(
    key="* / EC2",
    level="service",
    expected=919.8,
    actual=1000.2,
    excess=80.4,
    teams=json.dumps(TEAMS),
)
KEY = "unowned / Amazon Elastic Compute Cloud"


@pytest.fixture
def warehouse(project, monkeypatch):
    """A bill of one line that nobody owns, with one anomaly of it."""
    write_bill(project / "bill.parquet", [line(line_item_unblended_cost=300.0)])
    found = frame(anomaly(key=KEY, causes=json.dumps([kept()])))
    monkeypatch.setattr(module, "find", lambda _: found)
    with finops.connect(project) as one:
        one.load(project / "bill.parquet")
        one.build()
        yield one


def expect(warehouse, reason):
    project = warehouse.settings.project
    ((id_,),) = incidents.record(project, module.find(warehouse))[["id"]].to_numpy()
    incidents.expect(project, id_, reason)


def tables(warehouse, language="en"):
    (one,) = statements(warehouse, "2026-10")
    return sections(one, language)


def test_an_anomaly_that_nobody_marked_stands_alone(warehouse):
    found = tables(warehouse)
    assert [row[0] for row in found["anomalies"].rows] == ["2026-10-05"]
    assert "expected" not in found


@pytest.mark.parametrize(
    ("language", "row"),
    [
        ("en", ("2026-10-05", "2026-10-07", KEY[10:], "spike", "+200", "load test")),
        ("ko", ("2026-10-05", "2026-10-07", KEY[10:], "급증", "+200", "load test")),
    ],
)
def test_what_was_marked_as_expected_is_listed_apart_with_its_reason(warehouse, language, row):
    expect(warehouse, "load test")
    found = tables(warehouse, language)
    assert found["anomalies"].rows == []
    assert found["expected"].rows == [row]


def test_a_statement_is_the_same_bytes_until_something_is_marked_as_expected(warehouse, tmp_path):
    def written(name):
        paths = write_statements(warehouse, "2026-10", tmp_path / name)
        return {path.name: path.read_bytes() for path in paths}

    (before,) = statements(warehouse, "2026-10")
    first = written("one")
    incidents.record(warehouse.settings.project, module.find(warehouse))
    assert written("two") == first
    expect(warehouse, "load test")
    marked = written("three")
    assert marked != first
    assert written("four") == marked
    (after,) = statements(warehouse, "2026-10")
    assert after.reference == before.reference
    assert after.total == before.total


def test_a_reason_is_no_markup_and_no_formula(warehouse, tmp_path):
    expect(warehouse, '=cmd|"/c calc"!A1 <script>alert(1)</script>')
    page, book, *_ = write_statements(warehouse, "2026-10", tmp_path / "out")
    assert "<script>alert" not in page.read_text()
    assert "&lt;script&gt;alert" in page.read_text()
    with zipfile.ZipFile(book) as parts:
        assert "<f>" not in parts.read("xl/worksheets/sheet5.xml").decode()
        assert "=cmd|" in parts.read("xl/sharedStrings.xml").decode()


def told(found, team):
    columns = ["expected", "actual", "excess", "shared_by", "whole_excess"]
    return incidents_of(found, team)[columns].to_numpy().tolist()


def test_each_team_of_a_shared_incident_is_told_its_part():
    found = frame(SHARED)
    assert told(found, "ads") == [[200, 300, 100, 2, 80]]
    assert told(found, "search") == [[629, 609, -20, 2, 80]]
    # Its part is less than half a unit.
    assert told(found, "data") == []
    assert told(found, "order") == []


def test_an_incident_of_one_team_is_told_to_it_alone_and_as_it_is():
    found = frame(anomaly(key="search / EC2", excess=200.5))
    assert told(found, "search") == [[100.0, 300.0, 200.5, 1, 200.5]]
    assert told(found, "ads") == []


_MONEY = st.decimals(-100_000, 100_000, places=10)


@given(st.dictionaries(st.sampled_from("abcdef"), st.tuples(_MONEY, _MONEY), min_size=1))
def test_the_parts_of_all_teams_add_up_to_the_incident(parts):
    teams = {team: {"actual": str(a), "excess": str(e)} for team, (a, e) in parts.items()}
    found = frame(SHARED | {"teams": json.dumps(teams)})
    rows = [row for team in teams for row in told(found, team)]
    excess = sum(e for _, e in parts.values())
    assert sum(row[2] for row in rows) == whole(excess)
    assert all(row[0] + row[2] == row[1] and row[4] == whole(excess) for row in rows)


@pytest.fixture(scope="module")
def empty(sample_project):
    """A statement of the sample company to put incidents into."""
    with pytest.MonkeyPatch.context() as patch, finops.connect(sample_project) as one:
        patch.setattr(module, "find", lambda _: EMPTY)
        patch.setattr(module, "worklist", lambda _: EMPTY)
        return statements(one, "2026-10", team="ads")[0]


@pytest.mark.parametrize(
    ("values", "english", "korean"),
    [
        (
            {},
            "EC2, shared incident of 2 teams, +80 in all",
            "EC2, 2개 팀의 공동 항목, 전체 +80",
        ),
        (
            {"key": "* / account 012345678901", "level": "account"},
            "account 012345678901, shared incident of 2 teams, +80 in all",
            "계정 012345678901, 2개 팀의 공동 항목, 전체 +80",
        ),
        (
            {"key": "*"},
            "all AWS services, shared incident of 2 teams, +80 in all",
            "모든 AWS 서비스, 2개 팀의 공동 항목, 전체 +80",
        ),
    ],
)
def test_a_shared_incident_is_named_so_with_what_it_is_in_all(empty, values, english, korean):
    found = incidents_of(frame(SHARED | values).assign(status="", reason=""), "ads")
    for language, where in (("en", english), ("ko", korean)):
        table = sections(replace(empty, anomalies=found), language)["anomalies"]
        (row,) = table.rows
        assert row[2] == where
        assert row[4:7] == ("200", "300", "+100")
        assert table.note
    assert "add up" not in sections(empty, "en")["anomalies"].note


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(("width", "medium"), [(1280, "screen"), (703, "print")])
def test_dates_and_amounts_of_incidents_stay_in_one_line(empty, tmp_path, language, width, medium):
    """On a screen and in the 186 mm that a page of A4 has, beside long texts."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright")
    chromium = shutil.which("chromium") or pytest.skip("no Chromium: apt-get install chromium")
    long = json.dumps([kept(what="coverage", commitment="reservation", commitment_id="9fb4996a")])
    row = SHARED | {"key": f"* / {KEY[10:]}", "kind": "level_shift", "causes": long}
    found = frame(row, row).assign(status=["", "expected"], reason=["", "planned " * 30])
    one = replace(empty, anomalies=incidents_of(found, "ads"))
    path = tmp_path / "statement.html"
    path.write_text(statement_page(one, language), encoding="utf-8")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 1000})
        page.emulate_media(media=medium)
        page.goto(f"file://{path}")
        lines = page.evaluate(_LINES)
        browser.close()
    assert len(lines) > 20
    assert set(lines) == {1}


# How many lines of text each cell of a date or an amount has, and each header of a Korean page.
_LINES = """() => [...document.querySelectorAll("td.day, td.number, html[lang=ko] th")].map(cell => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return Math.max(new Set([...range.getClientRects()].map(one => one.top)).size, 1);
})"""
