"""A sentence says what is known of a cause, in English and Korean."""

import json

import pytest

from finops.errors import BadInput
from finops.incidents.parts import main_cause, parts
from finops.incidents.sentences import sentence, told
from tests.incidents.test_record import anomaly, frame


def facts(**values):
    """Return facts of a cause that cost 2,016 USD more in a week and goes on."""
    return {
        "service": "EC2",
        "region": "ap-northeast-2",
        "account": "",
        "team": "search",
        "what": "usage",
        "rises": True,
        "thing": "r6g.4xlarge",
        "machines": "",
        "share": "0.71",
        "mostly": "",
        "commitment": "",
        "commitment_id": "",
        "is_full": False,
        "beside": {},
        "last_use": "",
        "ended": "",
        "start": "2026-09-28",
        "end": "2026-10-04",
        "state": "open",
        "normal_on": "",
        "back_on": "",
        "excess": "2016",
        "currency": "USD",
    } | values


LESS = {"rises": False, "excess": "-2016"}
BACK = {"state": "went back", "back_on": "2026-10-05"}
NORMAL = {"state": "new normal", "normal_on": "2026-10-05"}


@pytest.mark.parametrize(
    ("values", "english", "korean"),
    [
        ({}, "71 % more r6g.4xlarge since", "r6g.4xlarge 사용량 71 % 증가:"),
        (LESS, "71 % less r6g.4xlarge since", "r6g.4xlarge 사용량 71 % 감소:"),
        ({"machines": "12"}, "12 more r6g.4xlarge since", "r6g.4xlarge 12대 증가:"),
        ({**LESS, "machines": "-2"}, "2 fewer r6g.4xlarge since", "r6g.4xlarge 2대 감소:"),
        ({"what": "new"}, "new r6g.4xlarge since", "r6g.4xlarge 신규 사용:"),
        (
            {"what": "new", "machines": "3"},
            "3 new r6g.4xlarge since",
            "r6g.4xlarge 3대 신규 사용:",
        ),
        (
            {"what": "again", "last_use": "2026-04-05"},
            "r6g.4xlarge again, last used on Sunday 2026-04-05, since",
            "r6g.4xlarge 다시 사용(마지막 사용 2026-04-05(일)):",
        ),
        (
            {"what": "again", "last_use": "2026-04-05", "machines": "3"},
            "3 r6g.4xlarge again, last used on Sunday 2026-04-05, since",
            "r6g.4xlarge 3대 다시 사용(마지막 사용 2026-04-05(일)):",
        ),
        (
            {**LESS, **BACK, "what": "gone"},
            "no r6g.4xlarge from Monday 2026-09-28 to",
            "r6g.4xlarge 사용 없음:",
        ),
        ({**LESS, "what": "gone"}, "no r6g.4xlarge any more since", "r6g.4xlarge 사용 중단:"),
        (
            {"what": "price"},
            "a 71 % higher price of r6g.4xlarge since",
            "r6g.4xlarge 단가 71 % 상승:",
        ),
        (
            {**LESS, "what": "price", "thing": ""},
            "a 71 % lower price of usage since",
            "2026-09-28(월)부터 단가 71 % 하락:",
        ),
        (
            {"what": "mix"},
            "dearer sizes or classes of r6g.4xlarge since",
            "더 비싼 크기나 등급의 r6g.4xlarge 사용:",
        ),
        (
            {**LESS, "what": "mix", "thing": ""},
            "cheaper sizes or classes of usage since",
            "더 저렴한 크기나 등급의 사용:",
        ),
        (
            {"thing": "", "mostly": "APN2-BoxUsage:c6i"},
            "71 % more usage, mostly APN2-BoxUsage:c6i, since",
            "사용량 71 % 증가(주로 APN2-BoxUsage:c6i):",
        ),
        (
            {"commitment": "savings_plan", "is_full": True},
            "2026-09-28, on demand because the Savings Plan is full:",
            "증가, Savings Plan이 모두 사용되어 온디맨드로 과금:",
        ),
        (
            {"what": "coverage", "commitment": "reservation", "commitment_id": "9f"},
            "2026-09-28, on demand because the reservation 9f covers less of it:",
            "r6g.4xlarge 사용분, 예약 9f의 적용이 줄어 온디맨드로 과금:",
        ),
        (
            {
                "what": "expiry",
                "commitment": "reservation",
                "commitment_id": "9f",
                "ended": "2026-09-27",
            },
            "2026-09-28, on demand because the reservation 9f expired (last day Sunday 2026-09-27):",
            "r6g.4xlarge 사용분, 예약 9f이 만료되어(마지막 날 2026-09-27(일)) 온디맨드로 과금:",
        ),
        (
            {**LESS, "what": "coverage", "commitment": "savings_plan", "commitment_id": "0a"},
            "2026-09-28, now covered by the Savings Plan 0a:",
            "r6g.4xlarge 사용분, 이제 Savings Plan 0a의 적용을 받음:",
        ),
        (
            {"what": "coverage"},
            "2026-09-28, by how much commitments cover:",
            "r6g.4xlarge 사용분, 약정 적용 비율의 변화:",
        ),
        (
            {"beside": {"price": "-141", "coverage": "90"}},
            ", with −141 USD a day by price and +90 USD a day by coverage:",
            "증가(가격 하루 −141 USD, 약정 적용 범위 하루 +90 USD 포함):",
        ),
    ],
)
def test_what_changed_and_why_is_said_in_both_languages(values, english, korean):
    assert english in sentence(facts(**values))
    assert korean in sentence(facts(**values), "ko")


