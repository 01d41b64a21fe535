"""A page and a terminal say of each incident what changed, whose it is and what it costs."""

import io
import json

import pandas as pd
import pytest
from rich.console import Console

import finops
from finops.incidents.parts import parts
from finops.incidents.sentences import sentence
from finops.report.incidents.charts import incident, incident_effects
from finops.report.incidents.console import incident_list
from finops.report.incidents.text import findings
from finops.report.month.html import write_report
from tests.incidents.test_record import anomaly, frame
from tests.incidents.test_sentences import facts, kept

HOSTILE = "<script>alert(1)</script>[red]\x1b[31m"


def listed(**values):
    cause = {
        "sentence": "EC2 for search: 2 more m5.large.",
        "where": {"x_usage_type": "m5"},
        "excess": "190",
        "effects": {"usage": "190"},
        "resources": ["i-1"],
        "changes": ["RunInstances by ci"],
    }
    rest = {**cause, "sentence": "The rest.", "excess": "5", "changes": []}
    row = anomaly(causes=json.dumps([cause, rest]), **values)
    return frame(row).assign(id="0123456789", status="acknowledged", reason="known")


def printed(found):
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(incident_list(found))
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_a_terminal_lists_an_incident_with_its_cause_owner_and_change():
    assert printed(listed())[:7] == [
        "search / EC2",
        "  open, spike, acknowledged, owner search, 0123456789",
        "  Since Monday 2026-10-05: by now 200 more, 67 a day; 300 where 100 was expected",
        "  EC2 for search: 2 more m5.large.",
        "  Changed before: RunInstances by ci",
        "  Reason: known",
        "",
    ]


def test_an_incident_of_several_teams_says_so():
    lines = printed(listed(key="* / EC2", owner="*"))
    assert lines[0] == "All teams / EC2"
    assert "several owners" in lines[1]


def test_names_of_a_bill_are_no_markup_in_a_terminal():
    line, _ = [line for line in printed(listed(key=HOSTILE)) if "alert" in line]
    assert line == "<script>alert(1)</script>[red]�[31m"


@pytest.fixture(scope="module")
def page(sample_project, sample_anomalies, tmp_path_factory):
    warehouse = finops.connect(sample_project)
    found = sample_anomalies.copy()
    hostile = found["key"] == "network / Amazon CloudFront"
    found.loc[hostile, "owner"] = HOSTILE
    path = tmp_path_factory.mktemp("page") / "report.html"
    return write_report(warehouse, path, anomalies=found).read_text("utf-8"), found


def test_a_page_has_a_block_and_a_chart_per_incident_of_the_month(page):
    text, found = page
    month = found[(found["start"] <= "2026-10-31") & (found["end"] >= "2026-10-01")]
    assert len(month) == text.count('<article class="incident">') == 7
    for cause in month["cause"]:
        assert cause.replace("&", "&amp;") in text
    assert "A month if it stays" in text
    assert 'id="chart-12"' in text


def test_text_of_a_bill_never_becomes_markup_of_the_page(page):
    assert "<script>alert(1)" not in page[0]
    assert "&lt;script&gt;alert(1)" in page[0]


def test_a_chart_shows_cost_band_and_the_days_of_the_incident():
    days = pd.date_range("2026-10-01", periods=4)
    band = pd.DataFrame(
        {
            "key": "a / EC2",
            "start": days[2],
            "date": days,
            "is_in": [False, False, True, False],
            "cost": [10.0, 11.0, 30.0, 10.0],
            "expected": [10.0, 10.0, 10.0, None],
            "low": 9.0,
            "high": 12.0,
        }
    )
    drawn = {one.name: one for one in incident(band).data}
    assert list(drawn) == ["low", "high", "expected", "cost", "incident"]
    assert list(drawn["incident"].x) == ["2026-10-03"]
    assert list(drawn["expected"].y) == [10.0, 10.0, 10.0, None]
    assert "No incident" in incident(band.head(0)).layout.annotations[0].text


def test_effects_are_bars_that_sum_to_the_excess():
    drawn = incident_effects(parts(listed())).data
    assert {bar.name: list(bar.x) for bar in drawn} == {
        "usage": [190.0],
        "price": [0.0],
        "mix": [0.0],
        "coverage": [0.0],
        "other": [0.0],
    }
    assert "No incident" in incident_effects(parts(frame())).layout.annotations[0].text


def test_charts_are_in_the_language_of_the_reader():
    drawn = incident_effects(parts(listed(key="* / EC2"), "ko"), "ko")
    assert [bar.name for bar in drawn.data] == [
        "사용량", "가격", "구성 변화", "약정 적용 범위", "그 밖",
    ]  # fmt: skip
    assert list(drawn.layout.yaxis.ticktext) == ["모든 팀 / EC2, 2026-10-05"]
    assert drawn.layout.title.text == "<b>초과 비용의 구성</b>"
    days = pd.date_range("2026-10-01", periods=2)
    band = pd.DataFrame({"key": "* / EC2", "start": days[1], "date": days, "is_in": [False, True]})
    shown = incident(band.assign(cost=1.0, expected=1.0, low=0.5, high=1.5), "ko")
    assert [one.name for one in shown.data] == ["low", "high", "예상", "비용", "이상 비용"]
    assert shown.layout.title.text == "<b>모든 팀 / EC2</b>"
    assert shown.layout.title.subtitle.text == "빨간색: 이상 비용, 띠: 예상 범위"
    assert "이상 비용 없음" in incident(band.head(0), "ko").layout.annotations[0].text


def test_findings_say_what_goes_on_and_what_it_is_worth():
    rows = [
        anomaly(key="a / EC2", at_risk=5000.0, per_day=100.0, causes=json.dumps([kept()])),
        anomaly(key="* / EC2", at_risk=3000.0, per_day=-50.0, owner="*"),
        anomaly(key="c / EC2", at_risk=0.0, state="went back", back_on="2026-10-08"),
    ]
    assert findings(frame(*rows)) == [
        "3 incidents: 2 open, 0 the new normal by now, 1 went back.",
        "More, if what is open stays as in its last 7 days: +3,000 USD in 30 days. "
        f"First: {sentence(facts())}",
        "Less, if what is open stays as in its last 7 days: −1,500 USD in 30 days. "
        "First: All teams / EC2",
        "Most money at risk: a, 5,000 USD.",
    ]
    assert findings(frame(*rows), "ko") == [
        "이상 비용 3건: 진행 중 2건, 새 기준이 된 것 0건, 원래 수준으로 돌아간 것 1건.",
        "진행 중인 증가분이 최근 7일처럼 지속되면 30일간 +3,000 USD입니다. "
        f"첫 번째: {sentence(facts(), 'ko')}",
        "진행 중인 감소분이 최근 7일처럼 지속되면 30일간 −1,500 USD입니다. 첫 번째: 모든 팀 / EC2",
        "위험 금액이 가장 큰 곳: a, 5,000 USD.",
    ]
    assert findings(frame())[0].startswith("No cost stands out")
