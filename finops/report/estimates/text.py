"""Say in words what an estimate comes to and how far it can be trusted, in English and Korean."""

from functools import partial
from typing import Any

import pandas as pd

from finops.forecast.beside import Beside, OpenAnomalies
from finops.forecast.estimate import Estimate
from finops.forecast.rows import last_day
from finops.languages import place_of
from finops.languages import say as say_of
from finops.report.text import is_missing, money, month_text, number, percent

__all__ = ["head", "say", "verdict"]

_TEXTS: dict[str, tuple[str, str]] = {
    # Sentences.
    "will_end": (
        "{month} will end at {value} effective (80 %: {low} – {high}){against}, as known on "
        "{as_of}.",
        "{as_of} 기준 {month}의 유효 비용 추정액은 {value}입니다(80 % 구간: {low} – {high})."
        "{against}",
    ),
    "will_end_about": (
        "{month} will end at {value} effective{against}, as known on {as_of}.",
        "{as_of} 기준 {month}의 유효 비용 추정액은 {value}입니다.{against}",
    ),
    "ended": (
        "{month} ended at {value} effective{against}, as known on {as_of}.",
        "{as_of} 기준 {month}의 유효 비용은 {value}입니다.{against}",
    ),
    "against": (", {parts}", " {parts}습니다."),
    "and": (", ", "고 "),
    "above": ("{share} above {month}", "{month}보다 {share} 많"),
    "below": ("{share} below {month}", "{month}보다 {share} 적"),
    "over": ("{share} over budget", "예산보다 {share} 많"),
    "under": ("{share} under budget", "예산보다 {share} 적"),
    "one_fixed": (
        "{month} if 1 open anomaly is fixed today: {value}.",
        "열린 이상 비용 1건을 오늘 해결하면 {month}은 {value}입니다.",
    ),
    "fixed": (
        "{month} if {number} open anomalies are fixed today: {value}.",
        "열린 이상 비용 {number}건을 오늘 해결하면 {month}은 {value}입니다.",
    ),
    "not_fixed": (
        "{month} if not, at {per_day} a day: {value}.",
        "해결하지 않으면 하루에 {per_day}씩 들어 {month}은 {value}입니다.",
    ),
    "tax_within": (
        "{tax} of it is recoverable tax, which budgets leave out.",
        "이 중 {tax}는 공제받는 부가세이며 예산에는 들어 있지 않습니다.",
    ),
    # Tables.
    "teams": ("Teams, effective cost, tax included", "팀별 유효 비용(부가세 포함)"),
    "kinds": ("What it is made of", "비용의 구성"),
    "notes": ("Planned orders, plans, and what was missing", "주문 계획, 계획된 변화, 없던 자료"),
    "jumps": ("What jumped", "급변한 비용"),
    "team": ("team", "팀"),
    "service": ("AWS service", "AWS 서비스"),
    "measure": ("cost", "비용"),
    "kind": ("kind", "종류"),
    "note": ("note", "설명"),
    "posted": ("so far", "지금까지"),
    "estimate": ("estimate", "추정"),
    "low": ("80 % from", "80 % 하한"),
    "high": ("80 % to", "80 % 상한"),
    "last_month": ("last month", "지난달"),
    "run_rate": ("run-rate", "단순 환산"),
    "reporting": ("estimate", "추정"),
    "day": ("day", "날짜"),
    "cost_of_day": ("cost", "비용"),
    "expected": ("usual", "평소"),
    "excess": ("change", "증감"),
    "announced": ("announced", "예고된 일"),
    "contributors": ("most of it", "주된 항목"),
    "no_teams": ("No cost of this month is known.", "이달 비용이 없습니다."),
    "no_kinds": ("No cost of this month is known.", "이달 비용이 없습니다."),
    "no_notes": ("It had all that it needs.", "필요한 자료가 모두 있었습니다."),
    "no_jumps": ("Nothing jumped.", "급변한 비용이 없습니다."),
    # Scopes, measures and kinds of charges.
    "company": ("whole company", "회사 전체"),
    "scope_company": ("company", "회사"),
    "scope_team": ("team", "팀"),
    "scope_service": ("service", "서비스"),
    "scope_cost_centre": ("cost centre", "비용 센터"),
    "scope_aws_service": ("AWS service", "AWS 서비스"),
    "scope_item": ("item", "항목"),
    "scope_kind": ("kind", "종류"),
    "billed_cost": ("billed cost", "청구 비용"),
    "effective_cost": ("effective cost", "유효 비용"),
    "kind_usage": ("usage", "사용"),
    "kind_commitment": ("commitments", "약정"),
    "kind_commitment_end": ("commitments that end", "약정 종료"),
    "kind_fee": ("fees", "수수료"),
    "kind_annual_fee": ("annual fees", "연간 수수료"),
    "kind_upfront": ("upfront fees", "선납금"),
    "kind_support": ("support", "지원료"),
    "kind_tax": ("tax", "세금"),
    "kind_credit": ("credits", "크레딧"),
    "kind_refund": ("refunds", "환불"),
    "kind_growth": ("growth", "성장"),
    "kind_planned": ("planned changes", "계획된 변화"),
    # Charts.
    "months": ("What the months will end at", "월별 마감 추정"),
    "as_known": ("{measure}, as known on {as_of}", "{measure}, {as_of} 기준"),
    "interval": ("lines: 80 % interval", "선: 80 % 구간"),
    "interval_of": ("{month}: {value}<br>{low} to {high}", "{month}: {value}<br>{low} ~ {high}"),
    "no_scope": ("The estimate has no {scope} {name}.", "추정에 없습니다: {scope} {name}."),
    "record": ("How far off the estimates were", "추정 오차"),
    "missed": ("part of a {scope}'s month that was missed", "{scope}별 한 달 비용 대비 오차"),
    "of_months": ("{number} months", "{number}개월"),
    "no_record": ("No month has been estimated yet that is over.", "추정한 뒤 끝난 달이 없습니다."),
    "naive": ("last month repeated", "지난달 그대로"),
    "day_of_month": ("day of the month", "추정한 날(일)"),
    "missed_on": ("day {day}: {share}", "{day}일: {share}"),
}

