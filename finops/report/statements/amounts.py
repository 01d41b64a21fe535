"""The tables of a statement whose cells add up to what the team pays."""

from decimal import Decimal
from typing import Any

import pandas as pd

from finops.business.bridge_text import EFFECTS, effect_name, sentences
from finops.report.kit.table import Table, written
from finops.report.kit.waterfall_svg import waterfall_drawing
from finops.report.statements.text import Say, say, term, words_of
from finops.statements.month import Month
from finops.statements.statement import Statement
from finops.text import cents, number, percent, plain

__all__ = [
    "amount",
    "changes",
    "effects",
    "index",
    "name",
    "own_service",
    "pools",
    "service_text",
    "services",
    "with_names",
]

_CHANGES = 8


def amount(month: Month, coins: int | Decimal | None, *, signed: bool = False) -> str:
    """Return coins as a number in the currency's own decimals."""
    places = cents(month.currency)
    value = None if coins is None else Decimal(int(coins)).scaleb(-places)
    return number(value, places, signed=signed)


def name(month: Month, team: str, language: str) -> str:
    """Return what a team or pool is called."""
    if team == "unowned":
        return say("no_owner", language)
    return plain(month.team_names.get(team, {}).get(language, team), 60)


def service_text(text: object, words: Say) -> str:
    """Return the name of an AWS service; some charges have none."""
    return words("no_service") if text == "" else plain(text, 50)


def own_service(month: Month, service: str, language: str) -> str:
    """Return what one of the company's services is called."""
    if service == "unowned":
        return say("no_service", language)
    return plain(month.service_names.get(service, {}).get(language, service), 40)


def effects(statement: Statement, language: str) -> Table:
    """Return the bridge from the month before: what each effect moved."""
    month, change = statement.month, say("change", language)
    named = with_names(statement.month, statement.bridge, language)
    rows = [
        (effect_name(effect, language), amount(month, statement.effects[effect], signed=True))
        for effect in EFFECTS
        if effect in statement.effects
    ]
    if rows:
        rows.append((say("total", language), amount(month, statement.change, signed=True)))
    return Table(
        "effects",
        say("effects", language),
        written((say("effect", language), change), (change,)),
        rows,
        say("first_month" if month.mode == "showback" else "no_effects", language),
        say("effects_note", language),
        lead=() if named.empty else sentences(named, language),
        drawing=waterfall_drawing(named, language),
    )


def changes(statement: Statement, language: str) -> Table:
    """Return the AWS services that changed most against the month before, and the rest."""
    month, words = statement.month, words_of(language)
    columns = (words("before"), words("now"), words("change"))
    moved = _moved(statement)
    shown = [(service_text(row["service_name"], words), row) for row in moved[:_CHANGES]]
    if rest := moved[_CHANGES:]:
        sums = {key: sum(row[key] for row in rest) for key in ("previous", "total", "change")}
        shown.append((f"{words('rest')} ({len(rest)})", sums))
    rows: list[tuple[str, ...]] = [
        (
            text,
            amount(month, row["previous"]),
            amount(month, row["total"]),
            amount(month, row["change"], signed=True),
        )
        for text, row in shown
    ]
    return Table(
        "changes",
        words("changes"),
        written((words("service"), *columns), columns),
        rows,
        words("first_month"),
        words("changes_note"),
    )


def services(statement: Statement, language: str) -> Table:
    """Return own and shared cost by AWS service."""
    words = words_of(language)
    month, columns = statement.month, (words("own"), words("shared"), words("total"))
    services = statement.services
    services = services[(services["own"] != 0) | (services["shared"] != 0)]
    keys = ("own", "shared", "total")
    rows: list[tuple[str, ...]] = [
        (service_text(row["service_name"], words), *(amount(month, row[key]) for key in keys))
        for row in services.to_dict("records")
    ]
    rows.append((words("total"), *(amount(month, int(services[key].sum())) for key in keys)))
    shown = written((words("service"), *columns), columns)
    return Table("services", words("services"), shown, rows)


def pools(statement: Statement, language: str) -> Table:
    """Return what came of each pool, by what it was split, and the team's share."""
    words = words_of(language)
    columns = (words("pool_total"), words("share"), words("amount"))
    rows: list[tuple[str, ...]] = [
        (
            name(statement.month, row["x_pool"], language),
            term(row["x_driver"], language),
            number(row["x_pool_total"], cents(statement.month.currency)),
            percent(row["x_share"], 1),
            amount(statement.month, row["x_cents"]),
        )
        for row in statement.pools.to_dict("records")
    ]
    if rows:
        total = int(statement.pools["x_cents"].sum())
        rows.append((words("total"), "", "", "", amount(statement.month, total)))
    return Table(
        "pools",
        words("pools"),
        written((words("pool"), words("driver"), *columns), columns),
        rows,
        words("no_pools"),
    )


def index(found: list[Statement], language: str) -> Table:
    """Return one row per statement, and the cost of the month that they add up to."""
    words, month = words_of(language), found[0].month
    total = sum(one.total for one in found)
    rows: list[tuple[str, ...]] = [
        (
            name(month, one.team, language),
            amount(month, one.total),
            amount(month, one.change, signed=True),
            percent(one.total / total if total else None),
            one.reference,
        )
        for one in sorted(found, key=lambda one: (-one.total, one.team))
    ]
    rows.append((words("total"), amount(month, total), "", "", ""))
    if kept := sum(month.rest.values()):
        rows.append((words("kept"), amount(month, kept), "", "", ""))
    rows += [
        (words(f"against_{month.mode}"), amount(month, month.total), "", "", ""),
        (words("difference"), amount(month, total + kept - month.total), "", "", ""),
    ]
    columns = (words("amount"), words("change"), words("share"))
    return Table(
        "index",
        f"{words('index_title')}, {month.currency}",
        written((words("team"), *columns, words("reference")), columns),
        rows,
        note=words("index_note"),
    )


def with_names(month: Month, moved: pd.DataFrame, language: str) -> pd.DataFrame:
    """Return a bridge with its teams and services as they are called."""
    if moved.empty:
        return moved
    services = [
        one if one == "unowned" else own_service(month, one, language) for one in moved["x_service"]
    ]
    teams = [name(month, one, language) for one in moved["x_team"]]
    return moved.assign(x_service=services, x_team=teams)


def _moved(statement: Statement) -> list[dict[Any, Any]]:
    """Return the AWS services whose cost changed, the largest change first."""
    if statement.previous is None:
        return []
    services = statement.services
    services = services.assign(change=services["total"] - services["previous"])
    services = services[services["change"] != 0]
    order = services["change"].abs().sort_values(ascending=False, kind="stable").index
    return services.loc[order].to_dict("records")
