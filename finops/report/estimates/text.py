"""Say in words what an estimate comes to and how far it can be trusted, in English and Korean."""

from decimal import Decimal
from typing import Any

import pandas as pd

from finops.forecast.budget_and_anomalies import Beside, OpenAnomalies
from finops.forecast.estimate import Estimate
from finops.report.estimates.bounds import interval_text, is_over, shortfall
from finops.report.estimates.words import say
from finops.text import is_missing, money, month_text, percent, plain

__all__ = ["head", "limits", "verdict"]

_BOOKED, _PLANNED = 0.02, 0.05
# So many teams are named, and so small a bias is told.
_NAMED, _TOLD = 3, Decimal("0.001")
# Fewer months than these say little of the next one.
_MONTHS = 3


def verdict(
    record: pd.DataFrame, lang: str = "en", *, day: int = 15, measure: str = "effective_cost"
) -> str:
    """Return how far the company's estimates of a day of the month can be trusted.

    An accrual books billed cost, a plan is of effective cost: ask for each. Reads
    `finops.forecast.record.track_record`. Raises BadInput for another language than en, ko.
    """
    if record.empty:
        return say("record_too_short", lang)
    company = record[(record["x_scope"] == "company") & (record["x_measure"] == measure)]
    company = company[company["x_ahead"] == company["x_ahead"].min()]
    row = company.iloc[int((company["x_day"] - day).abs().to_numpy().argmin())]
    return say(
        "record_said",
        lang,
        day=str(row["x_day"]),
        months=str(row["x_months"]),
        inside=_inside(row, lang),
        error=percent(row["x_error"], 1),
        naive=percent(row["x_last_month_error"], 1),
        bias=percent(abs(row["x_bias"]), 1),
        side=say("too_side_low" if row["x_bias"] < 0 else "too_side_high", lang),
        measure=say(measure, lang),
        grade=say(f"grade_{_grade(row)}", lang),
    )


def _inside(row: "pd.Series[Any]", lang: str) -> str:
    if is_missing(row["x_inside_share"]):
        return say("record_no_interval", lang)
    inside = round(row["x_inside_share"] * row["x_months"])
    return say("record_inside", lang, inside=str(inside), months=str(row["x_months"]))


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
    if against.old_bill:
        old = against.old_bill
        said = say("last_bill", language, last=old.last_day, days=str(old.days), until=old.until)
        sentences = [f"{said} {sentences[0]}", *sentences[1:]]
    if against.tax:
        tax = money(against.tax, effective[0]["billing_currency"], 0)
        sentences.append(say("tax_within", language, tax=tax))
    return sentences + (_anomalies(against.anomalies, language) if against.anomalies else [])


def limits(estimate: Estimate, against: Beside, language: str = "en") -> list[str]:
    """Return what the totals of an estimate leave out, and by what past ones were too low."""
    rows = estimate.summary
    company = rows[(rows["x_scope"] == "company") & (rows["x_measure"] == "effective_cost")]
    parts = [say("not_yet_billed", language)]
    if company["x_last_month"].isna().any():
        parts.append(say("no_whole_month", language))
    sentences = [say("not_in_it", language, parts="; ".join(parts))]
    return [
        *sentences,
        *_not_budgeted(estimate, against, language),
        *_too_low(company, min(rows["billing_period"]), language),
    ]


def _not_budgeted(estimate: Estimate, against: Beside, language: str) -> list[str]:
    rows = estimate.summary
    mine = (rows["x_scope"] == "team") & (rows["x_measure"] == "effective_cost")
    mine &= rows["billing_period"] == min(rows["billing_period"])
    mine &= ~rows["x_key"].isin(list(against.budgets))
    left = rows[mine & (rows["x_estimate"] != 0)]
    if not against.budgets or left.empty:
        return []
    largest = left.sort_values("x_estimate", ascending=False, key=lambda one: one.astype(float))
    names = [plain(one, 40) for one in largest["x_key"]]
    if len(names) > _NAMED:
        others = say("others", language, number=str(len(names) - _NAMED))
        names = [*names[:_NAMED], others]
    value = money(sum(left["x_estimate"], Decimal(0)), left["billing_currency"].iloc[0], 0)
    return [say("not_budgeted", language, value=value, teams=", ".join(names))]


def _too_low(company: pd.DataFrame, period: str, language: str) -> list[str]:
    """Say the known bias of the first and the last of the months ahead, if they are too low."""
    ahead = company[company["billing_period"] > period].sort_values("billing_period")
    low = [one for one in ahead.to_dict("records") if (shortfall(one) or 0) >= _TOLD]
    if len(low) < 2 or ahead["billing_currency"].nunique() > 1:
        return []
    values = {
        "first": month_text(low[0]["billing_period"], language),
        "first_share": percent(shortfall(low[0]), 1),
        "last": month_text(low[-1]["billing_period"], language),
        "last_share": percent(shortfall(low[-1]), 1),
    }
    return [say("too_low", language, **values)]


def _month(one: dict[Any, Any], as_of: str, beside: Beside, language: str) -> str:
    period, interval = one["billing_period"], interval_text(one, as_of, language)
    forecast = "will_end_about" if interval == say("unknown", language) else "will_end"
    return say(
        "ended" if is_over(one, as_of) else forecast,
        language,
        month=month_text(period, language),
        value=money(one["x_estimate"], one["billing_currency"], 0),
        interval=interval,
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
