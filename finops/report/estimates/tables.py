"""Lay an estimate out as tables for a notebook, in English and Korean."""

from typing import Any

import pandas as pd

from finops.forecast.estimate import Estimate
from finops.languages import known_language
from finops.report.estimates.bounds import bounds, shortfall
from finops.report.estimates.words import say
from finops.report.kit.table import Table, written
from finops.text import cents, month_text, number, percent, plain

__all__ = ["jumps", "kinds", "months", "notes", "teams"]

_COMPANY = "*"
_PARTS = ("posted", "estimate", "low", "high")
_JUMPS = ("day", "team", "service", "cost_of_day", "expected", "excess", "")
_AMOUNTS = {*_PARTS, *_JUMPS[3:6], "last_month", "run_rate", "reporting", "shortfall"}
# So many jumps are listed, the largest first.
_LISTED = 10


def teams(estimate: Estimate, language: str = "en") -> Table:
    """Return what the company and each team end the month at, the largest first.

    Effective cost without cents: so far, estimate, 80 % interval, and what needs no model. Raises
    BadInput for another language than en, ko, as all of these do.
    """
    names = (*_PARTS, "last_month", "run_rate")
    found = _now(estimate)
    found = found[found["x_measure"] == "effective_cost"]
    found = found[found["x_scope"].isin(["company", "team"])]
    largest = found.sort_values("x_estimate", ascending=False, kind="stable")
    rows: list[tuple[str, ...]] = [
        (
            say("company", language) if one["x_key"] == _COMPANY else plain(one["x_key"], 40),
            *_amounts(one, names, estimate.as_of, language),
            one["billing_currency"],
        )
        for one in largest.to_dict("records")
    ]
    return _section("teams", ("team", *names, ""), rows, language)


def months(estimate: Estimate, language: str = "en") -> Table:
    """Return the months ahead of the company, effective cost without cents.

    Each with the share of it that the same forecast was too low by on past days, on average.
    """
    found = estimate.summary
    found = found[(found["x_scope"] == "company") & (found["x_measure"] == "effective_cost")]
    ahead = found[found["billing_period"] > min(found["billing_period"])]
    names = ("estimate", "low", "high", "last_month")
    rows: list[tuple[str, ...]] = [
        (
            month_text(one["billing_period"], language),
            *_amounts(one, names, estimate.as_of, language),
            percent(shortfall(one), 1, signed=True),
            one["billing_currency"],
        )
        for one in ahead.sort_values("billing_period").to_dict("records")
    ]
    return _section("ahead", ("month", *names, "shortfall", ""), rows, language)


def kinds(estimate: Estimate, language: str = "en") -> Table:
    """Return what the month is made of by kind of charge, billed and effective.

    Amounts without cents in the bill's currency; the estimate in the reporting currency too.
    """
    found = _now(estimate)
    found = found[found["x_scope"] == "kind"].sort_values(["x_measure", "x_key"])
    rows = [
        (
            say(one["x_measure"], language),
            say(f"kind_{one['x_key']}", language),
            *_amounts(one, _PARTS, estimate.as_of, language),
            one["billing_currency"],
            number(one["x_reporting_estimate"]),
            plain(one["x_reporting_currency"]),
        )
        for one in found.to_dict("records")
    ]
    return _section("kinds", ("measure", "kind", *_PARTS, "", "reporting", ""), rows, language)


def notes(estimate: Estimate, language: str = "en") -> Table:
    """Return what orders would cost, what is planned, and what the estimate had to do without."""
    rows: list[tuple[str, ...]] = [
        (plain(note),) for note in estimate.notes[known_language(language)]
    ]
    return _section("notes", ("note",), rows, language)


def jumps(found: pd.DataFrame, language: str = "en") -> Table:
    """Return the largest rows of `finops.forecast.daily_jumps`, amounts with cents."""
    rows: list[tuple[str, ...]] = [
        (
            f"{one['charge_date']:%Y-%m-%d}",
            plain(one["x_team"], 40),
            plain(one["service_name"], 40),
            number(one["effective_cost"], cents(one["billing_currency"])),
            number(one["x_expected"], cents(one["billing_currency"])),
            number(one["x_excess"], cents(one["billing_currency"]), signed=True),
            one["billing_currency"],
            plain(one["x_announced"]),
            plain(one["x_contributors"]),
        )
        for one in found.head(_LISTED).to_dict("records")
    ]
    return _section("jumps", (*_JUMPS, "announced", "contributors"), rows, language)


def _now(estimate: Estimate) -> pd.DataFrame:
    """Return the rows of the month of the estimate."""
    is_first = estimate.summary["billing_period"] == min(estimate.summary["billing_period"])
    now: pd.DataFrame = estimate.summary.loc[is_first]
    return now


def _amounts(
    one: dict[Any, Any], names: tuple[str, ...], as_of: str, language: str
) -> tuple[str, ...]:
    ends = dict(zip(("low", "high"), bounds(one, as_of, language), strict=True))
    return tuple(ends.get(name) or number(one[f"x_{name}"]) for name in names)


def _section(
    key: str, columns: tuple[str, ...], rows: list[tuple[str, ...]], language: str
) -> Table:
    titles = [say(name, language) if name else "" for name in columns]
    amounts = [say(name, language) for name in columns if name in _AMOUNTS]
    shown = written(titles, amounts)
    return Table(key, say(key, language), shown, rows, say(f"no_{key}", language))
