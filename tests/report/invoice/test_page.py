"""The invoice check as page, workbook and in the terminal."""

import io
import re
import shutil
import zipfile
from dataclasses import replace

import pytest
from rich.console import Console

import finops
from finops.errors import BadInput
from finops.invoice.bill_rules import RULES
from finops.invoice.check import check_invoices
from finops.invoice.difference import CLASSES
from finops.invoice.items import ITEMS
from finops.languages import texts
from finops.report.invoice.page import console, invoice_page, sections, verdict, write_check
from finops.report.invoice.text import say
from finops.report.invoice.workbook import invoice_workbook
from tests.conftest import ROOT, SAMPLE
from tests.report.statements.test_workbook import formulas, recomputed


@pytest.fixture(scope="module")
def checks(sample_project):
    """A month that agrees, and one with tax on the wrong seller."""
    with finops.connect(sample_project) as warehouse:
        right, wrong = (
            check_invoices(warehouse, [folder / "2026-04.json", folder / "2026-04.csv"])
            for folder in (SAMPLE / "invoices", SAMPLE / "truth" / "invoices")
        )
        return right, wrong


@pytest.fixture(scope="module")
def wrong(checks):
    return checks[1]


def test_what_is_not_explained_stands_first_with_its_evidence(wrong):
    differences = sections(wrong, "en")["differences"]
    assert differences.texts()[0] == (
        "tax of another seller",
        "1053340572",
        "–",
        "255,103.68",
        "249,193.77",
        "5,909.91",
        "USD",
        "no",
        "has the tax of invoice 6107322934, Amazon Web Services, Inc.",
    )
    assert [row[7] for row in differences.texts()] == ["no", "no", "yes", "yes"]


def test_evidence_is_told_in_korean_too(wrong):
    rows = sections(wrong, "ko")["differences"].texts()
    seller = "Amazon Web Services, Inc."
    assert rows[0][-1] == f"{seller}의 인보이스 6107322934에 속하는 세금이 들어 있음"
    assert rows[2][-1] == "청구 데이터 14947행, 허용 1.46"


def test_the_verdict_says_whether_all_is_explained(checks):
    right, wrong = checks
    assert verdict(right, "en") == "Every invoice is what the bill says, but for rounding."
    assert verdict(wrong, "en").startswith("2 difference(s) are not explained")
    assert verdict(wrong, "ko").startswith("설명되지 않은 차이 2건")


def test_a_rule_that_the_data_cannot_answer_shows_no_amount(wrong):
    rows = {row[0]: row[1:] for row in sections(wrong, "en")["rules"].texts()}
    assert rows["Usage after an account closed"] == (
        "not answered: business/contracts.csv has no row of kind account",
        "–",
        "–",
    )
    assert rows["Enterprise discount"] == ("nothing found", "0.00", "0.00")


def test_won_have_no_decimals(wrong):
    conversions = sections(wrong, "ko")["conversions"]
    assert conversions.texts()[0][3:] == ("KRW", "3,222,263,789", "3,222,263,789", "0")


def test_every_class_item_and_rule_has_a_name_in_both_languages():
    keys = [f"class_{one}" for one in CLASSES] + [f"rule_{one.name}" for one in RULES]
    keys += [*ITEMS, *(f"lacks_{one.fact}" for one in RULES if one.fact)]
    keys += [f"found_{one.name}" for one in RULES]
    for language in ("en", "ko"):
        assert all(say(key, language) for key in keys)


def test_every_evidence_that_has_words_is_given_by_code():
    folder = ROOT / "finops" / "invoice"
    code = "".join((folder / f"{name}.py").read_text() for name in ("classes", "lines"))
    words = set(re.findall(r'"(\w+)"', code))
    keys = [key for key in texts("invoice", "en") if key.startswith("because_")]
    known = {key.removeprefix("because_") for key in keys}
    assert known
    assert known - words == set()


def test_text_of_an_invoice_is_escaped_and_never_a_formula(wrong):
    evil = wrong.differences.assign(x_service_code='=HYPERLINK("x")', x_evidence="as_much_as")
    evil["x_values"] = [("<script>{0}",)] * len(evil)
    found = replace(wrong, differences=evil)

    assert "<script>" not in invoice_page(found, "en")
    assert "&lt;script&gt;" in invoice_page(found, "en")
    with zipfile.ZipFile(io.BytesIO(invoice_workbook(found, "en"))) as parts:
        assert "HYPERLINK" not in parts.read("xl/worksheets/sheet3.xml").decode()
        assert "=HYPERLINK" in parts.read("xl/sharedStrings.xml").decode()


def test_the_same_check_gives_the_same_bytes(wrong):
    assert invoice_workbook(wrong, "ko") == invoice_workbook(wrong, "ko")
    assert invoice_page(wrong, "ko") == invoice_page(wrong, "ko")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_computes_the_differences_and_sums_that_are_stored(wrong, tmp_path):
    stored = invoice_workbook(wrong, "en")
    cached = formulas(stored)
    computed = recomputed(stored, tmp_path)

    assert cached["xl/worksheets/sheet1.xml", "E2"] == 5909.91
    assert cached["xl/worksheets/sheet1.xml", "E5"] == 0
    for place, value in cached.items():
        assert computed[place] == pytest.approx(value, abs=1e-6), place


def test_the_terminal_shows_what_is_wrong_and_what_cannot_be_answered(checks):
    texts = []
    for check in checks:
        screen = Console(width=200, file=io.StringIO())
        screen.print(console(check))
        texts.append(screen.file.getvalue())
    right, wrong = texts
    assert "tax of another seller" not in right
    assert "tax of another seller" in wrong
    assert "17 of 20 rules on the bill found nothing." in right
    assert "Usage after a resource ended: not answered" in right


def test_an_unknown_language_writes_nothing(wrong, tmp_path):
    with pytest.raises(BadInput, match="'fr' is no language of reports"):
        write_check(wrong, tmp_path / "out", language="fr")
    assert not (tmp_path / "out").exists()
