"""Say in words what an estimate comes to, and how far it can be trusted."""

from decimal import Decimal
from typing import Any

import pandas as pd

from finops.forecast.beside import Beside, OpenAnomalies
from finops.forecast.estimate import Estimate
from finops.forecast.rows import last_day
from finops.languages import place_of
from finops.report.text import money, month_name, number, percent

__all__ = ["head", "verdict"]

_BOOKED, _PLANNED = 0.02, 0.05
_TOO_SHORT = (
    "No month has been estimated that is over: nothing can be said yet.",
    "추정한 뒤 마감된 달이 아직 없어 말할 수 있는 것이 없습니다.",
)
_GRADES = {
    "booked": ("good enough to book an accrual from", "미지급비용을 계상하기에 충분합니다"),
    "planned": ("good enough to plan with, not to book", "계획에는 충분하지만 계상에는 부족합니다"),
    "direction": ("a direction, no more", "방향만 알려 줍니다"),
    "naive": (
        "no better than the last month repeated: do not use them",
        "지난달을 그대로 쓰는 것보다 낫지 않으므로 쓰지 마십시오",
    ),
}
_SENTENCES = (
    "On day {day}, estimates missed the month by {error} on average over {months} months "
    "(last month repeated: {naive}); {inside} of {months} ended inside the 80 % interval, and the "
    "estimates were {bias} too {side}. They are {grade}.",
    "{day}일의 추정은 {months}개월 동안 평균 {error} 빗나갔습니다(지난달 그대로: {naive}). "
    "{months}개월 중 {inside}개월이 80 % 구간 안에서 마감했고, 추정은 {bias} {side} 편이었습니다. "
    "{grade}.",
)
_SIDES = {True: ("low", "낮은"), False: ("high", "높은")}


def verdict(
    record: pd.DataFrame, lang: str = "en", *, day: int = 15, measure: str = "effective_cost"
) -> str:
    """Return how far the company's estimates of a day of the month can be trusted.

    Reads `finops.forecast.record.track_record`. Raises BadInput for another language than en, ko.
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
        grade=_GRADES[_grade(row["x_error"], row["x_last_month_error"])][place],
    )


def _grade(error: float, naive: float) -> str:
    if error >= naive:
        return "naive"
    return "booked" if error <= _BOOKED else "planned" if error <= _PLANNED else "direction"


def head(estimate: Estimate, against: Beside) -> list[str]:
    """Return what the company's month ends at, in a sentence, then with open anomalies or without.

    A sentence per currency: effective cost, its 80 % interval, against the month before and the
    budget.
    """
    rows = estimate.summary
    period = min(rows["billing_period"])
    rows = rows[(rows["billing_period"] == period) & (rows["x_scope"] == "company")]
    effective = rows[rows["x_measure"] == "effective_cost"].to_dict("records")
    sentences = [_month(one, estimate.as_of, against.budget) for one in effective]
    return sentences + (_anomalies(against.anomalies) if against.anomalies else [])


def _month(one: dict[Any, Any], as_of: str, budget: Decimal | None) -> str:
    period, currency, end = one["billing_period"], one["billing_currency"], one["x_estimate"]
    is_over = pd.Timestamp(as_of) >= last_day(period) and one["x_low"] == end
    interval = f" (80 %: {number(one['x_low'])} – {number(one['x_high'])})"
    parts = [
        f"{month_name(period)} {'ended' if is_over else 'will end'} at {money(end, currency, 0)} "
    ]
    parts[0] += "effective" + ("" if is_over else interval)
    before = month_name(str(pd.Period(period) - 1))
    parts += _against(end, one["x_last_month"], "above", "below", before)
    parts += _against(end, budget, "over", "under", "budget")
    return ", ".join(parts) + f", as known on {as_of}."


def _against(end: Decimal, base: Any, more: str, less: str, name: str) -> list[str]:
    if not base or base <= 0:
        return []
    share = end / base - 1
    return [f"{percent(abs(share), 1)} {more if share > 0 else less} {name}"]


def _anomalies(found: OpenAnomalies) -> list[str]:
    month, currency = month_name(found.billing_period), found.billing_currency
    many = "1 open anomaly is" if found.count == 1 else f"{found.count} open anomalies are"
    return [
        f"{month} if {many} fixed today: {money(found.if_fixed, currency, 0)}.",
        f"{month} if not, at {money(found.per_day, currency, 0)} a day: "
        f"{money(found.if_they_continue, currency, 0)}.",
    ]
