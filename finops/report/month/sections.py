"""Lay out a summary as tiles and tables of text, the same for a page and a terminal."""

from typing import Any

import pandas as pd

from finops.definitions import before_tax, effective_cost, own_cost
from finops.incidents.course import state_text
from finops.report.kit.ranked_bars import claimed_by, resource_name
from finops.report.kit.table import Table, Tile, written
from finops.report.month.summary import Change, Summary
from finops.text import (
    is_missing,
    join,
    kind_text,
    money,
    month_name,
    number,
    percent,
    place_text,
    plain,
    unit_money,
)

__all__ = ["anomalies", "budgets", "movers", "tiles", "trust", "untagged"]


def tiles(summary: Summary) -> list[Tile]:
    """Return cost, cost per order, cost to revenue, owner coverage and the residual."""
    reporting = money(summary.reporting_effective.current, summary.reporting_currency, 0)
    return [
        Tile(
            f"Cost of the month {before_tax()}",
            money(summary.effective.current, summary.currency, 0),
            _detail(summary, summary.effective, reporting),
        ),
        _order_tile(summary),
        Tile(
            f"Cost to revenue {before_tax()}",
            percent(summary.cost_to_revenue.current, 2),
            _points(summary)
            if summary.cost_to_revenue.current is not None
            else "no revenue in business/",
        ),
        Tile("Cost with an owner", *_owned(summary)),
        Tile(
            "Residual against the bill",
            money(summary.residual, summary.currency, 2),
            "of the only month loaded"
            if len(summary.months) == 1
            else f"largest of {len(summary.months)} months",
        ),
    ]


def movers(summary: Summary, name: str, frame: pd.DataFrame) -> Table:
    """Return the largest changes of cost by AWS service or by team; `name` says by what."""
    previous = summary.previous_period
    before = month_name(previous, short=True) if previous else "before"
    now = month_name(summary.billing_period, short=True)
    columns = (before, now, "change", "change %")
    return Table(
        "movers",
        f"What changed most by {name}, {before_tax()}, {summary.currency}",
        written((name, *columns), columns),
        [
            (
                plain(row["key"], 60),
                number(row["previous"]),
                number(row["current"]),
                number(row["change"], signed=True),
                percent(row["share"], signed=True),
            )
            for row in frame.to_dict("records")
        ],
        "Nothing changed." if previous else "This is the first month loaded.",
    )


def budgets(summary: Summary) -> Table:
    """Return cost beside budget by team, the largest overrun first."""
    columns = ("own cost", "budget", "left", "used")
    return Table(
        "budgets",
        f"Budgets of {month_name(summary.billing_period)}, {summary.currency}",
        written(("team", *columns), columns),
        [
            (
                plain(row["x_team"], 40),
                number(row["x_own_effective_cost"]),
                number(row["x_budget"]),
                number(row["x_variance"], signed=True),
                percent(row["x_own_effective_cost"] / row["x_budget"], 0)
                if row["x_budget"]
                else "–",
            )
            for row in summary.budgets.to_dict("records")
        ],
        "No budgets are set for this month in business/budgets.csv.",
        f"Own cost is {own_cost()}, and before shared cost is split. Left is budget less own cost.",
    )


def untagged(rows: pd.DataFrame, currency: str) -> Table:
    """Return the costliest rows of marts.untagged, and what claimed each."""
    columns = ("resource", "AWS service", "account", "cost", "cumulative", "claimed by")
    return Table(
        "untagged",
        f"What no tag owns, {currency}",
        written(columns, ("cost", "cumulative")),
        [_untagged_row(row) for row in rows.to_dict("records")],
        "Every charge has an owner by tag.",
        f"{effective_cost().capitalize()} of all months loaded. "
        "Cumulative is the part of all untagged cost from the first row down to this one.",
    )


def anomalies(summary: Summary) -> Table:
    """Return the anomalies of the month: first what can still be changed."""
    found = [] if summary.anomalies is None else summary.anomalies.to_dict("records")
    looked = summary.anomalies is not None
    columns = ("expected", "actual", "excess")
    return Table(
        "anomalies",
        f"Cost that nothing explains, {summary.currency}",
        written(("from", "days count to", "state", "what", "kind", *columns), columns),
        [_anomaly_row(row) for row in found],
        "No cost of this month stands out." if looked else "Nobody looked for anomalies.",
        "Expected and actual are sums over the days that count: of what is open up to now, of what "
        "went back until then, and of the new normal until it was that. Effective cost of usage, "
        "before tax. What is open comes first.",
    )


