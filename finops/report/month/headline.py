"""Say what happened in a month in plain English, from the numbers alone."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from finops.definitions import before_tax
from finops.incidents.course import cost_text, course_of, when_text
from finops.text import (
    is_missing,
    money,
    month_name,
    number,
    percent,
    place_text,
    plain,
    unit_money,
)

if TYPE_CHECKING:
    from finops.report.month.summary import Change, Summary

__all__ = ["sentences"]

_COST = f"AWS cost {before_tax()}"
_UNCHANGED = Decimal("0.005")
_TENFOLD = Decimal(9)
# Less than this reads as nothing in a headline.
_HALF = Decimal("0.5")


def sentences(summary: Summary) -> tuple[str, ...]:
    """Return the headline sentences, the most important first; each ends with a full stop."""
    parts = (
        _cost(summary),
        _billed(summary),
        _tax(summary),
        _unit_cost(summary),
        _budgets(summary),
        _anomalies(summary),
        _teams(summary),
        _savings(summary),
        _owners(summary),
        _trust(summary),
        _findings(summary),
        _currencies(summary),
    )
    return tuple(part for part in parts if part)


def _cost(summary: Summary) -> str:
    now = money(summary.effective.current, summary.currency, 0)
    month = month_name(summary.billing_period)
    if not summary.is_complete and summary.last_charge_date:
        return (
            f"{_COST} is {now} in {month} up to day {summary.last_charge_date.day}; "
            "the month isn't complete, so it is not compared."
        )
    if summary.previous_period is None:
        return f"{_COST} was {now} in {month}, the first month loaded: there is none to compare."
    return f"{_COST} {_moved(summary, now, month)}."


def _billed(summary: Summary) -> str:
    """Say what the invoice did before tax, where it isn't what effective cost did."""
    billed, effective = summary.billed.share, summary.effective.share
    if not summary.is_complete or billed is None or effective is None:
        return ""
    if abs(billed - effective) < _UNCHANGED:
        return ""
    verb = "rose" if billed > 0 else "fell"
    now = money(summary.billed.current, summary.currency, 0)
    return (
        f"The bill itself {verb} {percent(abs(billed))} to {now} before tax: "
        "it pays commitments when they are due, cost spreads them over what uses them."
    )


def _tax(summary: Summary) -> str:
    """Lead from cost to the bill, where the bill has tax that comes back."""
    tax, billed = summary.billed_tax.current, summary.billed.current
    if not tax or billed is None:
        return ""
    return (
        f"The bill is {money(billed + tax, summary.currency, 0)}, "
        f"{money(tax, summary.currency, 0)} of it recoverable tax, which is in no cost here."
    )


def _moved(summary: Summary, now: str, month: str) -> str:
    """Return how cost moved, such as `fell 85 % to 540 USD in December 2018`."""
    cost = summary.effective
    when = f"in {month}{_against(summary)}"
    if cost.share is not None and abs(cost.share) < _UNCHANGED:
        change = money(cost.difference, summary.currency, 0, signed=True)
        return f"stayed at {now} {when} ({change})"
    verb = "rose" if (cost.difference or 0) > 0 else "fell"
    how = percent(abs(cost.share or Decimal(0)))
    if cost.share is None or cost.share > _TENFOLD:
        how = f"from {money(cost.previous, summary.currency, 0)}"
    return f"{verb} {how} to {now} {when}{_because(summary)}"


def _against(summary: Summary) -> str:
    """Name the month compared with, where it isn't the one just before."""
    before = str(pd.Period(summary.billing_period, freq="M") - 1)
    previous = summary.previous_period
    return "" if previous in (None, before) else f" against {month_name(str(previous))}"


def _because(summary: Summary) -> str:
    """Name the two AWS services that moved cost most in its direction."""
    total = summary.effective.difference or Decimal(0)
    moves = summary.service_movers.to_dict("records")
    drivers = [row for row in moves if row["change"] * total > 0][:2]
    if not drivers or abs(total) < 1:
        return ""
    names = " and ".join(_mover(row, summary.currency) for row in drivers)
    if 2 * abs(sum(row["change"] for row in drivers)) < abs(total):
        return (
            f"; the largest parts are {names}"
            if len(drivers) > 1
            else f"; {names} is the largest part"
        )
    verb = "rose" if total > 0 else "fell"
    if all(_ended(row) for row in drivers):
        verb = "ended"
    elif all(_began(row) for row in drivers):
        verb = "began"
    return f", mostly because {names} {verb}"


def _mover(row: dict[Any, Any], currency: str) -> str:
    return f"{plain(row['key'], 60)} ({money(row['change'], currency, 0, signed=True)})"


def _ended(row: dict[Any, Any]) -> bool:
    return bool(abs(row["current"]) < _HALF <= abs(row["previous"]))


def _began(row: dict[Any, Any]) -> bool:
    return bool(abs(row["previous"]) < _HALF <= abs(row["current"]))


