"""Print an estimate in a terminal: the company, then the teams, then what it had to do without."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.markup import escape

from finops.forecast.budget_and_anomalies import Beside
from finops.forecast.estimate import Estimate
from finops.forecast.record import track_record
from finops.report.estimates.bounds import interval_text, shortfall
from finops.report.estimates.text import head, limits, verdict
from finops.report.kit import terminal as tables
from finops.text import is_missing, number, percent, plain

__all__ = ["page", "record_page"]

_RECORDED = ("company", "team", "aws_service", "item")
# Rows of a table; more are added up in one.
_SHOWN, _SERVICES = 18, 10
_SUMMED = ("x_posted", "x_estimate", "x_last_month")
_MEASURES = {"billed_cost": "billed", "effective_cost": "effective"}


def page(estimate: Estimate, against: Beside | None = None) -> RenderableType:
    """Return an estimate for 80 columns: amounts without cents, in the billing currency."""
    summary = estimate.summary
    period = min(summary["billing_period"])
    now = summary[summary["billing_period"] == period]
    later = summary[(summary["billing_period"] > period) & (summary["x_scope"] == "company")]
    effective = now[now["x_measure"] == "effective_cost"]
    services = _ranked(effective, "aws_service")
    as_of, beside = estimate.as_of, against or Beside()
    parts = [
        *map(escape, [*head(estimate, beside), *limits(estimate, beside)]),
        _table("cost", now[now["x_scope"] == "company"], "x_measure", as_of),
        _table("team, effective cost", _ranked(effective, "team"), "x_key", as_of),
        _table("AWS service, effective cost", services, "x_key", as_of, _SERVICES),
        *([] if later.empty else [_months(_effective(later), as_of)]),
        *map(escape, _notes(estimate)),
    ]
    return Group(*parts)


def record_page(kept: pd.DataFrame, replayed: pd.DataFrame) -> RenderableType:
    """Return the record of estimates that were kept, and as they would have been, for 80 columns.

    Takes `errors` of both. The verdict is of those that were kept, if any month of them is over;
    of billed cost, which an accrual books, and of effective cost.
    """
    record = track_record(replayed if kept.empty else kept)
    basis = "Nothing was kept of a month that is over, so this is a replay: "
    return Group(
        *(
            escape(("" if record.empty or len(kept) else basis) + verdict(record, measure=one))
            for one in (_MEASURES if len(record) else ["effective_cost"])
        ),
        *_record("Estimates that were kept", kept),
        *_record("As they would have been made on days of earlier months", replayed),
    )


def _record(title: str, found: pd.DataFrame) -> Iterable[RenderableType]:
    if found.empty:
        yield f"{title}: none of a month that is over."
        return
    names = ("error:", "too low −:", "inside 80 %:", "last month:", "run-rate:")
    table = tables.new_table(title, "day:", "months:", *names, tight=True)
    record = track_record(found)
    for one in record[record["x_scope"].isin(_RECORDED)].to_dict("records"):
        measure = f"{_MEASURES[one['x_measure']]}, {one['x_scope'].replace('aws_', 'AWS ')}"
        table.add_row(measure, _when(one), number(one["x_months"]), *_shares(one))
    yield table


def _when(one: dict[Any, Any]) -> str:
    """Return the day of the month, or how many months ahead a month was."""
    return f"+{one['x_ahead']} months" if one["x_ahead"] else number(one["x_day"])


def _shares(one: dict[Any, Any]) -> list[str]:
    return [
        percent(one["x_error"], 1),
        percent(one["x_bias"], 1, signed=True),
        percent(one["x_inside_share"], 0),
        percent(one["x_last_month_error"], 1),
        percent(one["x_run_rate_error"], 1),
    ]


def _effective(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["x_measure"] == "effective_cost"].sort_values("billing_period")


def _ranked(rows: pd.DataFrame, scope: str) -> pd.DataFrame:
    of_scope = rows[rows["x_scope"] == scope]
    return of_scope.sort_values("x_estimate", ascending=False, key=lambda one: one.astype(float))


def _months(rows: pd.DataFrame, as_of: str) -> RenderableType:
    """Return the months ahead, each with what past estimates so far ahead were low by."""
    names = ("estimate:", "80 %:", "low by:", "last month:", "")
    table = tables.new_table("month, effective", *names, tight=True)
    for one in rows.to_dict("records"):
        table.add_row(
            one["billing_period"],
            number(one["x_estimate"]),
            interval_text(one, as_of),
            percent(shortfall(one), 1, signed=True),
            number(one["x_last_month"]),
            one["billing_currency"],
        )
    return table


def _table(
    title: str, rows: pd.DataFrame, key: str, as_of: str, most: int = _SHOWN
) -> RenderableType:
    table = tables.new_table(title, "so far:", "estimate:", "80 %:", "last month:", "", tight=True)
    shown = rows.head(most) if len(rows) > most + 1 else rows
    for one in shown.to_dict("records"):
        table.add_row(*_cells(one, one[key], as_of))
    for currency, rest in rows.iloc[len(shown) :].groupby("billing_currency"):
        sums = [number(sum(rest[name].dropna(), Decimal(0))) for name in _SUMMED]
        name = f"{len(rest)} others"
        table.add_row(name, *sums[:2], "", sums[2], str(currency))
    return table


def _cells(one: dict[Any, Any], name: str, as_of: str) -> list[str]:
    return [
        escape(plain(_MEASURES.get(name, name), 30)),
        number(one["x_posted"]),
        number(one["x_estimate"]),
        interval_text(one, as_of),
        number(one["x_last_month"]),
        one["billing_currency"],
    ]


def _notes(estimate: Estimate) -> Iterable[str]:
    yield from _reporting(estimate)
    yield from estimate.notes["en"]
    yield f"Kept as estimates/{estimate.as_of}-{estimate.vintage}."


def _reporting(estimate: Estimate) -> Iterable[str]:
    """Say the company's month in the reporting currency, if it is another one."""
    summary = estimate.summary
    period = min(summary["billing_period"])
    of_month = summary[(summary["billing_period"] == period) & (summary["x_scope"] == "company")]
    for one in of_month.to_dict("records"):
        currency = one["x_reporting_currency"]
        if not is_missing(currency) and currency != one["billing_currency"]:
            yield (
                f"{_MEASURES[one['x_measure']].capitalize()}: "
                f"{number(one['x_reporting_estimate'])} "
                f"{currency} ({_reporting_interval(one, estimate.as_of)}), "
                f"at {number(one['x_exchange_rate'], 2)}."
            )


def _reporting_interval(one: dict[Any, Any], as_of: str) -> str:
    names = ("currency", "estimate", "low", "high")
    currency, *rest = (one[f"x_reporting_{name}"] for name in names)
    amounts = dict(zip(("x_estimate", "x_low", "x_high"), rest, strict=True))
    return interval_text({**one, **amounts, "billing_currency": currency}, as_of)
