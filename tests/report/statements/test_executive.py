"""One page for executives: it adds up, says what is missing, and fits on A4."""

import re
import shutil
from decimal import Decimal

import pytest

import finops
from finops.languages import texts
from finops.report.statements import executive
from finops.report.statements.executive import executive_page
from finops.statements import statement as module
from finops.statements.statement import statements
from tests.statements.test_statement import EMPTY


@pytest.fixture(scope="module")
def warehouse(sample_project):
    with pytest.MonkeyPatch.context() as patch, finops.connect(sample_project) as one:
        patch.setattr(module, "find", lambda _: EMPTY)
        patch.setattr(module, "worklist", lambda _: EMPTY)
        yield one


@pytest.fixture(scope="module")
def october(warehouse):
    return statements(warehouse, "2026-10")


def cells(page, row):
    """The cells of the rows that begin with `row`."""
    found = re.findall(rf"<tr><td>{row}</td>(.*?)</tr>", page)
    return [re.findall(r"<td[^>]*>(.*?)</td>", one) for one in found]


def test_movers_and_budgets_add_up_to_the_month(warehouse, october):
    page = executive_page(warehouse, october, "en")
    teams, services, budgets = cells(page, "all")
    assert teams == services == ["2,522,126.68", "+165,288.70"]
    assert budgets == ["2,522,126.68", "2,487,000.00", "−35,126.68", "101 %"]
    assert "differs by 0.00" in page
    assert "are 2,522,126.68 USD of effective cost before recoverable tax." in page
    assert "The bill is 2,655,785.77, 241,435.04 of it recoverable tax" in page


def test_measures_are_those_of_the_marts_with_change_and_trend(warehouse, october):
    page = executive_page(warehouse, october, "en")
    values = re.findall(r'class="value">(.*?)<.*?class="detail">(.*?)<', page)
    assert values == [
        ("2,522,127 USD", "+7.0 % against September 2026"),
        ("38.05 KRW", "−5.3 % against September 2026"),
        ("1.45 %", "−5.8 % against September 2026"),
        ("−35,127 USD", "101 % of the budget is used"),
    ]
    assert page.count("<polyline") == 4


def test_a_trend_stands_on_its_own_range():
    assert executive._points([2.0, None, 4.0]) == [(0.0, 30.0), (200.0, 0.0)]
    assert executive._points([None, 4.0]) == []


def test_the_first_month_and_missing_data_are_said(warehouse):
    page = executive_page(warehouse, statements(warehouse, "2025-10"), "en")
    assert page.count("the first month loaded") >= 3
    assert "<polyline" not in page
    assert "The lines are" not in page


def test_a_missing_measure_is_a_dash_and_a_reason(warehouse, october):
    months = warehouse.sql(executive.queries.COMPANY, period="2026-10", currency="USD")
    rows = months.assign(x_effective_cost_to_revenue=None).to_dict("records")[::-1]
    shown = executive._measures(october[0].month, rows, "en")[2]
    assert (shown.value, shown.detail, shown.points) == (
        "–",
        "no data in business/ for every day",
        [],
    )


def test_the_korean_page_has_no_english_label_and_loads_nothing(warehouse, october):
    page = executive_page(warehouse, october, "ko")
    for surface in ("statement", "term"):
        english, korean = (texts(surface, language) for language in ("en", "ko"))
        for key, text in english.items():
            assert text == korean[key] or f">{text}<" not in page
    assert not re.search(r"<script|src=|href=|https?://", page)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ko"])
def test_it_is_printed_on_one_page_of_a4(warehouse, october, tmp_path, language):
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright")
    chromium = shutil.which("chromium") or pytest.skip("no Chromium: apt-get install chromium")
    path = tmp_path / "executive.html"
    path.write_text(executive_page(warehouse, october, language), encoding="utf-8")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"file://{path}")
        printed = page.pdf(prefer_css_page_size=True)
        browser.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_own_cost_of_all_budgets_is_the_cost_of_the_month(warehouse, october):
    page = executive_page(warehouse, october, "en")
    table = page[page.index("Budgets, own cost") :]
    rows = re.findall(r"<tr><td>(.*?)</td><td[^>]*>(.*?)</td>", table)
    shown = {name: Decimal(own.replace(",", "")) for name, own in rows}
    total = shown.pop("all")
    assert sum(shown.values()) == total
