"""The document of an estimate: a page and a workbook, in both languages, that add up."""

import io
import re
import shutil
import zipfile
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest
from typer.testing import CliRunner

from finops.cli import app
from finops.errors import BadInput
from finops.forecast.budget_and_anomalies import Beside, OldBill
from finops.forecast.estimate import estimate_of
from finops.forecast.moved import kept_before
from finops.forecast.vintages import keep, vintage_folder
from finops.report.estimates.report import estimate_page, estimate_workbook, write_estimate
from finops.report.estimates.sheets import Report, tables
from tests.cli.test_young_project import young
from tests.forecast.knowns import days, known, series
from tests.report.statements.test_workbook import formulas, recomputed

EVIL = '=HYPERLINK("http://x.y")<script>alert(1)</script>'
OLD = OldBill("2026-10-15", "2026-11-12", 28)


def october(as_of, more=()):
    """Search uses 100 and a bit a day, and pays a fee of 4,989 a month."""
    rows = series(days("2026-01-01", "2026-10-31"), lambda day: 100 + day.day % 5)
    rows += series(days("2026-01-01", "2026-10-31"), "33.333", team="order", aws="S3")
    rows += series(
        pd.date_range("2026-01-01", "2026-10-01", freq="MS"), 4_989, kind="fee", aws=EVIL
    )
    rows += series(pd.date_range("2026-01-01", "2026-09-30", freq="MS"), 300, kind="tax", team="it")
    return estimate_of(known([*rows, *more], as_of))


@pytest.fixture(scope="module")
def report():
    """A launch of 50 a day on the 11th is what moved since the 10th."""
    launch = series(days("2026-10-11", "2026-10-31"), 50, team="new", aws="Lambda")
    return Report(
        company="Hanbat <b>",
        estimate=october("2026-10-15", launch),
        against=Beside(
            Decimal(9_000),
            tax=Decimal(300),
            budgets={"search": Decimal(8_000), "order": Decimal(1_000)},
            old_bill=OLD,
        ),
        before=october("2026-10-10"),
        record=pd.DataFrame(),
        is_replay=True,
    )


def table(report, key, language="en"):
    [found] = [one for one in tables(report, language) if one.key == key]
    return found


def test_what_moved_adds_up_to_the_difference_of_the_estimates(report):
    def end(estimate):
        rows = estimate.summary
        mine = (rows["x_scope"] == "company") & (rows["x_measure"] == "effective_cost")
        return rows[mine & (rows["billing_period"] == "2026-10")]["x_estimate"].iloc[0]

    then, now = end(report.before), end(report.estimate)
    for key in ("moved_team", "moved_service"):
        _, before, after, moved = table(report, key).sums()
        assert before == pytest.approx(then, abs=Decimal("0.005"))
        assert after == pytest.approx(now, abs=Decimal("0.005"))
        assert moved == after - before == sum(row[3] for row in table(report, key).rows)
    # What is new was nothing before.
    assert next(row[:2] for row in table(report, "moved_team").rows) == ("new", Decimal(0))


def test_a_team_has_its_budget_and_what_is_left_without_tax(report):
    found = {row[0]: row for row in table(report, "by_team").rows}
    assert [column.title for column in table(report, "by_team").columns[-3:]] == [
        "of it tax",
        "budget",
        "left of it",
    ]
    estimate = found["order"][2]
    assert found["order"][-3:] == (Decimal(0), Decimal(1_000), 1_000 - estimate)
    assert found["it"][-3:] == (found["it"][2], None, None)
    assert table(report, "by_team").sums()[-2] == 9_000


def test_what_is_not_known_is_said_and_never_drawn_as_an_interval(report):
    found = {row[0]: row for row in table(report, "by_service").rows}
    assert found[EVIL][3:5] == ("unknown", "unknown")
    assert isinstance(found["EC2"][3], Decimal)
    korean = {row[0]: row for row in table(report, "by_service", "ko").rows}
    assert korean[EVIL][3:5] == ("알 수 없음", "알 수 없음")


