"""`finops close --invoice`: exit 0 if the invoices agree, 1 with the evidence if not."""

import sys

import pytest

from finops.cli import main
from tests.conftest import SAMPLE


@pytest.fixture
def close(monkeypatch, capsys, sample_project, tmp_path):
    """Run `finops close` on the sample company; return (exit code, stdout, stderr)."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments):
        where = ["--project", str(sample_project), "--out", str(tmp_path / "out")]
        monkeypatch.setattr(sys, "argv", ["finops", "close", *map(str, arguments), *where])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_invoices_that_agree_exit_0_and_leave_page_and_workbook(close, tmp_path):
    invoices = SAMPLE / "invoices"
    code, out, _ = close(
        "2026-10", "--invoice", invoices / "2026-10.json", "--invoice", invoices / "2026-10.csv"
    )
    assert code == 0
    assert "Every invoice is what the bill says" in out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "2026-10-invoices-en.html",
        "2026-10-invoices-en.xlsx",
    ]


def test_a_difference_that_nothing_explains_exits_1_and_the_month_is_the_invoices(close):
    planted = SAMPLE / "truth" / "invoices"
    code, out, error = close(
        "--invoice", planted / "2026-10.json", "--invoice", planted / "2026-10.csv", "--lang", "ko"
    )
    assert code == 1
    assert "a line twice" in out
    assert "Nothing explains 1 difference(s)" in error
    assert "12,037.54 USD" in error


def test_invoices_of_another_month_are_refused_and_nothing_is_written(close, tmp_path):
    code, _, error = close("2026-09", "--invoice", SAMPLE / "invoices" / "2026-10.json")
    assert code == 1
    assert "no invoice of 2026-09; they are of 2026-10" in error
    assert not (tmp_path / "out").exists()