# A text of an estimate by key and language, `en` or `ko`, with its values filled in.
say = partial(say_of, _TEXTS)

_BOOKED, _PLANNED = 0.02, 0.05
# Fewer months than these say little of the next one.
_MONTHS = 3
_TOO_SHORT = (
    "No month has been estimated that is over: nothing can be said yet.",
    "추정한 뒤 마감된 달이 아직 없어 말할 수 있는 것이 없습니다.",
)
_GRADES = {
    "few": ("of too few months to rely on", "달 수가 적어 믿고 쓰기 어렵습니다"),
    "booked": ("good enough to book an accrual from", "미지급비용을 계상하기에 충분합니다"),
    "planned": ("good enough to plan with, not to book", "계획에는 충분하지만 계상에는 부족합니다"),
    "direction": ("a direction, no more", "방향만 알려 줍니다"),
    "naive": (
        "no better than the last month repeated: do not use them",
        "지난달을 그대로 쓰는 것보다 낫지 않으므로 쓰지 마십시오",
    ),
}
_SENTENCES = (
    "On day {day}, estimates of {measure} missed the month by {error} on average over {months} "
    "months (last month repeated: {naive}); {inside} of {months} ended inside the 80 % interval, "
    "and the estimates were {bias} too {side}. They are {grade}.",
    "{day}일의 {measure} 추정은 {months}개월 동안 평균 {error} 빗나갔습니다"
    "(지난달 그대로: {naive}). {months}개월 중 {inside}개월이 80 % 구간 안에서 마감했고, "
    "추정은 {bias} {side} 편이었습니다. {grade}.",
)
_SIDES = {True: ("low", "낮은"), False: ("high", "높은")}


