"""Findings read well in a terminal of 80 columns, on the page of the month and in a notebook."""

import datetime as dt
import io
from decimal import Decimal

import pandas as pd
import pyarrow as pa
from rich.console import Console

from finops.findings import words
from finops.report.bill import findings
from finops.report.month.html import write_report
from finops.report.month.summary import summarise

PLAN = "arn:aws:savingsplans::999999999999:savingsplan/1111-2222"
NAMES = (
    "x_kind", "billing_period", "billing_currency", "sub_account_id", "x_line_item_type",
    "commitment_discount_id", "x_first_charge_date", "x_last_charge_date", "x_lines",
    "x_found_cost",
)  # fmt: skip


def finding(kind="fee_in_another_bill", cost="30.25", period="2026-10", plan=PLAN, kind_of=None):
    day = dt.date(2026, 10, 5)
    values = (kind, period, "USD", None, kind_of, plan, day, day, 5, Decimal(cost))
    row = dict(zip(NAMES, values, strict=True))
    words_of_it = words.what(row), words.likely_cause(row), words.what_to_do(row)
    return row | dict(zip(("x_what", "x_likely_cause", "x_what_to_do"), words_of_it, strict=True))


def frame(*rows):
    return pa.Table.from_pylist(list(rows)).to_pandas(types_mapper=pd.ArrowDtype)


def printed(found):
    stream = io.StringIO()
    Console(file=stream, width=80).print(findings.listing(found))
    assert all(len(line) <= 80 for line in stream.getvalue().splitlines())
    return [" ".join(line.split()) for line in stream.getvalue().splitlines()]


def test_month_and_amount_stand_in_one_line_above_cause_and_advice():
    assert printed(frame(finding())) == [
        "What is odd in the bill itself: 1 finding. None stops a build.",
        "Covered usage whose commitment fee is in another bill",
        "2026-10 30.25 USD usage under Savings Plan 1111-2222, whose fee is not in",
        "this bill",
        "Likely cause: account 999999999999 bought it and pays its fee. What to do:",
        "load that bill too; without it, billed cost here is lower than effective cost.",
    ]


def test_several_of_one_kind_have_a_sum_and_the_rest_is_counted():
    many = [finding(cost=number, plan=f"plan-{number}") for number in range(1, 8)]
    lines = printed(frame(*many, finding(period="2026-09")))
    assert "2026-10 28.00 USD all 7:" in lines
    assert "3 more are in ledger.findings." in lines
    assert not any(line.startswith("2026-09") and "all" in line for line in lines)


def test_bill_without_findings_says_so():
    assert printed(frame(finding()).head(0)) == ["No findings: nothing is odd in the bill itself."]
    assert findings.section(frame(finding()).head(0)).empty.startswith("Nothing is odd")


def test_text_of_the_bill_is_no_markup():
    hostile = finding("unknown_line_item_types", kind_of="[red]<b>")
    assert any("billed as [red]<b>, in 5 lines" in line for line in printed(frame(hostile)))
    assert "&lt;b&gt;" in findings.section(frame(hostile))._repr_html_()


def test_table_is_in_both_languages():
    english, korean = (findings.section(frame(finding()), one) for one in ("en", "ko"))
    assert english.rows == [
        (
            "2026-10",
            "30.25 USD",
            "usage under Savings Plan 1111-2222, whose fee is not in this bill",
            "account 999999999999 bought it and pays its fee",
            "load that bill too; without it, billed cost here is lower than effective cost",
        )
    ]
    assert korean.rows[0][2] == "Savings Plan 1111-2222의 사용 비용, 요금은 이 청구서에 없음"


def test_page_of_the_month_tells_its_own_findings(make_warehouse, tmp_path):
    rows = [tuple(finding().values()), tuple(finding(cost="7", period="2026-09").values())]
    warehouse = make_warehouse(findings=rows)
    summary = summarise(warehouse)
    assert (
        "The bill of October 2026 itself has an oddity, 30.25 USD: usage under Savings Plan "
        "1111-2222, whose fee is not in this bill."
    ) in summary.headline
    page = write_report(warehouse, tmp_path / "report.html").read_text("utf-8")
    assert "<h2>What is odd in the bill itself</h2>" in page
    assert "30.25 USD" in page
    assert "7.00 USD" not in page
