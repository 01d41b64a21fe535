"""Commands tell promises and findings apart, and there is always one that gets on."""

import os
import sys
from pathlib import Path

import duckdb
import pytest

from finops.cli import main
from finops.warehouse.models import Model
from tests.conftest import REAL_BILL, line, write_bill

PLAN = "arn:aws:savingsplans::999999999999:savingsplan/1111-2222"
MEMBER = REAL_BILL.parents[1] / "cases" / "machine" / "real-member-account"


@pytest.fixture
def finops(monkeypatch, capsys, project):
    """Run `finops` with arguments in the project; return (exit code, lines, error)."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments):
        monkeypatch.setattr(
            sys, "argv", ["finops", *map(str, arguments), "--project", str(project)]
        )
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        return code, [" ".join(one.split()) for one in printed.out.splitlines()], printed.err

    return run


@pytest.fixture
def member_bill(tmp_path) -> Path:
    """A bill whose usage a plan of another account covers."""
    covered = {
        "line_item_line_item_type": "SavingsPlanCoveredUsage",
        "line_item_unblended_cost": 10.0,
        "savings_plan_savings_plan_a_r_n": PLAN,
        "savings_plan_savings_plan_effective_cost": 30.25,
    }
    negation = covered | {
        "line_item_line_item_type": "SavingsPlanNegation",
        "line_item_unblended_cost": -10.0,
        "savings_plan_savings_plan_effective_cost": 0.0,
    }
    return write_bill(tmp_path / "bill.parquet", [line(**covered), line(**negation)])


def test_check_and_status_work_before_the_first_build(finops, member_bill):
    nothing = ["Nothing is loaded and nothing is built yet. Next: finops load SOURCE"]
    assert finops("check") == finops("status") == (0, nothing, "")
    finops("load", member_bill)
    code, lines, _ = finops("check")
    assert code == 0
    assert lines[0] == "Loaded and not built yet:"
    assert "2026-10 legacy CUR 1 2 0.00 USD" in lines
    assert lines[-1] == "Next: finops build"


def test_finding_is_told_by_build_status_and_check(finops, member_bill):
    finops("load", member_bill)
    code, lines, _ = finops("build")
    assert code == 0
    assert lines == [
        "Built; every promise holds, 1 finding about the bill itself. Next: finops status"
    ]
    told = "2026-10 30.25 USD usage under Savings Plan 1111-2222, whose fee is not in"
    for command in ("status", "check"):
        code, lines, _ = finops(command)
        assert code == 0
        # However wide the terminal is.
        assert told in " ".join(lines)


def test_real_bill_of_a_member_account_is_built_with_its_findings(finops):
    if not MEMBER.is_dir():
        pytest.skip(f"no real bill at {MEMBER}")
    finops("load", MEMBER)
    assert finops("build")[0] == 0
    lines = finops("status")[1]
    assert "2018-10 0.78 USD all 3:" in lines
    assert any("account 836060457634 bought it" in one for one in lines)


def test_check_names_what_breaks_a_promise_apart_from_findings(finops, member_bill, monkeypatch):
    finops("load", member_bill)
    finops("build")
    broken = Model("one_row", "Too many.", "select billing_period, 0 as expected_rows, "
                   "count(*) as found_rows from facts.daily_cost group by billing_period")  # fmt: skip
    monkeypatch.setattr("finops.warehouse.models.checks", lambda: [broken])
    code, lines, error = finops("check")
    assert code == 1
    line_of_promise = "one_row: Too many. In facts.daily_cost: 2026-10: rows expected 0, found 2."
    assert line_of_promise in lines
    assert lines.index(line_of_promise) < next(
        place for place, one in enumerate(lines) if one.startswith("What is odd in the bill")
    )
    assert "1 promise(s) broken: one_row." in error


def test_build_of_another_version_says_what_to_do(finops, member_bill, project):
    finops("load", member_bill)
    finops("build")
    with duckdb.connect(str(project / "warehouse" / "finops.duckdb")) as con:
        con.execute("drop table ledger.findings")
        con.execute("delete from ledger.builds where table_name = 'ledger.findings'")
    code, _, error = finops("check")
    assert code == 1
    assert "lacks what this version of finops reads. Run: finops build" in error
    assert finops("build")[0] == 0
    assert finops("check")[0] == 0


def test_status_says_why_a_month_is_not_built(finops, tmp_path):
    for number, payers in enumerate((["1", "2"], ["1"])):
        lines = [line(line_item_unblended_cost=1, bill_payer_account_id=one) for one in payers]
        bill = write_bill(tmp_path / f"{number}.parquet", lines)
        os.utime(bill, (1000 + number, 1000 + number))
        finops("load", bill)
        code, _, error = finops("build")
        assert code == number
    assert error.startswith("error: 2026-10 not built. Two deliveries of 2026-10 may bill")
    _, lines, _ = finops("status")
    assert any("1 loaded deliveries are not built yet: 2026-10." in one for one in lines)
    assert any(one.startswith("2026-10 can't be built: Two deliveries of") for one in lines)