def test_rows_of_a_table_add_up_to_the_company(report):
    [effective] = [row for row in table(report, "cost").rows if row[0] == "effective cost"]
    for key in ("by_team", "by_service", "by_kind"):
        sums = table(report, key).sums()
        assert sums[1:3] == [*effective[1:3]]
        assert sums[5] == effective[5]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_page_begins_with_how_old_the_bill_is_and_escapes_its_text(report, language):
    page = estimate_page(report, language)
    assert re.search("<p>(The last bill is of|마지막 청구 데이터는) 2026-10-15", page)
    assert "<script>" not in page and "&lt;script&gt;" in page and "Hanbat &lt;b&gt;" in page
    words = {"en": ("By team, USD", "Months ahead"), "ko": ("팀별, USD", "앞으로의 달")}
    assert all(word in page for word in words[language])
    assert " nan" not in page.lower() and "None" not in page


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_workbook_has_numbers_and_no_formula_of_the_bill(report, language):
    content = estimate_workbook(report, language)
    assert content == estimate_workbook(report, language)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = [name for name in parts.namelist() if "worksheets/sheet" in name]
        sheets = [parts.read(name).decode() for name in names]
    assert not any("<f>HYPERLINK" in sheet for sheet in sheets)
    assert all("<oddHeader>" in sheet and 'fitToHeight="0"' in sheet for sheet in sheets)
    assert sum(len(re.findall(r'<c r="\w+" s="\d+"><v>', sheet)) for sheet in sheets) > 60


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_computes_the_values_that_are_stored(report, tmp_path):
    stored = estimate_workbook(report, "ko")
    cached = formulas(stored)
    assert len(cached) > 15
    computed = recomputed(stored, tmp_path)
    for place, value in cached.items():
        assert computed[place] == pytest.approx(value, abs=1e-6), place


def test_the_record_says_how_far_off_and_which_way_estimates_of_that_day_were(report):
    one = {"x_measure": "effective_cost", "x_scope": "company", "x_ahead": 0, "x_day": 15}
    shares = {"x_error": 0.05, "x_bias": -0.03, "x_inside_share": float("nan")}
    row = {**one, **shares, "x_months": 10, "x_last_month_error": 0.1}
    record = pd.DataFrame([row, {**row, "x_measure": "billed_cost"}, {**row, "x_ahead": 6}])
    found = table(replace(report, record=record), "how_far")
    assert found.rows[0] == (
        *("effective cost", "company", "day 15", 10, 0.05, -0.03, "unknown", 0.1),
    )
    assert found.rows[2][2] == "6 months before"
    assert "they had no interval, and the estimates were 3.0 % too low" in found.note
    assert table(report, "how_far").empty.startswith("No month has been estimated")


def test_the_last_kept_estimate_of_the_month_is_the_newest_of_an_earlier_day(tmp_path):
    made = {day: october(day) for day in ("2026-09-30", "2026-10-10", "2026-10-15")}
    assert kept_before(tmp_path, made["2026-10-15"]) is None
    for one in made.values():
        keep(vintage_folder(tmp_path, one.as_of, one.vintage), vars(one))
    # That of September has October as a month ahead.
    assert kept_before(tmp_path, made["2026-10-10"]).as_of == "2026-09-30"
    assert kept_before(tmp_path, made["2026-10-15"]).as_of == "2026-10-10"
    assert kept_before(tmp_path, made["2026-09-30"]) is None


def test_a_young_project_gets_a_document_without_a_single_interval(project, tmp_path):
    young(project, 5, delivered="2026-10-06T12:00:00")
    for language, unknown in (("en", "unknown"), ("ko", "알 수 없음")):
        command = ["estimate", "--project", str(project), "--out", str(tmp_path / "out")]
        found = CliRunner().invoke(app, [*command, "--lang", language])
        assert found.exit_code == 0, found.exception
        page = tmp_path / "out" / f"2026-10-estimate-2026-10-05-{language}.html"
        text = page.read_text()
        assert unknown in text and not re.search(r"\d – \d", text) and "nan" not in text
        assert page.with_suffix(".xlsx").is_file() and str(page) in found.output


def test_another_language_writes_nothing(tmp_path):
    with pytest.raises(BadInput, match="'fr' is no language"):
        write_estimate(None, october("2026-10-10"), tmp_path / "out", language="fr")
    assert not (tmp_path / "out").exists()
