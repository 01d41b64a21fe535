"""Beside an estimate stand the budget, and what open anomalies make of it."""

import io
import re
from decimal import Decimal

import pandas as pd
import pytest
from rich.console import Console

from finops.forecast.budget_and_anomalies import Beside, OldBill, OpenAnomalies, if_fixed, old_bill
from finops.forecast.estimate import estimate_of
from finops.report.estimates.console import page
from finops.report.estimates.tables import months as months_ahead
from finops.report.estimates.text import head, limits
from tests.forecast.knowns import days, known, series


def incidents(*rows):
    return pd.DataFrame(rows, columns=["start", "end", "per_day", "state", "status"])


def months(*periods):
    frame = pd.DataFrame({"billing_period": periods, "billing_currency": "USD"})
    return frame.assign(x_estimate=Decimal(10_000))


def test_half_seen_anomaly_is_half_in_the_forecast():
    """It began 7 days ago: of 100 a day the forecast has 50, on each of 16 days left."""
    kept = incidents(("2026-10-09", "2026-10-15", 100, "open", ""))
    found = if_fixed(kept, months("2026-10", "2026-11"), last="2026-10-15")
    assert found == OpenAnomalies(
        "2026-10", 1, Decimal(100), Decimal(10_000 - 800), Decimal(10_000 + 800), "USD"
    )


def test_old_anomaly_is_all_in_the_forecast_and_a_month_that_is_over_gives_way_to_the_next():
    kept = incidents(("2026-08-01", "2026-10-31", 100, "open", "acknowledged"))
    found = if_fixed(kept, months("2026-10", "2026-11"), last="2026-10-31")
    assert (found.billing_period, found.if_fixed, found.if_they_continue) == (
        "2026-11",
        Decimal(7_000),
        Decimal(10_000),
    )


@pytest.mark.parametrize(
    "row",
    [
        ("2026-10-09", "2026-10-15", 100, "open", "expected"),
        ("2026-10-09", "2026-10-15", 100, "went back", ""),
        ("2026-10-09", "2026-10-15", 100, "new normal", ""),
        ("2026-10-09", "2026-10-15", -100, "open", ""),
        ("2026-10-01", "2026-10-08", 100, "open", ""),
    ],
)
def test_what_is_meant_over_or_saves_money_is_no_open_anomaly(row):
    assert if_fixed(incidents(row), months("2026-10"), last="2026-10-15") is None


def october(as_of, teams=1):
    rows = series(days("2026-05-01", "2026-10-31"), 100, aws="EC2")
    for number in range(teams - 1):
        rows += series(days("2026-05-01", "2026-10-31"), 1, team=f"team-{number}", aws=f"S{number}")
    return estimate_of(known(rows, as_of))


def test_head_says_the_month_against_the_one_before_and_the_budget():
    assert head(october("2026-10-15"), Beside(Decimal(4_000))) == [
        "October 2026 will end at 3,100 USD effective (80 %: unknown), 3.3 % above "
        "September 2026, 22.5 % under budget, as known on 2026-10-15."
    ]


def test_a_budget_is_held_against_the_estimate_without_recoverable_tax():
    first, second = head(october("2026-10-15"), Beside(Decimal(4_000), tax=Decimal(300)))
    assert "30.0 % under budget" in first
    assert second == "300 USD of it is recoverable tax, which budgets leave out."


def test_head_says_that_a_month_ended_and_what_anomalies_make_of_the_next():
    anomalies = OpenAnomalies("2026-11", 2, Decimal(10), Decimal(2_900), Decimal(3_000), "USD")
    assert head(october("2026-10-31"), Beside(None, anomalies)) == [
        "October 2026 ended at 3,100 USD effective, 3.3 % above September 2026, as known on "
        "2026-10-31.",
        "November 2026 if 2 open anomalies are fixed today: 2,900 USD.",
        "November 2026 if not, at 10 USD a day: 3,000 USD.",
    ]


