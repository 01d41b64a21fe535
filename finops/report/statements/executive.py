"""Sum a month up for executives on one page: cost, what an order costs, what moved it, budget."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from finops.business.bridge_text import sentences
from finops.coins import apportion, whole
from finops.report.kit.page import environment
from finops.report.kit.table import Table, written
from finops.report.kit.waterfall_svg import waterfall_drawing
from finops.report.statements.amounts import amount, name, service_text, with_names
from finops.report.statements.text import say, words_of
from finops.statements import queries
from finops.statements.month import Month
from finops.statements.statement import Statement
from finops.text import cents, is_missing, money, month_text, number, percent, unit_money
from finops.warehouse.connect import Warehouse

__all__ = ["executive_page"]

_MOVERS, _BUDGETS = 5, 5
_WIDTH, _HEIGHT = 200, 30

Row = dict[Any, Any]


@dataclass(frozen=True)
class Measure:
    """A number with its trend: `points` of a line from the first month to this one."""

    name: str
    value: str
    detail: str
    points: list[tuple[float, float]]


def executive_page(warehouse: Warehouse, found: Sequence[Statement], language: str) -> str:
    """Return the page of a month from all its statements; every text in it is escaped.

    Of a bill in several currencies it is about the one with most cost. Measures and bridge are of
    effective cost; movers are those of the statements.
    """
    month = max(found, key=lambda one: abs(one.month.total)).month
    mine = [one for one in found if one.month.currency == month.currency]
    asked = {"period": month.billing_period, "currency": month.currency}
    months = warehouse.sql(queries.COMPANY, **asked).to_dict("records")[::-1]
    budgets = warehouse.sql(queries.BUDGETS, **asked).to_dict("records")
    period = month_text(month.billing_period, language)
    return (
        environment()
        .get_template("statements/executive.html.j2")
        .render(
            language=language,
            title=f"{month.company}: {say('executive', language)}, {period}",
            lines=[_trust(month, sum(one.total for one in mine), language)],
            measures=_measures(month, months, language),
            trend=_trend(months, language),
            change=_change(month, language),
            tables=[
                _team_movers(month, mine, language),
                _service_movers(month, mine, language),
                _budgets(month, budgets, language),
            ],
            footer=say("footer", language),
        )
    )


def _measures(month: Month, months: list[Row], language: str) -> list[Measure]:
    """Return cost and the three measures, each with its change and its months."""
    now, words = months[-1], words_of(language)
    reporting = str(now["x_reporting_currency"])
    is_local = not is_missing(now["x_reporting_effective_cost_per_order"])
    per_order = f"x_{'reporting_' if is_local else ''}effective_cost_per_order"
    unit = reporting if is_local else month.currency

    def measure(key: str, column: str, text: Callable[[Any], str], detail: str = "") -> Measure:
        values = [None if is_missing(row[column]) else float(row[column]) for row in months]
        if values[-1] is None:
            return Measure(words(key), "–", words("no_measure"), [])
        said = detail or _against(month, values, language)
        return Measure(words(key), text(now[column]), said, _points(values))

    used = _share(now["effective_cost"], now["x_budget"])
    left = say("of_budget", language, share=percent(used, 0))
    return [
        measure("cost_of_month", "effective_cost", lambda one: money(one, month.currency, 0)),
        measure("cost_per_order", per_order, lambda one: unit_money(one, unit)),
        measure("cost_to_revenue", "x_effective_cost_to_revenue", lambda one: percent(one, 2)),
        measure(
            "budget_left", "x_effective_variance", lambda one: money(one, month.currency, 0), left
        ),
    ]


def _against(month: Month, values: list[float | None], language: str) -> str:
    """Return the change against the month before, where both are known."""
    if len(values) < 2 or month.previous_period is None or not values[-1] or not values[-2]:
        return say("first_month", language) if len(values) < 2 else ""
    before = say("against", language, month=month_text(month.previous_period, language))
    return f"{percent(values[-1] / values[-2] - 1, signed=True)} {before}"


def _points(values: list[float | None]) -> list[tuple[float, float]]:
    """Return the known values as points of a line, the largest on top."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return []
    low, high = min(value for _, value in known), max(value for _, value in known)
    step, size = _WIDTH / (len(values) - 1), (high - low) or 1.0
    return [(place * step, _HEIGHT * (high - value) / size) for place, value in known]


def _change(month: Month, language: str) -> Table:
    """Return what moved the company's cost: two sentences and the waterfall."""
    if month.previous_period is None:
        return Table("effects", say("effects", language), (), (), say("first_month", language))
    shown = with_names(month, month.bridge, language)
    return Table(
        "effects",
        say("effects", language),
        (),
        (),
        lead=sentences(shown, language),
        drawing=waterfall_drawing(shown, language),
    )