def trust(summary: Summary) -> Table:
    """Return one row per month loaded: how far its numbers can be trusted."""
    columns = (
        "deliveries", "last charge", "invoiced", "billed", "tax", "effective", "residual",
        "by tag", "inferred", "unowned",
    )  # fmt: skip
    return Table(
        "trust",
        f"How far to trust the numbers, {summary.currency}",
        written(("month", *columns), columns),
        [_trust_row(row) for row in summary.trust.to_dict("records")],
        note="Billed and tax are the bill: billed and effective are before the recoverable tax "
        "beside them. Residual is our sum less the sum of the bill's own lines. "
        "By tag, inferred (by list, rule, relationship or account) and unowned are parts of "
        "effective cost.",
    )


def _order_tile(summary: Summary) -> Tile:
    name = f"Cost of one order {before_tax()}"
    own, local = summary.cost_per_order, summary.reporting_cost_per_order
    own_text = unit_money(own.current, summary.currency)
    if own.current is None:
        return Tile(name, own_text, plain(summary.per_order_reason, 60))
    if local.current is None:
        return Tile(name, own_text, _detail(summary, own))
    local_text = unit_money(local.current, summary.reporting_currency)
    return Tile(name, local_text, _detail(summary, local, own_text))


def _detail(summary: Summary, change: Change, first: str = "–") -> str:
    """Return the amount in the other currency, and the change against the month before."""
    against = ""
    if change.share is not None and summary.previous_period and summary.is_complete:
        month = month_name(summary.previous_period, short=True)
        against = f"{percent(change.share, signed=True)} against {month}"
    return join("" if first == "–" else first, against)


def _points(summary: Summary) -> str:
    change = summary.cost_to_revenue
    if change.previous is None or summary.previous_period is None:
        return ""
    month = month_name(summary.previous_period, short=True)
    return f"{percent(change.previous, 2)} in {month}"


def _owned(summary: Summary) -> tuple[str, str]:
    if summary.unowned_share is None or is_missing(summary.unowned_share):
        return "–", "no cost"
    tag, inferred = percent(summary.tagged_share, 0), percent(summary.inferred_share, 0)
    return percent(1 - summary.unowned_share, 0), f"{tag} by tag, {inferred} inferred"


def _untagged_row(row: dict[Any, Any]) -> tuple[str, ...]:
    account, resource = row["sub_account_name"], row["resource_id"]
    name = f"(usage {row['x_usage_type']})" if is_missing(resource) else resource_name(row)
    return (
        plain(name, 48),
        plain(row["service_name"], 36),
        plain(row["sub_account_id"] if is_missing(account) else account, 30),
        number(row["effective_cost"]),
        percent(row["x_cumulative_share"], 0),
        plain(claimed_by(row), 50),
    )


def _anomaly_row(row: dict[Any, Any]) -> tuple[str, ...]:
    return (
        f"{row['start']:%Y-%m-%d}",
        f"{row['end']:%Y-%m-%d}",
        _state(row),
        plain(place_text(row["key"]), 60),
        kind_text(row),
        number(row["expected"]),
        number(row["actual"]),
        number(row["excess"], signed=True),
    )


def _state(row: dict[Any, Any]) -> str:
    """Return the state of an incident, and since when."""
    day = row["back_on"] if row["state"] == "went back" else row["normal_on"]
    return state_text(row["state"]) + ("" if is_missing(day) else f" {day:%Y-%m-%d}")


def _trust_row(row: dict[Any, Any]) -> tuple[str, ...]:
    return (
        month_name(row["billing_period"], short=True),
        number(row["x_deliveries"]),
        "–" if is_missing(row["x_last_charge_date"]) else str(row["x_last_charge_date"]),
        percent(row["x_final_share"], 0),
        number(row["billed_cost"], 2),
        number(row["x_billed_tax"], 2),
        number(row["effective_cost"], 2),
        number(row["x_residual"], 2),
        percent(row["x_tagged_share"], 0),
        percent(row["x_inferred_share"], 0),
        percent(row["x_unowned_share"], 0),
    )
