"""Sum up incidents in sentences, from their figures alone, and name what their charts show."""

from functools import partial

import pandas as pd

from finops.incidents.parts import main_cause
from finops.incidents.ranking import MONTH_DAYS
from finops.languages import say as say_of
from finops.text import money, place_text, plain

__all__ = ["findings", "say"]

# English, Korean.
_TEXTS = {
    "none": (
        "No cost stands out, or there are fewer than four weeks of days.",
        "눈에 띄는 비용이 없거나 데이터가 4주 미만입니다.",
    ),
    "count": (
        "{count} incidents: {open} open, {normal} the new normal by now, {back} went back.",
        "이상 비용 {count}건: 진행 중 {open}건, 새 기준이 된 것 {normal}건, "
        "원래 수준으로 돌아간 것 {back}건.",
    ),
    "more": (
        "More, if what is open stays as in its last 7 days: {month} in 30 days. First: {cause}",
        "진행 중인 증가분이 최근 7일처럼 지속되면 30일간 {month}입니다. 첫 번째: {cause}",
    ),
    "less": (
        "Less, if what is open stays as in its last 7 days: {month} in 30 days. First: {cause}",
        "진행 중인 감소분이 최근 7일처럼 지속되면 30일간 {month}입니다. 첫 번째: {cause}",
    ),
    "at_risk": (
        "Most money at risk: {owner}, {money}.",
        "위험 금액이 가장 큰 곳: {owner}, {money}.",
    ),
    "several_teams": ("several teams", "여러 팀"),
    "daily": ("Daily cost", "일별 비용"),
    "nothing": (
        "No incident: no cost stands out, or there are too few days.",
        "이상 비용 없음: 눈에 띄는 비용이 없거나 날짜가 너무 적습니다.",
    ),
    "legend": ("red: the incident; band: expected", "빨간색: 이상 비용, 띠: 예상 범위"),
    "per_day": ("{currency} a day", "하루 {currency}"),
    "made_of": ("What the excess is made of", "초과 비용의 구성"),
    "so_far": ("each incident so far", "이상 비용별, 현재까지"),
    "excess": ("excess, {currency}", "초과, {currency}"),
    "cost": ("cost", "비용"),
    "incident": ("incident", "이상 비용"),
    "expected": ("expected", "예상"),
}

# A text on incidents by key and language, with its values filled in.
say = partial(say_of, _TEXTS)


def findings(found: pd.DataFrame, language: str = "en", *, currency: str = "USD") -> list[str]:
    """Return what `find` found in a few sentences: how many, what goes on, and the largest.

    Raises BadInput for a language that has no texts.
    """
    if found.empty:
        return [say("none", language)]
    states = found["state"].value_counts()
    open_, normal, back = (str(states.get(one, 0)) for one in ("open", "new normal", "went back"))
    count = str(len(found))
    sentences = [say("count", language, count=count, open=open_, normal=normal, back=back)]
    lasting = found[found["state"] == "open"]
    for key, part in (
        ("more", lasting[lasting["per_day"] > 0]),
        ("less", lasting[lasting["per_day"] < 0]),
    ):
        if len(part):
            month = money(MONTH_DAYS * part["per_day"].sum(), currency, 0, signed=True)
            sentences.append(say(key, language, month=month, cause=_first(part, language)))
    owners = lasting[lasting["per_day"] > 0].groupby("owner")["at_risk"].sum()
    if len(owners):
        first = str(owners.idxmax())
        name = say("several_teams", language) if first == "*" else plain(first, 40)
        most = money(owners.max(), currency, 0)
        sentences.append(say("at_risk", language, owner=name, money=most))
    return sentences


def _first(part: pd.DataFrame, language: str) -> str:
    row = part.iloc[0].to_dict()
    return plain(main_cause(row, language) or place_text(row["key"], language), 400)
