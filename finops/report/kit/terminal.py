"""Print frames as tables in a terminal."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from finops.text import MISSING, is_missing, number, plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "new_table",
    "notes",
    "rule_hits",
]


def notes(sentences: Iterable[str]) -> RenderableType:
    """Return sentences as a list."""
    grid = Table.grid(padding=(0, 1))
    for sentence in sentences:
        grid.add_row("•", Text(sentence, overflow="fold"))
    return grid


def rule_hits(hits: "pd.DataFrame") -> RenderableType:
    """Return one line per row of marts.rule_hits, for 80 columns, and what is wrong with rules."""
    if hits.empty:
        return "There is no rule yet. Write some in mappings/rules.csv, then: finops build"
    table = new_table(
        "line:", "rule", "owner", "", "keys:", "effective:", "", "last", "conflicts:", tight=True
    )
    for one in hits.to_dict("records"):
        table.add_row(
            number(one["x_line"]),
            escape(plain(one["x_rule_id"], 16)),
            escape(plain(_known(one["x_service"], one["x_team"]), 20)),
            one["x_state"],
            number(one["x_decided_keys"]),
            number(one["effective_cost"]),
            _known(one["billing_currency"], ""),
            _day(one["x_last_charge_date"]),
            number(one["x_conflicting_keys"]) if one["x_conflicting_keys"] else "",
        )
    return Group(table, *(escape(note) for note in _rule_notes(hits)))


def _rule_notes(hits: "pd.DataFrame") -> Iterable[str]:
    yield "keys: combinations of account, service, resource, tags … decided, once per month."
    for one in hits.drop_duplicates("x_rule_id").to_dict("records"):
        name = f"{plain(one['x_rule_id'], 40)} (line {one['x_line']})"
        if one["x_state"] == "dead":
            yield f"{name} is dead: it matches no charge. Mend its pattern or dates, or remove it."
        if one["x_state"] == "shadowed":
            yield f"{name} is shadowed: {plain(one['x_shadowed_by'], 60)} decides what it matches."
        if one["x_conflicting_keys"]:
            yield (
                f"{name} is in conflict with {plain(one['x_conflicts_with'], 40)}, of the same "
                "priority: the upper line decides. Give one another priority."
            )


def _known(value: str | None, otherwise: str) -> str:
    return otherwise if is_missing(value) or value is None else value


def _day(value: object) -> str:
    return MISSING if is_missing(value) else f"{value:%Y-%m-%d}"


def new_table(*names: str, tight: bool = False) -> Table:
    """Return a table; a name that ends with `:` is a right-aligned column."""
    table = Table(
        box=box.SIMPLE_HEAD,
        header_style="bold",
        padding=(0, 0 if tight else 1, 0, 0),
        pad_edge=False,
        show_edge=not tight,
    )
    for name in names:
        # In a narrow terminal a long number goes on in the next line: it is never cut.
        table.add_column(
            escape(name.removesuffix(":")),
            justify="right" if name.endswith(":") else "left",
            overflow="fold",
        )
    return table
