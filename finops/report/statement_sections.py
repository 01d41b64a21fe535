"""Lay out a statement as tiles and tables of text, in English or Korean."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from finops.business.bridge_text import EFFECTS, effect_name, month_text
from finops.report.ranks import resource_name
from finops.report.sections import Section, Tile
from finops.report.statement import Month, Statement
from finops.report.statement_text import say
from finops.report.text import cents, is_missing, money, number, percent, plain, unit_money

__all__ = ["amount", "index", "name", "sections", "tiles"]

_CHANGES = 8
_UNOWNED = 3

Say = Callable[..., str]


def amount(month: Month, coins: int | Decimal | None, *, signed: bool = False) -> str:
    """Return coins as a number in the currency's own decimals."""
    places = cents(month.currency)
    value = None if coins is None else Decimal(int(coins)).scaleb(-places)
    return number(value, places, signed=signed)


def name(statement: Statement, language: str) -> str:
    """Return what the team is called."""
    if statement.team == "unowned":
        return say("no_owner", language)
    return plain(statement.names[language], 60)


def tiles(statement: Statement, language: str) -> list[Tile]:
    """Return total, change, budget and the total in the reporting currency."""
    month, words = statement.month, _words(language)
    own = int(statement.lines.loc[statement.lines["x_pool"] == "", "x_cents"].sum())
    detail = (
        f"{words('own')} {amount(month, own)}, {words('shared')} "
        f"{amount(month, statement.total - own)}"
    )
    found = [
        Tile(words("total"), f"{amount(month, statement.total)} {month.currency}", detail),
        _change_tile(statement, language),
        _budget_tile(statement, words),
    ]
    if month.reporting_currency != month.currency:
        found.append(_reporting_tile(statement, words))
    return found


def sections(statement: Statement, language: str) -> list[Section]:
    """Return the tables of a statement in reading order."""
    words = _words(language)
    return [
        _effects(statement, language),
        _changes(statement, words),
        _services(statement, words),
        _pools(statement, words),
        _units(statement, words),
        _anomalies(statement, words),
        _resources(statement, words),
        Section(
            words("questions"),
            ("", words("question")),
            frozenset(),
            [(str(place), text) for place, text in enumerate(questions(statement, language), 1)],
            words("no_questions"),
        ),
        _trust(statement.month, words),
    ]


def questions(statement: Statement, language: str) -> list[str]:
    """Return what is not settled, in sentences."""
    words, month = _words(language), statement.month
    return [
        *_month_questions(month, words),
        *_budget_questions(statement, words),
        *(
            words(
                "q_unowned",
                resource=plain(resource_name(row), 60),
                cost=money(row["x_last_month_unowned_cost"], month.currency),
                share=percent(row["x_probable_precision"], 0),
            )
            for row in statement.unowned.head(_UNOWNED).to_dict("records")
        ),
        *(
            words("q_gap", pool=plain(pool, 40), days=str(days))
            for pool, days in statement.gaps.items()
        ),
        *(
            words(
                "q_orders",
                service=plain(row["x_service"], 40),
                days=str(row["x_days_without_orders"]),
            )
            for row in statement.units.to_dict("records")
            if row["x_days_without_orders"]
        ),
    ]


def index(found: list[Statement], language: str) -> Section:
    """Return one row per statement, and the bill that they add up to."""
    words, month = _words(language), found[0].month
    total = sum(one.total for one in found)
    rows: list[tuple[str, ...]] = [
        (
            name(one, language),
            amount(month, one.total),
            amount(month, one.change, signed=True),
            percent(one.total / total if total else None),
            one.reference,
        )
        for one in sorted(found, key=lambda one: (-one.total, one.team))
    ]
    rows += [
        (words("total"), amount(month, total), "", "", ""),
        (words("bill"), amount(month, month.total), "", "", ""),
        (words("difference"), amount(month, total - month.total), "", "", ""),
    ]
    columns = (words("amount"), words("change"), words("share"))
    return Section(
        f"{words('index_title')}, {month.currency}",
        (words("team"), *columns, words("reference")),
        frozenset(columns),
        rows,
        note=words("index_note"),
    )


def _words(language: str) -> Say:
    return lambda key, **values: say(key, language, **values)


def _change_tile(statement: Statement, language: str) -> Tile:
    month, change = statement.month, statement.change
    if change is None or month.previous_period is None or statement.previous is None:
        return Tile(say("change", language), "–", say("first_month", language))
    share = Decimal(change) / statement.previous if statement.previous > 0 else None
    against = say("against", language, month=month_text(month.previous_period, language))
    return Tile(
        say("change", language),
        amount(month, change, signed=True),
        f"{percent(share, signed=True)} {against}",
    )


def _budget_tile(statement: Statement, words: Say) -> Tile:
    if statement.budget is None:
        return Tile(words("budget"), "–", words("no_budget"))
    left = statement.budget - statement.own_cost
    share = statement.own_cost / statement.budget if statement.budget else None
    note = words(
        "budget_note",
        own=number(statement.own_cost, 2),
        budget=number(statement.budget, 2),
        left=number(left, 2),
    )
    return Tile(words("budget"), percent(share, 0), note)


def _reporting_tile(statement: Statement, words: Say) -> Tile:
    month = statement.month
    title = words("in_reporting", currency=month.reporting_currency)
    if month.rate is None:
        return Tile(title, "–", words("no_rate"))
    value = Decimal(statement.total).scaleb(-cents(month.currency)) * month.rate
    note = words("rate_note", rate=number(month.rate, 2))
    return Tile(title, money(value, month.reporting_currency), note)