def _unit_cost(summary: Summary) -> str:
    if summary.cost_per_order.current is None:
        return f"There is no cost per order: {plain(summary.per_order_reason, 200)}."
    shown = summary.cost_per_order
    price = unit_money(shown.current, summary.currency)
    if summary.reporting_cost_per_order.current is not None:
        shown = summary.reporting_cost_per_order
        price = f"{unit_money(shown.current, summary.reporting_currency)} ({price})"
    return f"One order cost {price}{_share_change(shown, summary)}; {_revenue(summary)}."


def _share_change(change: Change, summary: Summary) -> str:
    if change.share is None or summary.previous_period is None or not summary.is_complete:
        return ""
    word = "more" if change.share > 0 else "less"
    amount = f"{percent(abs(change.share))} {word} than"
    if abs(change.share) < _UNCHANGED:
        amount = "as in"
    return f", {amount} {'' if amount == 'as in' else 'in '}{month_name(summary.previous_period)}"


def _revenue(summary: Summary) -> str:
    if summary.cost_to_revenue.current is None:
        return f"cost to revenue is not known: {plain(summary.to_revenue_reason, 200)}"
    return f"AWS cost was {percent(summary.cost_to_revenue.current, 2)} of revenue"


def _budgets(summary: Summary) -> str:
    budgets, over = summary.budgets, summary.overruns
    if budgets.empty:
        return f"No budgets are set for {month_name(summary.billing_period)}."
    if over.empty:
        return f"No team passed its budget ({len(budgets)} have one)."
    names = ", ".join(
        f"{plain(row['x_team'], 40)} by {money(-row['x_variance'], summary.currency, 0)}"
        for row in over.head(3).to_dict("records")
    )
    rest = f" and {len(over) - 3} more" if len(over) > 3 else ""
    verb = "was" if len(over) == 1 else "were"
    return f"{len(over)} of {len(budgets)} budgets {verb} passed: {names}{rest}."


def _anomalies(summary: Summary) -> str:
    found = summary.anomalies
    if found is None:
        return ""
    if found.empty:
        return f"No anomaly was found in {month_name(summary.billing_period)}."
    first = found.iloc[0]
    course = course_of(first.to_dict(), summary.currency)
    still = int((found["state"] == "open").sum())
    count = "1 anomaly was found" if len(found) == 1 else f"{len(found)} anomalies were found"
    return (
        f"{count}, {still or 'none'} still open, first of all {plain(place_text(first['key']), 60)}"
        f" {when_text(course)}: {cost_text(course)}, against what was expected."
    )


def _teams(summary: Summary) -> str:
    if not summary.has_teams:
        return "No team owns cost yet: name teams, tags and rules in mappings/."
    if summary.team_movers.empty or not summary.is_complete:
        return ""
    row = summary.team_movers.iloc[0]
    part = "" if is_missing(row["share"]) else f", {percent(row['share'], signed=True)}"
    change = money(row["change"], summary.currency, 0, signed=True)
    return f"Among teams, {plain(row['key'], 40)} changed most ({change}{part})."


def _savings(summary: Summary) -> str:
    saved, listed = summary.savings.current, summary.list_cost.current
    if saved is None or not listed or listed <= 0:
        return ""
    side = "below" if saved >= 0 else "above"
    return (
        f"Cost is {money(abs(saved), summary.currency, 0)} ({percent(abs(saved / listed))}) {side} "
        "list prices."
    )


def _owners(summary: Summary) -> str:
    if summary.tagged_share is None or not summary.has_teams:
        return ""
    return (
        f"{percent(summary.tagged_share)} of cost has its owner by tag, "
        f"{percent(summary.inferred_share)} inferred; {percent(summary.unowned_share)} is unowned."
    )


def _trust(summary: Summary) -> str:
    months = f"{number(len(summary.months))} month{'s' if len(summary.months) != 1 else ''} loaded"
    residual = money(summary.residual, summary.currency, 2)
    if summary.residual is None:
        text = "Whether the numbers agree with the bill is not known"
    elif summary.residual < Decimal("0.005"):
        text = f"The numbers agree with the bill to the cent in all {months}"
    else:
        text = f"The numbers differ from the bill by up to {residual} in a month; run finops check"
    return f"{text}; {_finality(summary)}."


def _findings(summary: Summary) -> str:
    found = summary.findings
    if found.empty:
        return ""
    largest = found.iloc[0]
    amount = money(largest["x_found_cost"], largest["billing_currency"])
    what = f"{amount}: {plain(largest['x_what'], 200)}"
    month = month_name(summary.billing_period)
    if len(found) == 1:
        return f"The bill of {month} itself has an oddity, {what}."
    return f"The bill of {month} itself has {len(found)} oddities, the largest of {what}."


def _finality(summary: Summary) -> str:
    month = month_name(summary.billing_period)
    if summary.final_share is None:
        return f"whether {month} is final is not known"
    if summary.final_share == 1:
        return f"{month} is final"
    return f"{month} can still change: {percent(summary.final_share, 1)} of its lines are invoiced"


def _currencies(summary: Summary) -> str:
    if not summary.other_currencies:
        return ""
    names = ", ".join(summary.other_currencies)
    return f"Cost in {names} is not in these numbers: they are {summary.currency} only."