def test_head_says_the_same_in_korean():
    anomalies = OpenAnomalies("2026-11", 2, Decimal(10), Decimal(2_900), Decimal(3_000), "USD")
    assert head(october("2026-10-15"), Beside(Decimal(4_000), anomalies), "ko") == [
        "2026-10-15 기준 2026년 10월의 유효 비용 추정액은 3,100 USD입니다(80 % 구간: 알 수 없음). "
        "2026년 9월보다 3.3 % 많고 예산보다 22.5 % 적습니다.",
        "열린 이상 비용 2건을 오늘 해결하면 2026년 11월은 2,900 USD입니다.",
        "해결하지 않으면 하루에 10 USD씩 들어 2026년 11월은 3,000 USD입니다.",
    ]
    assert head(october("2026-10-31"), Beside(), "ko") == [
        "2026-10-31 기준 2026년 10월의 유효 비용은 3,100 USD입니다. 2026년 9월보다 3.3 % 많습니다."
    ]


def test_rows_that_are_not_shown_are_added_up_in_one():
    console = Console(width=80, file=io.StringIO())
    console.print(page(october("2026-10-31", teams=25)))
    text = console.file.getvalue()
    assert [line.split()[:4] for line in text.splitlines() if "others" in line] == [
        ["7", "others", "217", "217"],
        ["15", "others", "465", "465"],
    ]
    assert max(map(len, text.splitlines())) <= 80


def test_head_begins_with_how_old_the_bill_is():
    old = old_bill("2026-10-03", "2026-10-31", "2027-05-05")
    assert old == OldBill("2026-10-03", "2026-10-31", 28)
    [said] = head(october("2026-10-15"), Beside(old_bill=old))
    assert said.startswith("The last bill is of 2026-10-03, 28 days before 2026-10-31: what came ")
    [said] = head(october("2026-10-15"), Beside(old_bill=old), "ko")
    assert said.startswith("마지막 청구 데이터는 2026-10-03까지이며 2026-10-31보다 28일 앞섭니다.")


@pytest.mark.parametrize(
    ("as_of", "today", "until"),
    [
        # Of the last day of the bill it is an estimate of today, of another day one of that day.
        ("2026-10-03", "2026-10-10", None),
        ("2026-10-03", "2026-10-11", "2026-10-11"),
        ("2026-10-10", "2026-12-31", None),
        ("2026-10-11", "2026-12-31", "2026-10-11"),
        ("2026-09-20", "2026-12-31", None),
    ],
)
def test_a_bill_is_old_after_a_week(as_of, today, until):
    found = old_bill("2026-10-03", as_of, today)
    assert (found and found.until) == until


def test_totals_say_what_they_leave_out():
    estimate = october("2026-10-15", teams=5)
    budgets = {"search": Decimal(4_000)}
    first, second = limits(estimate, Beside(Decimal(4_000), budgets=budgets))
    assert first == (
        "Not in it: upfront fees, credits and refunds that the bill does not have yet."
    )
    # Four teams of 31 USD each.
    assert second.startswith("The budget leaves out teams without one: 124 USD of the estimate (")
    assert second.endswith("and 1 more).")
    assert limits(estimate, Beside(), "ko") == [
        "포함하지 않은 것: 청구 데이터에 아직 없는 선납금, 크레딧, 환불."
    ]


def test_a_first_month_says_that_it_lacks_what_comes_by_the_month():
    estimate = estimate_of(known(series(days("2026-10-01", "2026-10-05"), 10), "2026-10-05"))
    assert limits(estimate, Beside())[0].endswith(
        "support, tax and monthly fees to come, as the bill has no month before."
    )


def test_months_ahead_show_by_how_much_past_ones_were_too_low():
    rows = series(days("2026-01-01", "2026-10-31"), lambda day: 100 + 2 * day.day_of_year)
    estimate = estimate_of(known(rows, "2026-10-31"))
    console = Console(width=80, file=io.StringIO())
    console.print(page(estimate))
    text = console.file.getvalue()
    assert re.search(r"^2026-11 +[\d,]+ [\d,]+ – [\d,]+ +\+[\d.]+ %", text, re.MULTILINE)
    assert "On past days, estimates as far ahead as November 2026 were too low by" in text
    assert max(map(len, text.splitlines())) <= 80
    assert len(months_ahead(estimate, "ko").rows) == 12
    assert months_ahead(estimate, "ko").rows[0][0] == "2026년 11월"