def _effects(statement: Statement, language: str) -> Section:
    """Return the bridge from the month before: what each effect moved."""
    month, change = statement.month, say("change", language)
    rows = [
        (effect_name(effect, language), amount(month, statement.effects[effect], signed=True))
        for effect in EFFECTS
        if effect in statement.effects
    ]
    if rows:
        rows.append((say("total", language), amount(month, statement.change, signed=True)))
    return Section(
        say("effects", language),
        (say("effect", language), change),
        frozenset({change}),
        [*rows],
        say("first_month" if month.mode == "showback" else "no_effects", language),
        say("effects_note", language),
    )


def _changes(statement: Statement, words: Say) -> Section:
    month, columns = statement.month, (words("before"), words("now"), words("change"))
    moved = []
    if statement.previous is not None:
        services = statement.services.assign(
            change=statement.services["total"] - statement.services["previous"]
        )
        services = services[services["change"] != 0]
        order = services["change"].abs().sort_values(ascending=False, kind="stable").index
        moved = services.loc[order].to_dict("records")
    shown: list[tuple[str, ...]] = [
        (
            _service(row["service_name"], words),
            amount(month, row["previous"]),
            amount(month, row["total"]),
            amount(month, row["change"], signed=True),
        )
        for row in moved[:_CHANGES]
    ]
    if rest := moved[_CHANGES:]:
        sums = [sum(row[key] for row in rest) for key in ("previous", "total", "change")]
        shown.append(
            (
                f"{words('rest')} ({len(rest)})",
                amount(month, sums[0]),
                amount(month, sums[1]),
                amount(month, sums[2], signed=True),
            )
        )
    return Section(
        words("changes"),
        (words("service"), *columns),
        frozenset(columns),
        shown,
        words("first_month"),
        words("changes_note"),
    )


def _services(statement: Statement, words: Say) -> Section:
    month, columns = statement.month, (words("own"), words("shared"), words("total"))
    services = statement.services
    services = services[(services["own"] != 0) | (services["shared"] != 0)]
    keys = ("own", "shared", "total")
    rows: list[tuple[str, ...]] = [
        (_service(row["service_name"], words), *(amount(month, row[key]) for key in keys))
        for row in services.to_dict("records")
    ]
    rows.append((words("total"), *(amount(month, int(services[key].sum())) for key in keys)))
    return Section(words("services"), (words("service"), *columns), frozenset(columns), rows)


def _pools(statement: Statement, words: Say) -> Section:
    columns = (words("pool_total"), words("share"), words("amount"))
    rows: list[tuple[str, ...]] = [
        (
            plain(row["x_pool"], 40),
            plain(row["x_driver"], 40).replace("_", " "),
            number(row["x_pool_total"], cents(statement.month.currency)),
            percent(row["x_share"], 1),
            amount(statement.month, row["x_cents"]),
        )
        for row in statement.pools.to_dict("records")
    ]
    if rows:
        total = int(statement.pools["x_cents"].sum())
        rows.append((words("total"), "", "", "", amount(statement.month, total)))
    return Section(
        words("pools"),
        (words("pool"), words("driver"), *columns),
        frozenset(columns),
        rows,
        words("no_pools"),
    )


def _units(statement: Statement, words: Say) -> Section:
    columns = (words("cost"), words("orders"), words("per_order"))
    return Section(
        words("units"),
        (words("own_service"), *columns),
        frozenset(columns),
        [
            (
                plain(row["x_service"], 40),
                number(row["effective_cost"], 2),
                number(row["x_orders"]),
                unit_money(
                    _ratio(row["x_ordered_cost"], row["x_orders"]), statement.month.currency
                ),
            )
            for row in statement.units.to_dict("records")
        ],
        words("no_units"),
        words("units_note"),
    )


def _anomalies(statement: Statement, words: Say) -> Section:
    columns = (words("expected"), words("actual"), words("excess"))
    return Section(
        words("anomalies"),
        (words("from"), words("to"), words("service"), words("kind"), *columns),
        frozenset(columns),
        [
            (
                f"{row['start']:%Y-%m-%d}",
                f"{row['end']:%Y-%m-%d}",
                plain(str(row["key"]).partition(" / ")[2], 50),
                words(row["kind"]),
                number(row["expected"]),
                number(row["actual"]),
                number(row["excess"], signed=True),
            )
            for row in statement.anomalies.to_dict("records")
        ],
        words("no_anomalies"),
    )


def _resources(statement: Statement, words: Say) -> Section:
    return Section(
        words("resources"),
        (words("resource"), words("service"), words("billed"), words("effective")),
        frozenset({words("billed"), words("effective")}),
        [
            (
                plain(resource_name(row), 60),
                _service(row["service_name"], words),
                number(row["billed_cost"], 2),
                number(row["effective_cost"], 2),
            )
            for row in statement.resources.to_dict("records")
        ],
        words("no_resources"),
        words("resources_note"),
    )


def _trust(month: Month, words: Say) -> Section:
    row = month.trust
    names = ("deliveries", "last_charge", "invoiced", "billed", "effective", "residual", "unowned")
    columns = tuple(words(key) for key in names)
    places = cents(month.currency)
    values = (
        number(row["x_deliveries"]),
        str(row["x_last_charge_date"] or "–"),
        percent(row["x_final_share"], 0),
        number(row["billed_cost"], places),
        number(row["effective_cost"], places),
        number(row["x_residual"], places),
        percent(row["x_unowned_share"]),
    )
    return Section(f"{words('trust')}, {month.currency}", columns, frozenset(columns), [values])


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


def _service(text: object, words: Say) -> str:
    return words("no_service") if text == "" else plain(text, 50)


def _ratio(cost: Any, orders: Any) -> Decimal | None:
    return None if is_missing(cost) or is_missing(orders) or not orders else cost / Decimal(orders)
