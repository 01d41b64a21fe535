"""Lay an estimate out as tables of values, the same for a page and a workbook."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

import pandas as pd

from finops.coins import apportion, whole
from finops.forecast.budget_and_anomalies import Beside
from finops.forecast.estimate import Estimate
from finops.languages import known_language
from finops.report.estimates.bounds import bounds, shortfall
from finops.report.estimates.text import verdict
from finops.report.estimates.words import say
from finops.report.kit.table import Column, Say, Table
from finops.text import cents, is_missing, month_text, number

__all__ = ["Report", "company", "tables"]

_MEASURE = "effective_cost"
_RECORDED = ("company", "team")
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Report:
    """An estimate, what it is held against, the one kept before, and the record of such ones."""

    company: str
    estimate: Estimate
    against: Beside
    before: Estimate | None
    record: pd.DataFrame
    is_replay: bool

    @property
    def period(self) -> str:
        """The month that is estimated."""
        return str(min(self.estimate.summary["billing_period"]))


def tables(report: Report, language: str) -> list[Table]:
    """Return the tables of a document in reading order, those of money by billing currency."""
    words = partial(say, language=language)
    found = []
    for currency in sorted(set(report.estimate.summary["billing_currency"])):
        rows = _Rows(report, currency, language)
        found += [
            _company(rows),
            *_reporting(rows),
            _teams(rows),
            _ranked(rows, "aws_service", "by_service", "service"),
            _moved(rows, "team", "moved_team"),
            _moved(rows, "aws_service", "moved_service"),
            _months(rows),
            _ranked(rows, "kind", "by_kind", "kind"),
        ]
    every = [*found, _record(report, language), _notes(report.estimate, words, language)]
    return [replace(table, total_word=words("total")) for table in every]


def company(estimate: Estimate, period: str) -> list[dict[Any, Any]]:
    """Return the rows of the company in a month, billed before effective cost."""
    rows = estimate.summary
    mine = (rows["x_scope"] == "company") & (rows["billing_period"] == period)
    return rows[mine].sort_values(["billing_currency", "x_measure"]).to_dict("records")


@dataclass(frozen=True)
class _Rows:
    """The rows of an estimate in one billing currency, and its words."""

    report: Report
    currency: str
    language: str

    def say(self, key: str, **values: str) -> str:
        return say(key, self.language, **values)

    def of(self, scope: str, estimate: Estimate | None = None) -> list[dict[Any, Any]]:
        """Return the effective cost of the month by a scope, the largest first."""
        rows = (estimate or self.report.estimate).summary
        mine = (rows["x_scope"] == scope) & (rows["billing_period"] == self.report.period)
        mine &= (rows["billing_currency"] == self.currency) & (rows["x_measure"] == _MEASURE)
        largest = rows[mine].sort_values(
            "x_estimate", ascending=False, key=lambda one: one.astype(float), kind="stable"
        )
        return largest.to_dict("records")

    def money(self, key: str, *, total: bool = False, formula: str = "", **values: str) -> Column:
        return Column(self.say(key, **values), self.currency, total=total, formula=formula)

    def ends(self, one: dict[Any, Any]) -> tuple[Any, Any]:
        """Return the ends of an interval, or the word for both."""
        low, high = bounds(one, self.report.estimate.as_of, self.language)
        if low == high:
            return low, high
        places = cents(one["billing_currency"])
        return round(one["x_low"], places), round(one["x_high"], places)

    def known(self, value: Decimal | None) -> Decimal | str:
        """Return an amount, or the word for one that is not known."""
        if is_missing(value) or value is None:
            return self.say("unknown")
        return round(value, cents(self.currency))

    def coins(self, values: Iterable[Decimal | None]) -> list[Any]:
        """Return amounts in coins that add up to their rounded sum, the word if none is known.

        One that is missing among others cost nothing.
        """
        listed = [None if is_missing(value) else value for value in values]
        if all(value is None for value in listed):
            return [self.say("unknown")] * len(listed)
        places = cents(self.currency)
        units = [Decimal(value or 0).scaleb(places) for value in listed]
        given = apportion(units, whole(sum(units, _NOTHING)))
        return [Decimal(coin).scaleb(-places) for coin in given]


def _company(rows: _Rows) -> Table:
    names = ("posted", "estimate", "low", "high", "last_month")
    columns = [Column(rows.say("measure")), *(rows.money(name) for name in names)]
    found = [
        (
            rows.say(one["x_measure"]),
            rows.known(one["x_posted"]),
            rows.known(one["x_estimate"]),
            *rows.ends(one),
            rows.known(one["x_last_month"]),
        )
        for one in company(rows.report.estimate, rows.report.period)
        if one["billing_currency"] == rows.currency
    ]
    title = rows.say("cost", currency=rows.currency)
    return Table("cost", title, columns, found, rows.say("no_teams"))


def _reporting(rows: _Rows) -> list[Table]:
    """Return the company in the reporting currency, if that is another one and has a rate."""
    found: list[tuple[Any, ...]] = []
    title, currency = "", ""
    for one in company(rows.report.estimate, rows.report.period):
        same = one["billing_currency"] == rows.currency
        if not same or is_missing(one["x_reporting_estimate"]):
            continue
        currency = one["x_reporting_currency"]
        title = rows.say("cost_in", currency=currency, rate=number(one["x_exchange_rate"], 2))
        parts = ("posted", "estimate", "low", "high")
        amounts = {f"x_{name}": one[f"x_reporting_{name}"] for name in parts}
        shown = {**one, **amounts, "billing_currency": currency}
        places = cents(currency)
        posted, end = (round(shown[name], places) for name in ("x_posted", "x_estimate"))
        found.append((rows.say(one["x_measure"]), posted, end, *rows.ends(shown)))
    if not found or currency == rows.currency:
        return []
    names = ("posted", "estimate", "low", "high")
    columns = [Column(rows.say("measure")), *(Column(rows.say(name), currency) for name in names)]
    return [Table("cost_in", title, columns, found, "")]


def _ranked(rows: _Rows, scope: str, title: str, name: str) -> Table:
    """Return what the month ends at by a scope; the rows add up to the company."""
    found = rows.of(scope)
    posted, ends, before = (
        rows.coins(one[key] for one in found) for key in ("x_posted", "x_estimate", "x_last_month")
    )
    has_past = not any(isinstance(one, str) for one in before)
    columns = [
        Column(rows.say(name)),
        rows.money("posted", total=True),
        rows.money("estimate", total=True),
        rows.money("low"),
        rows.money("high"),
        rows.money("last_month", total=has_past),
    ]
    values = [
        (_name(one, scope, rows), posted[place], ends[place], *rows.ends(one), before[place])
        for place, one in enumerate(found)
    ]
    shown = rows.say(title, currency=rows.currency)
    return Table(title, shown, columns, values, rows.say("no_teams"))


def _name(one: dict[Any, Any], scope: str, rows: _Rows) -> str:
    return rows.say(f"kind_{one['x_key']}") if scope == "kind" else str(one["x_key"])


def _teams(rows: _Rows) -> Table:
    """Return the teams, each with its budget and what is left of it."""
    table, found = _ranked(rows, "team", "by_team", "team"), rows.of("team")
    against = rows.report.against
    if not against.budgets:
        return table
    taxes = rows.coins(_tax(rows, one["x_key"]) for one in found) if against.tax else []
    columns, values = [*table.columns], [list(row) for row in table.rows]
    formula = "{6}-{2}"
    if taxes:
        columns.append(rows.money("within_tax", total=True))
        formula = "{7}-{2}+{6}"
    columns += [rows.money("budget", total=True), rows.money("left", total=True, formula=formula)]
    for place, one in enumerate(found):
        tax = taxes[place] if taxes else _NOTHING
        budget = against.budgets.get(one["x_key"])
        shown = None if budget is None else round(budget, cents(rows.currency))
        left = None if shown is None else shown - values[place][2] + tax
        values[place] += [*([tax] if taxes else []), shown, left]
    note = rows.say("budget_note")
    listed = [tuple(row) for row in values]
    return Table(table.key, table.title, columns, listed, table.empty, note)


def _tax(rows: _Rows, team: str) -> Decimal:
    lines = rows.report.estimate.lines
    mine = (lines["x_team"] == team) & (lines["x_kind"] == "tax")
    mine &= (lines["billing_period"] == rows.report.period) & (lines["x_measure"] == _MEASURE)
    parts = lines.loc[mine, ["x_posted", "x_late", "x_forecast"]].to_numpy().ravel()
    return sum(parts, _NOTHING)


def _moved(rows: _Rows, scope: str, title: str) -> Table:
    """Return what each moved by since the estimate kept before; the rows add up to the total."""
    before = rows.report.before
    shown = rows.say(title, currency=rows.currency)
    name = Column(rows.say("service" if scope == "aws_service" else "team"))
    if before is None:
        return Table(title, shown, [name], [], rows.say("no_moved"))
    now = {one["x_key"]: one["x_estimate"] for one in rows.of(scope)}
    then = {one["x_key"]: one["x_estimate"] for one in rows.of(scope, before)}
    keys = [*now, *(key for key in then if key not in now)]
    ends, starts = (rows.coins(part.get(key, _NOTHING) for key in keys) for part in (now, then))
    columns = [
        name,
        rows.money("as_of", total=True, day=before.as_of),
        rows.money("as_of", total=True, day=rows.report.estimate.as_of),
        rows.money("moved", total=True, formula="{2}-{1}"),
    ]
    found = [(key, s, e, e - s) for key, s, e in zip(keys, starts, ends, strict=True)]
    found.sort(key=lambda row: -abs(row[3]))
    return Table(title, shown, columns, found, rows.say("no_moved"))


def _months(rows: _Rows) -> Table:
    """Return the months ahead, each with what past estimates as far ahead were low by."""
    summary = rows.report.estimate.summary
    mine = (summary["x_scope"] == "company") & (summary["x_measure"] == _MEASURE)
    mine &= summary["billing_currency"] == rows.currency
    mine &= summary["billing_period"] > rows.report.period
    columns = [
        Column(rows.say("month")),
        *(rows.money(name) for name in ("estimate", "low", "high")),
        Column(rows.say("shortfall"), "share"),
        rows.money("last_month"),
    ]
    found = [
        (
            month_text(one["billing_period"], rows.language),
            rows.known(one["x_estimate"]),
            *rows.ends(one),
            _share(shortfall(one), rows),
            rows.known(one["x_last_month"]),
        )
        for one in summary[mine].sort_values("billing_period").to_dict("records")
    ]
    title = rows.say("by_month", currency=rows.currency)
    return Table("by_month", title, columns, found, rows.say("no_ahead"), rows.say("ahead_note"))


def _share(value: Decimal | None, rows: _Rows) -> float | str:
    return rows.say("unknown") if value is None else float(value)


def _record(report: Report, language: str) -> Table:
    """Return how far off such estimates were, of the company and of teams."""
    words = partial(say, language=language)
    shares = ("error", "bias", "inside", "naive")
    columns = [
        *(Column(words(name)) for name in ("measure", "scope", "when")),
        Column(words("of_so_many"), "count"),
        *(Column(words(name), "share") for name in shares),
    ]
    record = report.record
    if record.empty:
        return Table("how_far", words("how_far"), columns, [], words("no_record"))
    found = [
        (
            words(one["x_measure"]),
            words(f"scope_{one['x_scope']}"),
            words("months_ahead", number=str(one["x_ahead"]))
            if one["x_ahead"]
            else words("on_day", day=str(one["x_day"])),
            int(one["x_months"]),
            *(
                words("unknown") if is_missing(one[key]) else float(one[key])
                for key in ("x_error", "x_bias", "x_inside_share", "x_last_month_error")
            ),
        )
        for one in record[record["x_scope"].isin(_RECORDED)].to_dict("records")
    ]
    notes = [words("replay" if report.is_replay else "kept")]
    if (record["x_ahead"] == 0).any():
        day = int(report.estimate.as_of[-2:])
        notes += [
            verdict(record, language, day=day, measure=one) for one in ("billed_cost", _MEASURE)
        ]
    return Table("how_far", words("how_far"), columns, found, "", " ".join(notes))


def _notes(estimate: Estimate, words: Say, language: str) -> Table:
    rows = [(note,) for note in estimate.notes[known_language(language)]]
    return Table("notes", words("notes"), [Column(words("note"))], rows, words("no_notes"))
