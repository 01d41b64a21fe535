"""The tables of a statement that say what its amounts mean and how far to trust them."""

from collections.abc import Iterable
from typing import Any

from finops.incidents.course import state_text
from finops.incidents.parts import main_cause
from finops.report.kit.ranked_bars import resource_name
from finops.report.kit.table import Table, written
from finops.report.statements.amounts import name, own_service, service_text
from finops.report.statements.text import Say, say, words_of
from finops.statements.month import Month
from finops.statements.statement import Statement
from finops.text import MISSING, cents, money, number, percent, plain, unit_money

__all__ = ["anomalies", "expected", "questions", "resources", "trust", "units"]

_UNOWNED = 3
_EXPECTED = "expected"


def units(statement: Statement, language: str) -> Table:
    """Return the cost per order of the team's own services."""
    words = words_of(language)
    columns = (words("cost"), words("orders"), words("per_order"))
    return Table(
        "units",
        words("units"),
        written((words("own_service"), *columns), columns),
        [
            (
                own_service(statement.month, row["x_service"], language),
                number(row["effective_cost"], 2),
                number(row["x_orders"]),
                unit_money(row["x_effective_cost_per_order"], statement.month.currency),
            )
            for row in statement.units.to_dict("records")
        ],
        words("no_units"),
        words("units_note"),
    )


def anomalies(statement: Statement, language: str) -> Table:
    """Return the team's cost of the month that nothing explains, and what it comes from.

    What somebody marked as expected is not in it.
    """
    words = words_of(language)
    names = ("from", "to", "where", "kind", "expected", "actual", "excess", "state", "cause")
    columns = [words(key) for key in names]
    return Table(
        "anomalies",
        words("anomalies"),
        written(columns, columns[4:7]),
        [
            (
                f"{row['start']:%Y-%m-%d}",
                f"{row['end']:%Y-%m-%d}",
                _place(row, statement.team, words),
                words(row["kind"]),
                number(row["expected"]),
                number(row["actual"]),
                number(row["excess"], signed=True),
                state_text(row["state"], language),
                main_cause(row, language) or MISSING,
            )
            for row in statement.anomalies.to_dict("records")
            if row["status"] != _EXPECTED
        ],
        words("no_anomalies"),
        words("shared_note") if (statement.anomalies["shared_by"] > 1).any() else "",
    )


def expected(statement: Statement, language: str) -> Table:
    """Return the anomalies that somebody marked as expected, with the reason that was given."""
    words = words_of(language)
    names = ("from", "to", "where", "kind", "excess", "given")
    return Table(
        "expected",
        words("marked"),
        written(map(words, names), (words("excess"),)),
        [
            (
                f"{row['start']:%Y-%m-%d}",
                f"{row['end']:%Y-%m-%d}",
                _place(row, statement.team, words),
                words(row["kind"]),
                number(row["excess"], signed=True),
                plain(row["reason"] or MISSING, 300),
            )
            for row in statement.anomalies.to_dict("records")
            if row["status"] == _EXPECTED
        ],
        note=words("marked_note"),
    )


def _place(row: dict[Any, Any], team: str, words: Say) -> str:
    """Return the key of an anomaly without the team, and how many teams share it."""
    inside = plain(row["key"].partition(" / ")[2], 120)
    place = words("whole_team") if row["key"] in (team, "*") else inside
    if row["level"] == "account":
        place = words("account", account=inside.removeprefix("account "))
    if row["shared_by"] == 1:
        return place
    whole = number(row["whole_excess"], signed=True)
    return words("shared_incident", where=place, teams=str(row["shared_by"]), excess=whole)


def resources(statement: Statement, language: str) -> Table:
    """Return the costliest resources of the team."""
    words = words_of(language)
    columns = [words(key) for key in ("resource", "service", "billed", "effective")]
    return Table(
        "resources",
        words("resources"),
        written(columns, columns[2:]),
        [
            (
                plain(resource_name(row), 60),
                service_text(row["service_name"], words),
                number(row["billed_cost"], 2),
                number(row["effective_cost"], 2),
            )
            for row in statement.resources.to_dict("records")
        ],
        words("no_resources"),
        words("resources_note"),
    )


def questions(statement: Statement, language: str) -> Table:
    """Return what is not settled, in sentences."""
    words = words_of(language)
    found = [
        *_month_questions(statement.month, words),
        *_budget_questions(statement, words),
        *_owner_questions(statement, words),
        *_count_questions(statement, language),
    ]
    rows = [(str(place), text) for place, text in enumerate(found, 1)]
    columns = written(("", words("question")))
    return Table("questions", words("questions"), columns, rows, words("no_questions"))


def trust(month: Month, language: str) -> Table:
    """Return how far the numbers of the month can be trusted."""
    words = words_of(language)
    row = month.trust
    names = ("deliveries", "last_charge", "invoiced", "billed", "tax_beside", "effective")
    columns = tuple(words(key) for key in (*names, "residual", "unowned"))
    places = cents(month.currency)
    values = (
        number(row["x_deliveries"]),
        str(row["x_last_charge_date"] or "–"),
        percent(row["x_final_share"], 0),
        number(row["billed_cost"], places),
        number(row["x_billed_tax"], places),
        number(row["effective_cost"], places),
        number(row["x_residual"], places),
        percent(row["x_unowned_share"]),
    )
    shown = written(columns, columns)
    return Table("trust", f"{words('trust')}, {month.currency}", shown, [values])


def _month_questions(month: Month, words: Say) -> Iterable[str]:
    final = month.trust["x_final_share"]
    if final is not None and final < 1:
        yield words("q_estimated", share=percent(1 - final))
    if month.trust["x_incomplete_from"] is not None:
        yield words("q_incomplete", day=str(month.trust["x_incomplete_from"]))
    if month.rate is None and month.reporting_currency != month.currency:
        yield words("q_rate", currency=month.currency, reporting=month.reporting_currency)


def _budget_questions(statement: Statement, words: Say) -> Iterable[str]:
    if statement.budget is None:
        yield words("q_budget")
    elif statement.own_cost > statement.budget:
        over = statement.own_cost - statement.budget
        yield words("q_over", over=money(over, statement.month.currency))


def _owner_questions(statement: Statement, words: Say) -> Iterable[str]:
    for row in statement.unowned.head(_UNOWNED).to_dict("records"):
        yield words(
            "q_unowned",
            resource=plain(resource_name(row), 60),
            cost=money(row["x_last_month_unowned_cost"], statement.month.currency),
            share=percent(row["x_probable_precision"], 0),
        )


def _count_questions(statement: Statement, language: str) -> Iterable[str]:
    """Yield the days on which something was not counted: a pool's driver, a service's orders."""
    month = statement.month
    for pool, days in statement.gaps.items():
        yield say("q_gap", language, pool=name(month, pool, language), days=str(days))
    for row in statement.units.to_dict("records"):
        if days := row["x_days_without_orders"]:
            service = own_service(month, row["x_service"], language)
            yield say("q_orders", language, service=service, days=str(days))