@pytest.mark.parametrize(
    ("values", "english", "korean"),
    [
        (
            {"account": "012345678901"},
            "EC2 in ap-northeast-2 of account 012345678901 for search: ",
            "EC2(ap-northeast-2), 계정 012345678901, search 팀: ",
        ),
        ({"region": "", "team": "unowned"}, "EC2 without an owner: ", "EC2, 소유자 없음: "),
        (
            {"service": "", "region": "", "team": ""},
            "Several AWS services: ",
            "여러 AWS 서비스: ",
        ),
    ],
)
def test_where_it_changed_is_said_in_both_languages(values, english, korean):
    assert sentence(facts(**values)).startswith(english)
    assert sentence(facts(**values), "ko").startswith(korean)


@pytest.mark.parametrize(
    ("values", "english", "korean"),
    [
        (
            {},
            "since Monday 2026-09-28: by now 2,016 USD more, 288 a day.",
            "지금까지 2,016 USD 증가, 하루 288.",
        ),
        (
            {"end": "2026-09-28"},
            "since Monday 2026-09-28: by now 2,016 USD more.",
            "지금까지 2,016 USD 증가.",
        ),
        (
            BACK,
            "from Monday 2026-09-28 to Sunday 2026-10-04: 2,016 USD more in 7 days; "
            "went back on Monday 2026-10-05.",
            "7일간 2,016 USD 증가, 2026-10-05(월)에 원래 수준으로 돌아감.",
        ),
        (
            LESS | NORMAL,
            "since Monday 2026-09-28: new normal since Monday 2026-10-05, 2,016 USD less until then.",
            "2026-10-05(월)부터 새 기준, 그때까지 2,016 USD 감소.",
        ),
        (
            BACK | {"end": "2026-09-28", "back_on": "2026-09-29"},
            "on Monday 2026-09-28: 2,016 USD more; went back on Tuesday 2026-09-29.",
            "search 팀: 2026-09-28(월) r6g.4xlarge 사용량 71 % 증가: "
            "2,016 USD 증가, 2026-09-29(화)에 원래 수준으로 돌아감.",
        ),
    ],
)
def test_when_it_changed_and_what_it_costs_is_said_in_both_languages(values, english, korean):
    assert sentence(facts(**values)).endswith(english)
    assert sentence(facts(**values), "ko").endswith(korean)


def test_what_no_cause_explains_is_the_rest():
    rest = facts(what="rest")
    assert sentence(rest) == "The rest, smaller changes: by now 2,016 USD more, 288 a day."
    assert sentence(rest, "ko") == "나머지 작은 변화: 지금까지 2,016 USD 증가, 하루 288."


def kept(**values):
    change = {"event": "RunInstances", "actor": "ci", "time": "2026-09-27 20:00"}
    cause = {"excess": "2016", "effects": {}, "resources": [], "changes": [change]}
    return cause | {"facts": facts(**values)}


def test_the_language_is_chosen_when_an_incident_is_read():
    row = anomaly(causes=json.dumps([kept()]))
    (korean,) = parts(frame(row), "ko").to_dict("records")
    assert korean["cause"] == main_cause(row, "ko") == sentence(facts(), "ko")
    assert korean["changes"] == ["RunInstances, 실행자 ci, 2026-09-27 20:00 UTC"]
    (english,) = parts(frame(row)).to_dict("records")
    assert english["cause"] == main_cause(row) == sentence(facts())
    assert english["changes"] == ["RunInstances by ci at 2026-09-27 20:00 UTC"]
    assert main_cause(anomaly()) == ""


def test_a_change_by_nobody_known_says_so():
    nobody = kept()["changes"][0] | {"actor": ""}
    cause = kept() | {"changes": [nobody]}
    assert told(cause)["changes"] == ["RunInstances by unknown at 2026-09-27 20:00 UTC"]
    assert told(cause, "ko")["changes"] == ["RunInstances, 실행자 알 수 없음, 2026-09-27 20:00 UTC"]


def test_what_an_earlier_version_kept_is_told_as_it_is():
    old = {"sentence": "EC2: more.", "changes": ["RunInstances by ci"]}
    assert told(old, "ko") == old


def test_another_language_is_refused():
    with pytest.raises(BadInput, match="no language of reports"):
        sentence(facts(), "fr")
