"""The workbook of a statement: its formulas hold what a spreadsheet makes of them."""

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace

import pytest

import finops
from finops.report.statements.workbook import workbook
from finops.statements import statement as module
from finops.statements.statement import statements
from tests.statements.test_statement import EMPTY

CELL = re.compile(r'<c r="([A-Z]+\d+)"[^>]*?><f>(.*?)</f><v>(.*?)</v>')


@pytest.fixture(scope="module")
def search(sample_project):
    with pytest.MonkeyPatch.context() as patch, finops.connect(sample_project) as warehouse:
        patch.setattr(module, "find", lambda _: EMPTY)
        patch.setattr(module, "worklist", lambda _: EMPTY)
        return statements(warehouse, "2026-10", team="search")[0]


def formulas(content: bytes) -> dict[tuple[str, str], float]:
    """Return the value that each formula of a workbook is stored with, by sheet and cell."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/sheet"):
                cells = CELL.findall(parts.read(name).decode())
                found |= {(name, cell): float(value) for cell, _, value in cells}
    return found


def test_the_same_statement_gives_the_same_bytes(search):
    assert workbook(search, "ko") == workbook(search, "ko")


def test_the_sum_of_the_statement_is_a_formula_with_its_value(search):
    cached = formulas(workbook(search, "en"))
    assert cached["xl/worksheets/sheet1.xml", "B8"] == search.total / 100
    assert len(cached) > 60


def test_won_have_no_decimals_and_sheets_can_be_printed(search):
    with zipfile.ZipFile(io.BytesIO(workbook(search, "en"))) as parts:
        styles = parts.read("xl/styles.xml").decode()
        lines = parts.read("xl/worksheets/sheet4.xml").decode()
    assert '"#,##0;[Red]-#,##0"' in styles
    assert 'state="frozen"' in lines
    assert 'paperSize="9"' in lines
    assert 'fitToHeight="0"' in lines


def test_text_of_the_bill_never_is_a_formula(search):
    evil = search.lines.assign(service_name='=HYPERLINK("http://x")', x_service="@SUM(1)")
    content = workbook(replace(search, lines=evil), "en")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        lines = parts.read("xl/worksheets/sheet4.xml").decode()
        texts = parts.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in lines
    assert "=HYPERLINK" in texts


def test_the_first_month_has_no_month_before(search):
    services = search.services.drop(columns="previous")
    month = replace(search.month, previous_period=None)
    first = replace(search, month=month, services=services, previous=None, effects={})
    cached = formulas(workbook(first, "en"))
    sheet = "xl/worksheets/sheet2.xml"
    assert cached[sheet, f"D{len(services) + 2}"] == search.total / 100
    assert not [cell for name, cell in cached if name == sheet and cell[0] in "EF"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("language", ["en", "ko"])
def test_libreoffice_computes_the_values_that_are_stored(search, tmp_path, language):
    stored = workbook(search, language)
    computed = recomputed(stored, tmp_path)
    for place, value in formulas(stored).items():
        assert computed[place] == pytest.approx(value, abs=1e-6), place


def recomputed(stored: bytes, tmp_path) -> dict[tuple[str, str], float]:
    """Return the value of each formula of a workbook as LibreOffice computes it."""
    # Values that nobody could have kept: LibreOffice has to compute each anew.
    blank = tmp_path / "blank.xlsx"
    with zipfile.ZipFile(io.BytesIO(stored)) as old, zipfile.ZipFile(blank, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                text = re.sub(rb"</f><v>.*?</v>", b"</f>", text)
            new.writestr(name, text)
    out = tmp_path / "out"
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = ["soffice", home, "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    subprocess.run([*command, str(blank)], check=True, capture_output=True, timeout=180)
    return values((out / "blank.xlsx").read_bytes())


def values(content: bytes) -> dict[tuple[str, str], float]:
    """Return the value of each formula in a workbook as LibreOffice writes it."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/sheet"):
                cells = re.findall(
                    r'<c r="([A-Z]+\d+)"[^>]*?><f[^>]*>.*?</f><v>(.*?)</v>',
                    parts.read(name).decode(),
                )
                found |= {(name, cell): float(value) for cell, value in cells}
    return found
