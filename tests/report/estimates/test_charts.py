"""An estimate reads as tables and charts in English and Korean."""

import re
from decimal import Decimal

import pandas as pd
import pytest

from finops.errors import BadInput
from finops.forecast.estimate import Estimate
from finops.forecast.jumps import JUMPS
from finops.report import charts
from finops.report.estimates import tables

HANGUL = re.compile("[가-힣]")


def row(scope, key, estimate, *, month="2026-10", measure="effective_cost"):
    money = {name: Decimal(estimate) for name in ("x_estimate", "x_last_month", "x_run_rate")}
    return {
        "billing_period": month,
        "x_measure": measure,
        "billing_currency": "USD",
        "x_scope": scope,
        "x_key": key,
        "x_posted": Decimal(1000),
        "x_low": Decimal(estimate) - 500,
        "x_high": Decimal(estimate) + 500,
        "x_reporting_estimate": Decimal(estimate) * 1400,
        "x_reporting_currency": "KRW",
        **money,
    }


@pytest.fixture
def estimate():
    rows = [
        row("team", "order", 2_000),
        row("team", "<b>search</b>", 4_000),
        row("company", "*", 6_000),
        row("company", "*", 7_000, measure="billed_cost"),
        row("kind", "usage", 6_000),
        row("kind", "tax", 600, measure="billed_cost"),
        row("company", "*", 200_000, month="2026-11"),
        row("company", "*", 200_000, month="2027-01"),
    ]
    notes = {"en": ("No orders.",), "ko": ("주문이 없습니다.",)}
    return Estimate("2026-10-15", "0", pd.DataFrame(), pd.DataFrame(rows), notes)


def test_teams_stand_below_the_company_the_largest_first(estimate):
    found = tables.teams(estimate)
    assert found.rows == [
        ("whole company", "1,000", "6,000", "5,500", "6,500", "6,000", "6,000", "USD"),
        ("<b>search</b>", "1,000", "4,000", "3,500", "4,500", "4,000", "4,000", "USD"),
        ("order", "1,000", "2,000", "1,500", "2,500", "2,000", "2,000", "USD"),
    ]
    assert [column.is_number for column in found.columns] == [False, *[True] * 6, False]
    assert "&lt;b&gt;search" in found._repr_html_()


def test_korean_table_has_korean_headings_and_the_same_amounts(estimate):
    english, korean = tables.teams(estimate), tables.teams(estimate, "ko")
    assert tuple(column.title for column in korean.columns) == (
        *("팀", "지금까지", "추정", "80 % 하한", "80 % 상한", "지난달", "단순 환산"),
        "",
    )
    assert korean.rows[0][0] == "회사 전체"
    assert [one[1:] for one in korean.rows] == [one[1:] for one in english.rows]


def test_kinds_are_named_billed_before_effective_in_both_currencies(estimate):
    assert tables.kinds(estimate, "ko").rows == [
        ("청구 비용", "세금", "1,000", "600", "100", "1,100", "USD", "840,000", "KRW"),
        ("유효 비용", "사용", "1,000", "6,000", "5,500", "6,500", "USD", "8,400,000", "KRW"),
    ]


def test_notes_are_those_of_the_language_and_another_language_is_refused(estimate):
    assert tables.notes(estimate).rows == [("No orders.",)]
    assert tables.notes(estimate, "ko").rows == [("주문이 없습니다.",)]
    with pytest.raises(BadInput, match="'fr' is no language"):
        tables.notes(estimate, "fr")


def test_jumps_show_coins_of_their_currency_and_that_there_is_none():
    found = pd.DataFrame(
        [
            {
                **dict.fromkeys(JUMPS),
                "charge_date": pd.Timestamp("2026-10-14"),
                "x_team": "ads",
                "service_name": "EC2",
                "billing_currency": "KRW",
                "effective_cost": 1500.4,
                "x_expected": 1000.0,
                "x_excess": 500.4,
                "x_announced": "promotion",
                "x_contributors": "BoxUsage (1) +500.40",
            }
        ]
    )
    [shown] = tables.jumps(found).rows
    assert shown[:7] == ("2026-10-14", "ads", "EC2", "1,500", "1,000", "+500", "KRW")
    assert shown[7:] == ("promotion", "BoxUsage (1) +500.40")
    assert tables.jumps(found.head(0), "ko").empty == "급변한 비용이 없습니다."


def test_months_are_drawn_in_thousands_with_korean_names(estimate):
    drawn = charts.month_estimates(estimate, "ko")
    posted, coming = drawn.data
    assert (list(posted.y), list(coming.y)) == ([1, 1, 1], [5, 199, 199])
    assert posted.customdata[0] == "2026년 10월: 6,000 USD<br>80 %: 5,500 – 6,500"
    assert drawn.layout.xaxis.ticktext == ("10월<br>2026년", "11월", "1월<br>2027년")
    assert drawn.layout.yaxis.title.text == "천 USD"
    assert drawn.layout.title.text == "<b>월별 마감 추정</b>"


def test_months_in_english_say_thousand_and_of_which_measure(estimate):
    drawn = charts.month_estimates(estimate, measure="billed_cost")
    assert drawn.layout.title.subtitle.text.startswith("billed cost, as known on 2026-10-15")
    drawn = charts.month_estimates(estimate)
    assert drawn.layout.xaxis.ticktext == ("Oct<br>2026", "Nov", "Jan<br>2027")
    assert drawn.layout.yaxis.title.text == "thousand USD"


def test_record_is_drawn_in_korean():
    errors = {"x_error": 0.01, "x_last_month_error": 0.08, "x_run_rate_error": 0.04}
    shared = {"x_scope": "team", "x_measure": "effective_cost", "x_ahead": 0, "x_months": 10}
    record = pd.DataFrame([{**shared, "x_day": day, **errors} for day in (3, 15)])
    drawn = charts.estimate_record(record, "ko")
    assert [one.name for one in drawn.data] == ["지난달 그대로", "단순 환산", "추정"]
    assert drawn.data[0].hovertemplate == "%{x}일: %{y:.1%}<extra>지난달 그대로</extra>"
    assert drawn.layout.title.subtitle.text == "팀별 한 달 비용 대비 오차; 10개월"