def _team_movers(month: Month, found: list[Statement], language: str) -> Table:
    rows = [(name(month, one.team, language), one.total, one.previous) for one in found]
    return _movers(month, rows, "moved_teams", "team", language)


def _service_movers(month: Month, found: list[Statement], language: str) -> Table:
    frame = pd.concat([one.services for one in found])
    sums = frame.groupby("service_name")[["total", *_before(frame)]].sum()
    words = words_of(language)
    rows = [
        (service_text(key, words), int(row["total"]), row.get("previous"))
        for key, row in sums.to_dict("index").items()
    ]
    return _movers(month, rows, "changes", "service", language)


def _before(frame: pd.DataFrame) -> list[str]:
    return [column for column in frame.columns if column == "previous"]


def _movers(
    month: Month, rows: Sequence[tuple[str, int, int | None]], title: str, key: str, language: str
) -> Table:
    """Return the largest changes, and all as one."""
    words = words_of(language)
    known = [(text, total, total - before) for text, total, before in rows if before is not None]
    known.sort(key=lambda one: (-abs(one[2]), one[0]))
    sums = (words("all"), sum(one[1] for one in known), sum(one[2] for one in known))
    columns = (words("now"), words("change"))
    return Table(
        title,
        words(title),
        written((words(key), *columns), columns),
        [
            (text, amount(month, total), amount(month, change, signed=True))
            for text, total, change in ([*known[:_MOVERS], sums] if known else [])
        ],
        words("first_month"),
    )


def _budgets(month: Month, rows: list[Row], language: str) -> Table:
    """Return own cost beside budget, the largest overrun first; all is the cost of the month."""
    words, places = words_of(language), cents(month.currency)
    groups = _budget_groups(month, rows, language)
    owns, budgets = zip(*(_sums(part, places) for _, part in groups), strict=True)
    own_coins = apportion(owns, whole(sum(owns, Decimal(0))))
    budget_coins = apportion(budgets, whole(sum(budgets, Decimal(0))))
    shown = list(zip([text for text, _ in groups], own_coins, budget_coins, strict=True))
    shown.append((words("all"), sum(own_coins), sum(budget_coins)))
    columns = (words("own"), words("budget"), words("left"), words("used"))
    cells: list[tuple[str, ...]] = [
        (
            text,
            amount(month, own),
            amount(month, budget or None),
            amount(month, budget - own if budget else None),
            percent(own / budget if budget else None, 0),
        )
        for text, own, budget in shown
    ]
    return Table(
        "budgets",
        f"{words('budgets')}, {month.currency}",
        written((words("team"), *columns), columns),
        cells if any(budget_coins) else [],
        words("no_budgets"),
    )


def _budget_groups(month: Month, rows: list[Row], language: str) -> list[tuple[str, list[Row]]]:
    """Return the teams with least left, each by itself, the others, and those without a budget."""
    known = [row for row in rows if not is_missing(row["x_budget"])]
    known.sort(key=lambda row: row["x_budget"] - row["x_own_effective_cost"])
    found = [(name(month, row["x_team"], language), [row]) for row in known[:_BUDGETS]]
    if rest := known[_BUDGETS:]:
        found.append((f"{say('others', language)} ({len(rest)})", rest))
    if without := [row for row in rows if is_missing(row["x_budget"])]:
        found.append((say("without_budget", language), without))
    return found


def _sums(part: list[Row], places: int) -> tuple[Decimal, Decimal]:
    """Return own cost and budget of some teams, in exact coins."""
    own = sum((row["x_own_effective_cost"] for row in part), Decimal(0))
    budgets = (row["x_budget"] for row in part if not is_missing(row["x_budget"]))
    return own.scaleb(places), sum(budgets, Decimal(0)).scaleb(places)


def _trust(month: Month, total: int, language: str) -> str:
    row = month.trust
    line = say(
        "trust_line",
        language,
        total=amount(month, total),
        bill=number(row["billed_cost"] + row["x_billed_tax"], cents(month.currency)),
        tax=number(row["x_billed_tax"], cents(month.currency)),
        currency=month.currency,
        residual=number(row["x_residual"], cents(month.currency)),
        invoiced=percent(row["x_final_share"], 0),
        day=str(row["x_last_charge_date"] or "–"),
        unowned=percent(row["x_unowned_share"]),
    )
    return f"{line} {say(month.state, language)}."


def _trend(months: list[Row], language: str) -> str:
    """Return which months the lines show, if there is more than one."""
    names = [month_text(str(row["billing_period"]), language) for row in months]
    return say("trend", language, first=names[0], last=names[-1]) if len(names) > 1 else ""


def _share(part: Any, whole: Any) -> float | None:
    return None if is_missing(part) or is_missing(whole) or not whole else float(part / whole)
