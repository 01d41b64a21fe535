"""Statements of the sample company: they add up to the bill, in every month and language."""

import re
import shlex
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

import finops
from finops.allocation.explain import Question, explain
from finops.coins import whole
from finops.errors import BadInput
from finops.languages import texts
from finops.report.statements.files import write_statements
from finops.report.statements.page import index_page, statement_page
from finops.report.statements.reconciliation import steps
from finops.report.statements.sections import sections
from finops.report.statements.why import why
from finops.statements import statement as module
from finops.statements.lines import Reason, command
from finops.statements.statement import MEASURES, statements

EMPTY = pd.DataFrame(
    {"key": pd.Series(dtype=str), "start": pd.Series(dtype="datetime64[ns]")}
).assign(
    end=lambda frame: frame["start"],
    owner="",
    x_probable_team="",
    billing_currency="",
    x_last_month_unowned_cost=0,
)


@pytest.fixture(scope="module")
def warehouse(sample_project):
    with finops.connect(sample_project) as one:
        yield one


@pytest.fixture
def quick(monkeypatch):
    """Leave out what takes long and is no money of a statement."""
    monkeypatch.setattr(module, "find", lambda _: EMPTY)
    monkeypatch.setattr(module, "worklist", lambda _: EMPTY)


@pytest.fixture(scope="module")
def october(warehouse):
    return statements(warehouse, "2026-10")


def test_showback_of_every_month_leads_from_the_bill_to_the_statements(warehouse, quick):
    bills = warehouse.sql(
        "select billing_period, sum(billed_cost) as billed_cost, "
        "coalesce(sum(billed_cost) filter (charge_category = 'Tax'), 0) as tax, "
        "sum(effective_cost) filter (charge_category <> 'Tax') as effective_cost "
        "from staging.charges group by billing_period"
    ).to_dict("records")
    assert len(bills) == 13
    for bill in bills:
        found = statements(warehouse, bill["billing_period"])
        assert sum(one.total for one in found) == whole(bill["effective_cost"].scaleb(2))
        names, amounts = zip(*steps(found), strict=True)
        assert (names[0], amounts[0]) == ("step_bill", bill["billed_cost"])
        assert (names[1], amounts[1]) == ("step_vat", -bill["tax"])
        assert sum(amounts[:-1]) == amounts[-1] == Decimal(sum(one.total for one in found)) / 100
        assert abs(amounts[names.index("rounded")]) <= Decimal("0.005")


def test_every_table_of_a_statement_adds_up_to_its_total(october):
    for one in october:
        assert one.lines["x_cents"].sum() == one.total
        assert one.services["total"].sum() == one.total
        own = one.services["own"].sum()
        assert own + one.pools["x_cents"].sum() == one.total
        assert one.services["previous"].sum() == one.previous


def test_shown_figures_add_up(october):
    """The cells of the change tables, read as a reader does, add up to the change in the tile."""
    for one in october:
        tables = sections(one, "en")
        cells = [row[1] for row in tables["effects"].rows]
        *parts, total = [Decimal(cell.replace(",", "").replace("−", "-")) for cell in cells]
        assert sum(parts) == total == Decimal(one.change).scaleb(-2)
        cells = [row[3] for row in tables["changes"].rows]
        shown = sum(Decimal(cell.replace(",", "").replace("−", "-")) for cell in cells)
        assert shown == Decimal(one.change).scaleb(-2)


def test_the_month_before_is_what_its_own_statement_said(warehouse, october, quick):
    september = {one.team: one.total for one in statements(warehouse, "2026-09")}
    assert {one.team: one.previous for one in october} == september


def test_a_line_says_why_it_is_the_teams(october):
    order = next(one for one in october if one.team == "order")
    lines = order.lines[order.lines["service_name"] == "Amazon ElastiCache"].to_dict("records")
    (own,) = [line for line in lines if line["x_pool"] == ""]
    assert own["x_reasons"] == (Reason("rule", "R21", "rules.csv", 11, 1.0),)
    assert why(order.month, own, "en") == "Order API: rule R21 (rules.csv line 11)"
    assert why(order.month, own, "ko") == "주문 API: 규칙 R21 (rules.csv 11행)"
    (kafka,) = order.lines[order.lines["x_pool"] == "kafka"].to_dict("records")
    assert why(order.month, kafka, "en") == "Kafka, split by messages (shared_costs.csv line 3)"
    assert why(order.month, kafka, "ko") == "카프카, 배분 기준: 메시지 수 (shared_costs.csv 3행)"


def test_the_parts_of_a_line_that_several_sources_own_are_named(october):
    order = next(one for one in october if one.team == "order")
    lines = order.lines[order.lines["service_name"] == "Amazon Relational Database Service"]
    (own,) = lines[lines["x_pool"] == ""].to_dict("records")
    text = "Order API: tag team (tag_keys.csv line 4) 66 %; rule R21 (rules.csv line 11) 34 %"
    assert why(order.month, own, "en") == text
    assert sum(one.share for one in own["x_reasons"]) == pytest.approx(1)


def test_what_a_pool_had_to_split_times_its_weight_is_the_line(october):
    lines = pd.concat(one.lines for one in october)
    shared = lines[lines["x_pool"] != ""].to_dict("records")
    for line in shared:
        part = float(line["x_to_split"] or 0) * (line["x_weight"] or 0)
        assert part == pytest.approx(float(line["effective_cost"]), abs=1e-6)
    keys = ["x_pool", "service_name", "charge_category"]
    whole = lines[lines["x_weight"].notna()].groupby(keys)["x_weight"].sum()
    assert list(whole) == pytest.approx([1] * len(whole))


