import json
import re

import pytest

from finops.errors import BadInput
from finops.report.month.html import write_report
from tests.report.conftest import ROWS

HOSTILE = "</script><script>alert(1)</script><b>"


@pytest.fixture(scope="module")
def library():
    """The plotly.js of the page, which is not ours to check."""
    from plotly.offline import get_plotlyjs

    return get_plotlyjs()


def page(warehouse, folder, library, **options):
    text = write_report(warehouse, folder / "out" / "report.html", **options).read_text("utf-8")
    assert text.count(library) == 1
    return text.replace(library, "")


def figures(text):
    return json.loads(re.search(r"const figures = (\[.*\]);", text).group(1))


def test_the_page_holds_headline_tiles_charts_and_tables(warehouse, tmp_path, library):
    text = page(warehouse, tmp_path, library)
    assert "<title>Hanbat: AWS cost of October 2026</title>" in text
    assert "AWS cost before recoverable tax rose 20 % to 1,200 USD in October 2026" in text
    assert '<div class="value">28.00 KRW</div>' in text
    assert [figure["layout"]["title"]["text"] for figure in figures(text)] == [
        "<b>Cost by team</b>",
        "<b>What changed most in October 2026</b>",
        "<b>Cost by AWS service</b>",
        "<b>Cost of one order</b>",
        "<b>Cost as part of revenue</b>",
        "<b>Whose cost it is</b>",
    ]
    for cell in ("1,000", "−200", "search by rule R1", "(usage Requests)", "2026-10-31"):
        assert re.search(rf"<td[^>]*>{re.escape(cell)}</td>", text), cell


def test_the_page_needs_no_network(warehouse, tmp_path, library):
    text = page(warehouse, tmp_path, library)
    assert not re.search(r"(?:src|href)\s*=|@import|url\(", text)
    assert "default-src 'none'" in text


def test_text_of_tags_never_becomes_markup(make_warehouse, tmp_path, library):
    hostile = make_warehouse(
        aws_service_month=[(row[0], HOSTILE, *row[2:]) for row in ROWS["aws_service_month"][::2]],
        team_month=[(row[0], HOSTILE, *row[2:]) for row in ROWS["team_month"][:2]],
        untagged=[(*row[:4], HOSTILE, *row[5:]) for row in ROWS["untagged"]],
    )
    text = page(hostile, tmp_path, library)
    # Three scripts open and close: plotly.js, ours, and none of a tag.
    assert len(re.findall(r"<script", text)) == len(re.findall(r"</script", text)) == 2
    assert "<b>" not in text.partition("<script>")[0]
    assert "&lt;/script&gt;" in text
    drawn = figures(text)[0]["data"][0]["name"]
    assert drawn.startswith("&lt;/script&gt;")


def test_no_reader_sees_half_a_page(warehouse, tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old")
    write_report(warehouse, path)
    assert path.read_text("utf-8").rstrip().endswith("</html>")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_a_month_that_is_not_loaded_leaves_the_old_page(warehouse, tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(BadInput):
        write_report(warehouse, path, billing_period="2020-01")
    assert path.read_text() == "old"


def test_an_older_month_shows_no_later_one(warehouse, tmp_path, library):
    text = page(warehouse, tmp_path, library, billing_period="2026-09")
    assert "AWS cost of September 2026" in text
    assert figures(text)[0]["layout"]["xaxis"]["ticktext"] == ["Sep<br>2026"]


def test_without_teams_the_page_starts_with_services(make_warehouse, tmp_path, library):
    unowned = ("2026-10", "unowned", "USD", 1200, 1200, None, None, "USD", 1200)
    text = page(make_warehouse(team_month=[unowned], untagged=[]), tmp_path, library)
    assert figures(text)[0]["layout"]["title"]["text"] == "<b>Cost by AWS service</b>"
    assert "No budgets are set for this month" in text
    assert "Every charge has an owner by tag." in text
    assert "Nobody looked for anomalies." in text
