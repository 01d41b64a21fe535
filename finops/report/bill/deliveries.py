"""Print what was loaded: deliveries, how far each month stands, what a delivery changed."""

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.markup import escape

from finops.report.kit.terminal import new_table
from finops.text import MISSING, is_missing, money, number, percent, plain

__all__ = ["deliveries", "delivery_change", "not_built", "promises", "trust_header"]


def deliveries(loaded: pd.DataFrame) -> RenderableType:
    """Return one line per delivery of `Warehouse.load`, and what was assumed or not known."""
    table = new_table("month", "format", "files:", "rows:", "unblended cost:", "")
    notes = []
    for one in loaded.to_dict("records"):
        cost = _source_cost(one)
        state = "loaded" if one["is_new"] else "already loaded"
        counts = number(one["files"]), number(one["source_rows"])
        table.add_row(one["billing_period"], one["format"], *counts, cost, state)
        notes += [f"{one['billing_period']}: {note}" for note in one["assumptions"]]
        notes += [
            f"{one['billing_period']}: unknown line item type {kind!r} counts as it is billed"
            for kind in one["unknown_line_item_types"]
        ]
    return Group(table, *(escape(note) for note in notes))


def _source_cost(record: dict[Any, Any]) -> str:
    """Return what the bill of a delivery itself sums to, in each of its currencies."""
    return " + ".join(
        money(Decimal(part["source_unblended_cost"]), part["billing_currency"])
        for part in record["currencies"]
    )


def promises(results: pd.DataFrame) -> RenderableType:
    """Return one line per promise of `Warehouse.check`, and one per promise that is broken."""
    table = new_table("promise", "broken rows:", "what a broken row would be")
    for one in results.to_dict("records"):
        state = "[green]holds[/]" if one["rows"] == 0 else f"[red]{number(one['rows'])}[/]"
        table.add_row(escape(one["check"]), state, escape(one["promise"]))
    return Group(table, *(escape(line) for line in results["broken"] if line))


def not_built(records: list[dict[str, Any]]) -> RenderableType:
    """Say that no table is built yet, what is loaded and what to do next."""
    if not records:
        return "Nothing is loaded and nothing is built yet. Next: finops load SOURCE"
    table = new_table("month", "format", "files:", "lines:", "unblended cost:")
    for one in records:
        if one["status"] == "current":
            counts = number(one["files"]), number(one["source_rows"])
            table.add_row(one["billing_period"], one["format"], *counts, _source_cost(one))
    return Group("Loaded and not built yet:", table, "Next: finops build")


def trust_header(status: pd.DataFrame) -> RenderableType:
    """Return one line per month of `Warehouse.status`, for 80 columns."""
    table = new_table(
        "month",
        "sent:",
        "lines:",
        "until",
        "final:",
        "billed:",
        "effective:",
        "residual:",
        "owned:",
        "",
        tight=True,
    )
    for one in status.to_dict("records"):
        table.add_row(
            one["billing_period"],
            number(one["x_deliveries"]),
            number(one["x_source_rows"]),
            _day_of_month(one["x_last_charge_date"]),
            _floored_percent(one["x_final_share"]),
            number(one["billed_cost"] + one["x_billed_tax"], 2),
            number(one["effective_cost"]),
            number(one["x_residual"], 2),
            _floored_percent(
                None if is_missing(one["x_unowned_share"]) else 1 - one["x_unowned_share"]
            ),
            one["billing_currency"],
        )
    return Group(
        table,
        "sent: deliveries. until: last charge. final: lines with an invoice id.",
        "billed: the bill, tax included. effective: before recoverable tax.",
        "residual: our sum less the bill's. owned: cost whose team is known.",
    )


def delivery_change(change: pd.DataFrame, *, rows: int = 20) -> RenderableType:
    """Return the largest `rows` of `Warehouse.diff` and its sums, for 80 columns."""
    if change.empty:
        return "This month came once: there is no other delivery to compare it with."
    moved = change[change["x_kind"] != "same"]
    table = new_table("AWS service", "account", "billed before:", "now:", "change:", "", tight=True)
    for one in moved.head(rows).to_dict("records"):
        table.add_row(*_change_cells(one))
    for currency, part in change.groupby("billing_currency"):
        table.add_row(*_sum_cells(f"all {len(part)}", part, str(currency)), style="bold")
    return Group(table, *_change_notes(change, len(moved), rows))


def _change_cells(one: dict[Any, Any]) -> list[str]:
    """Return the cells of one service and account; a dash is a delivery that has none of it."""
    return [
        escape(plain(one["service_name"], 60)),
        escape(plain(one["sub_account_id"], 20)),
        MISSING if one["x_kind"] == "new" else number(one["x_old_billed_cost"], 2),
        MISSING if one["x_kind"] == "gone" else number(one["x_new_billed_cost"], 2),
        number(one["x_billed_cost_change"], 2, signed=True),
        one["billing_currency"],
    ]


def _sum_cells(name: str, part: pd.DataFrame, currency: str) -> list[str]:
    return [
        name,
        "",
        number(part["x_old_billed_cost"].sum(), 2),
        number(part["x_new_billed_cost"].sum(), 2),
        number(part["x_billed_cost_change"].sum(), 2, signed=True),
        currency,
    ]


def _change_notes(change: pd.DataFrame, moved: int, rows: int) -> Iterable[str]:
    if moved > rows:
        yield f"{moved - rows} smaller changes are in the sum and not shown."
    yield f"{moved} of {len(change)} services of an account changed. –: not in that delivery."
    for currency, part in change.groupby("billing_currency"):
        unblended = money(part["x_unblended_cost_change"].sum(), str(currency), 2, signed=True)
        effective = money(part["x_effective_cost_change"].sum(), str(currency), 2, signed=True)
        yield f"Effective cost {effective}; unblended, the bill's own sum, {unblended}."


def _day_of_month(day: object) -> str:
    return MISSING if is_missing(day) else f"{day:%m-%d}"


def _floored_percent(share: float | None) -> str:
    """Return a share as per cent that reads 100 % only when nothing is missing."""
    return percent(None if is_missing(share) or share is None else math.floor(share * 100) / 100, 0)