@pytest.mark.parametrize("pool", ["", "kafka"])
def test_the_command_of_a_line_explains_at_least_its_amount(warehouse, october, pool):
    order = next(one for one in october if one.team == "order")
    line = order.lines[order.lines["x_pool"] == pool].to_dict("records")[0]
    words = shlex.split(command(line, "2026-10"))
    asked = dict(zip(words[2::2], words[3::2], strict=True))
    names = {"--month": "billing_period", "--team": "x_team", "--aws-service": "service_name"}
    parts = explain(
        warehouse,
        Question(
            mart=asked.pop("--mart", ""), **{names[key]: value for key, value in asked.items()}
        ),
    )
    parts = parts[parts["service_name"] == line["service_name"]]
    if pool:
        parts = parts[parts["x_pool"] == pool]
    assert parts["effective_cost"].sum() == line["effective_cost"]


def test_the_picture_and_the_sentences_say_the_change_of_the_team(october):
    order = next(one for one in october if one.team == "order")
    shown = sections(order, "ko")["effects"]
    assert shown.lead[0] == (
        "유효 비용(공제받는 부가세 별도): 2026년 9월 469,296 USD → 2026년 10월 502,139 USD, +32,843 USD (+7.0 %)."
    )
    bars = shown.drawing.bars
    assert (bars[0].value, bars[-1].value) == ("469,296 USD", "502,139 USD")
    assert [bar.name for bar in bars] == [
        "2026년 9월", "월 일수", "일 주문 수", "주문당 사용량", "공용 비용", "그 밖", "2026년 10월",
    ]  # fmt: skip
    assert statement_page(order, "ko").count("<rect ") == len(bars)


def test_the_reference_changes_with_the_amounts_and_not_with_the_clock(warehouse, october, quick):
    again = statements(warehouse, "2026-10")
    assert [one.reference for one in again] == [one.reference for one in october]
    other = statements(warehouse, "2026-10", mode="chargeback")
    assert not {one.reference for one in again} & {one.reference for one in other}


def test_pages_are_whole_in_both_languages_and_load_nothing(october):
    for language in ("en", "ko"):
        page = statement_page(october[0], language)
        assert f'<html lang="{language}">' in page
        assert october[0].reference in page
        assert not re.search(r"<script|src=|href=|https?://", page)
    assert "비용 명세서" in statement_page(october[0], "ko")


def test_no_english_label_is_left_in_a_korean_page(october):
    for one in october:
        page = statement_page(one, "ko")
        for surface in ("statement", "term", "bridge"):
            english, korean = (texts(surface, language) for language in ("en", "ko"))
            for key, text in english.items():
                assert text == korean[key] or f">{text}<" not in page


def test_a_team_is_told_the_anomalies_it_owns_on_every_level_with_their_cause(october):
    told = {one.team: sections(one, "en")["anomalies"].rows for one in october}
    (row,) = told["order"]
    assert row[0] == "2026-08-24"
    assert row[2] == "Amazon Relational Database Service / APN2-InstanceUsage:db.r6g.16xl"
    assert "on demand because the reservation 9fb4996a covers less of it" in row[-1]
    (row,) = told["member"]
    assert (row[2], row[7]) == ("Amazon Elastic Compute Cloud", "new normal")
    assert "APN2-EBS:SnapshotUsage again, last used on Sunday 2026-04-05" in row[-1]
    (row,) = next(sections(one, "ko") for one in october if one.team == "order")["anomalies"].rows
    assert row[3] == "수준 변화"
    assert "예약 9fb4996a의 적용이 줄어 온디맨드로 과금" in row[-1]


def test_a_price_that_changed_for_several_teams_is_told_to_each_with_its_part(october):
    rows = [
        (one.team, row[2], row[6])
        for one in october
        for row in sections(one, "en")["anomalies"].rows
        if "shared incident" in row[2]
    ]
    where = "Amazon SageMaker, shared incident of 3 teams, −23,684 in all"
    assert rows == [
        ("dispatch", where, "−5,758"),
        ("search", where, "−15,728"),
        # The third is a pool, data-lake, with −2,198: it pays nothing and has no statement.
    ]


def test_an_anomaly_of_all_that_a_team_uses_says_so(october):
    one = next(one for one in october if one.team == "order")
    whole_team = replace(one, anomalies=one.anomalies.assign(key="order", causes="[]"))
    (row,) = sections(whole_team, "en")["anomalies"].rows
    assert (row[2], row[-1]) == ("all AWS services", "–")


def test_the_index_equals_the_bill(october):
    page = index_page(october, "en")
    assert "2,522,126.68" in page and "2,655,785.7712373915" in page and "−241,435.04" in page


def test_text_of_a_bill_is_escaped(october):
    one = october[0]
    lines = one.services.assign(service_name="<script>alert(1)</script>")
    page = statement_page(replace(one, services=lines), "en")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("mode", MEASURES)
def test_the_same_build_gives_the_same_bytes(warehouse, tmp_path, quick, mode):
    one, two = (
        write_statements(warehouse, "2026-10", tmp_path / name, language="ko", mode=mode)
        for name in ("one", "two")
    )
    assert len(one) == len(two) > 10
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"billing_period": "2024-01"}, "there are 2025-10 to 2026-10"),
        ({"team": "nobody"}, "Who pays: ads, dispatch"),
        ({"team": "network"}, "network pays nothing in 2026-10"),
        ({"language": "fr"}, "no language of reports: en, ko"),
        ({"mode": "gift"}, "take one of showback, chargeback"),
    ],
)
def test_what_is_not_there_is_refused_and_nothing_is_written(warehouse, tmp_path, asked, words):
    folder = tmp_path / "out"
    with pytest.raises(BadInput, match=words):
        write_statements(warehouse, **{"billing_period": "2026-10", "folder": folder, **asked})
    assert not folder.exists()
