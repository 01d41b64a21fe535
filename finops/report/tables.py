"""Print frames as tables in a terminal."""

from decimal import Decimal

import pandas as pd
from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from finops.report.text import is_missing, money, number, percent, plain, safe_cell

__all__ = ["anomalies", "defused", "deliveries", "promises", "rows", "trust_header"]


def deliveries(loaded: pd.DataFrame) -> RenderableType:
    """Return one line per delivery of `Warehouse.load`, and what was assumed or not known."""
    table = _table("month", "format", "files:", "rows:", "unblended cost:", "")
    notes = []
    for one in loaded.to_dict("records"):
        cost = money(Decimal(one["source_unblended_cost"]), one["billing_currencies"])
        state = "loaded" if one["is_new"] else "already loaded"
        counts = number(one["files"]), number(one["source_rows"])
        table.add_row(one["billing_period"], one["format"], *counts, cost, state)
        notes += [f"{one['billing_period']}: {note}" for note in one["assumptions"]]
        notes += [
            f"{one['billing_period']}: unknown line item type {kind!r} counts as it is billed"
            for kind in one["unknown_line_item_types"]
        ]
    return Group(table, *(escape(note) for note in notes))


def promises(results: pd.DataFrame) -> RenderableType:
    """Return one line per promise of `Warehouse.check`."""
    table = _table("promise", "broken rows:", "what a broken row would be")
    for one in results.to_dict("records"):
        state = "[green]holds[/]" if one["rows"] == 0 else f"[red]{number(one['rows'])}[/]"
        table.add_row(escape(one["check"]), state, escape(one["promise"]))
    return table


def trust_header(status: pd.DataFrame) -> RenderableType:
    """Return one line per month of `Warehouse.status`."""
    table = _table(
        "month",
        "last charge",
        "final:",
        "billed:",
        "effective:",
        "residual:",
        "tag:",
        "rule:",
        "unowned:",
        "",
        tight=True,
    )
    for one in status.to_dict("records"):
        table.add_row(
            one["billing_period"],
            str(one["x_last_charge_date"]),
            percent(one["x_final_share"], 0),
            number(one["billed_cost"], 2),
            number(one["effective_cost"]),
            number(one["x_residual"], 2),
            percent(one["x_tagged_share"], 0),
            percent(one["x_ruled_share"], 0),
            percent(one["x_unowned_share"], 0),
            one["billing_currency"],
        )
    return Group(
        table,
        "residual: our sum less the bill's. tag, rule, unowned: what says whose the money is.",
    )


def anomalies(found: pd.DataFrame) -> RenderableType:
    """Return one line per row of `anomalies.detect`, or why there is none."""
    if found.empty:
        return (
            "No day stands out from its recent weeks, or there are fewer than four weeks of days."
        )
    table = _table("from", "to", "team / service", "kind", "expected:", "actual:", "excess:")
    for one in found.to_dict("records"):
        table.add_row(
            f"{one['start']:%Y-%m-%d}",
            f"{one['end']:%Y-%m-%d}",
            escape(plain(one["key"], 60)),
            one["kind"] + (" (incomplete)" if one["incomplete"] else ""),
            number(one["expected"]),
            number(one["actual"]),
            number(one["excess"], signed=True),
        )
    return Group(table, "Weekdays are allowed for; orders, promotions and holidays are not yet.")


def rows(frame: pd.DataFrame) -> RenderableType:
    """Return any frame as a table, or why it is empty."""
    if frame.empty:
        return "The query ran and no row matches."
    numeric = [_is_numeric(frame[name]) for name in frame.columns]
    names = [
        f"{name}:" if right else name for name, right in zip(frame.columns, numeric, strict=True)
    ]
    table = _table(*names)
    for values in frame.itertuples(index=False):
        table.add_row(*("" if is_missing(value) else escape(plain(value)) for value in values))
    return table


def defused(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with text that a spreadsheet never runs as a formula."""
    texts = [name for name in frame.columns if not _is_numeric(frame[name])]
    return frame.assign(
        **{
            name: frame[name].map(lambda x: safe_cell(x) if isinstance(x, str) else x)
            for name in texts
        }
    )


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype)


def _table(*names: str, tight: bool = False) -> Table:
    """Return a table; a name that ends with `:` is a right-aligned column."""
    table = Table(
        box=box.SIMPLE_HEAD,
        header_style="bold",
        padding=(0, 0 if tight else 1, 0, 0),
        pad_edge=False,
    )
    for name in names:
        table.add_column(
            escape(name.removesuffix(":")), justify="right" if name.endswith(":") else "left"
        )
    return table