def verdict(
    record: pd.DataFrame, lang: str = "en", *, day: int = 15, measure: str = "effective_cost"
) -> str:
    """Return how far the company's estimates of a day of the month can be trusted.

    An accrual books billed cost, a plan is of effective cost: ask for each. Reads
    `finops.forecast.record.track_record`. Raises BadInput for another language than en, ko.
    """
    place = place_of(lang)
    if record.empty:
        return _TOO_SHORT[place]
    company = record[(record["x_scope"] == "company") & (record["x_measure"] == measure)]
    company = company[company["x_ahead"] == company["x_ahead"].min()]
    row = company.iloc[int((company["x_day"] - day).abs().to_numpy().argmin())]
    return _SENTENCES[place].format(
        day=row["x_day"],
        months=row["x_months"],
        inside=round(row["x_coverage"] * row["x_months"]),
        error=percent(row["x_error"], 1),
        naive=percent(row["x_last_month_error"], 1),
        bias=percent(abs(row["x_bias"]), 1),
        side=_SIDES[bool(row["x_bias"] < 0)][place],
        measure=say(measure, lang),
        grade=_GRADES[_grade(row)][place],
    )


def _grade(row: "pd.Series[Any]") -> str:
    error = row["x_error"]
    if error >= row["x_last_month_error"]:
        return "naive"
    if row["x_months"] < _MONTHS:
        return "few"
    return "booked" if error <= _BOOKED else "planned" if error <= _PLANNED else "direction"


def head(estimate: Estimate, against: Beside, language: str = "en") -> list[str]:
    """Return what the company's month ends at, in a sentence, then with open anomalies or without.

    A sentence per currency: effective cost, its 80 % interval, against the month before and the
    budget. Raises BadInput for another language than en, ko.
    """
    rows = estimate.summary
    period = min(rows["billing_period"])
    rows = rows[(rows["billing_period"] == period) & (rows["x_scope"] == "company")]
    effective = rows[rows["x_measure"] == "effective_cost"].to_dict("records")
    sentences = [_month(one, estimate.as_of, against, language) for one in effective]
    if against.tax:
        tax = money(against.tax, effective[0]["billing_currency"], 0)
        sentences.append(say("tax_within", language, tax=tax))
    return sentences + (_anomalies(against.anomalies, language) if against.anomalies else [])


def _month(one: dict[Any, Any], as_of: str, beside: Beside, language: str) -> str:
    period, end = one["billing_period"], one["x_estimate"]
    is_over = pd.Timestamp(as_of) >= last_day(period) and one["x_low"] == end
    forecast = "will_end_about" if is_missing(one["x_low"]) else "will_end"
    return say(
        "ended" if is_over else forecast,
        language,
        month=month_text(period, language),
        value=money(end, one["billing_currency"], 0),
        low=number(one["x_low"]),
        high=number(one["x_high"]),
        against=_against(one, beside, language),
        as_of=as_of,
    )


def _against(one: dict[Any, Any], beside: Beside, language: str) -> str:
    before = month_text(str(pd.Period(one["billing_period"]) - 1), language)
    end = one["x_estimate"]
    bases = (
        (end, one["x_last_month"], "above", "below"),
        (end - beside.tax, beside.budget, "over", "under"),
    )
    shares = [
        (value / base - 1, more, less) for value, base, more, less in bases if base and base > 0
    ]
    parts = [
        say(more if share > 0 else less, language, share=percent(abs(share), 1), month=before)
        for share, more, less in shares
    ]
    return say("against", language, parts=say("and", language).join(parts)) if parts else ""


def _anomalies(found: OpenAnomalies, language: str) -> list[str]:
    month, currency = month_text(found.billing_period, language), found.billing_currency
    fixed, stays, per_day = (
        money(value, currency, 0)
        for value in (found.if_fixed, found.if_they_continue, found.per_day)
    )
    key = "one_fixed" if found.count == 1 else "fixed"
    return [
        say(key, language, month=month, number=str(found.count), value=fixed),
        say("not_fixed", language, month=month, per_day=per_day, value=stays),
    ]
