"""Show why a team pays what it pays: a tree from the number to the charges, in words."""

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.tree import Tree

from finops.report.kit.terminal import new_table
from finops.text import cents, is_missing, money, number, percent, plain

__all__ = ["Explanation", "charges", "tree"]

# The smallest parts of a branch become one line.
_MOST = 8
_METHODS = {
    "resource": "the list of resources says so",
    "tag": "tags say so",
    "rule": "rules say so",
    "relationship": "it belongs to what has an owner",
    "account": "it is the account's default",
    "unowned": "nothing names an owner",
}
_NOTHING = (
    "0: no cost is left here. A shared team's cost is all split over those who pay for it; what it "
    "runs itself is in: finops explain --mart team_day"
)

Row = dict[Any, Any]


@dataclass(frozen=True)
class Node:
    """A part of a number: what it is, its effective cost as statements have it, and its parts."""

    label: str
    effective_cost: Decimal
    parts: tuple["Node", ...] = ()


class Explanation:
    """The tree of `allocation.explain.explain`: HTML in a notebook, `console()` in a terminal."""

    def __init__(self, parts: pd.DataFrame, title: str) -> None:
        is_cost = (parts["billed_cost"] != 0) | (parts["effective_cost"] != 0)
        self._roots = {
            str(currency): _node(title, rows.to_dict("records"), _LEVELS)
            for currency, rows in parts[is_cost].groupby("billing_currency")
        }
        taxes = parts.groupby("billing_currency")["x_effective_tax"].sum()
        self._taxes = [
            f"{money(tax, str(currency))} of recoverable tax is beside it."
            for currency, tax in taxes.items()
            if tax
        ]

    def _repr_html_(self) -> str:
        """Return nested lists that open on a click; all text is escaped."""
        taxes = "".join(f"<p>{html.escape(one)}</p>" for one in self._taxes)
        if not self._roots:
            return f"<p>{html.escape(_NOTHING)}</p>{taxes}"
        roots = (_html(root, root, currency, 0) for currency, root in self._roots.items())
        return "".join(roots) + taxes

    def console(self) -> RenderableType:
        """Return the tree for a terminal."""
        if not self._roots:
            return Group(_NOTHING, *self._taxes)
        roots = (_branch(root, root, name, None) for name, root in self._roots.items())
        return Group(*roots, *self._taxes)


def tree(parts: pd.DataFrame, title: str) -> Explanation:
    """Return the parts of `explain` as a tree, the largest first; its numbers add up exactly."""
    return Explanation(parts, title)


def charges(rows: pd.DataFrame) -> RenderableType:
    """Return the rows of `explained_charges` as a table, and where they were delivered."""
    if rows.empty:
        return "No charge."
    table = new_table("day", "charge:", "part:", "", "status", "what")
    for one in rows.to_dict("records"):
        table.add_row(
            f"{one['charge_period_start']:%Y-%m-%d}",
            number(one["effective_cost"], cents(one["billing_currency"])),
            percent(one["x_weight"]),
            escape(f"of {plain(one['x_pool'])}" if one["x_part"] == "shared" else "own"),
            one["x_status"],
            escape("\n".join(_what(one))),
        )
    sources = rows[["x_delivery_id", "x_source"]].drop_duplicates().to_dict("records")
    named = (f"{one['x_delivery_id']}: {escape(plain(one['x_source']))}" for one in sources)
    return Group(table, *named, "charge: its whole effective cost. part: what the team pays of it.")


def _what(one: Row) -> Iterator[str]:
    names = (one[name] for name in ("service_name", "x_line_item_type", "x_usage_type"))
    yield ", ".join(plain(name) for name in names if not is_missing(name))
    if not is_missing(one["resource_id"]):
        yield plain(one["resource_id"])
    yield f"line item {plain(one['x_line_item_id'])} of delivery {one['x_delivery_id']}"


def _node(label: str, rows: list[Row], levels: tuple[Callable[[Row], str | None], ...]) -> Node:
    total = sum((_amount(row) for row in rows), Decimal(0))
    return Node(label, total, tuple(_parts(rows, levels)))


def _amount(row: Row) -> Decimal:
    """Return what a statement shows of a part, in whole coins; where it has none, what is exact."""
    coins = row["x_coins"]
    if is_missing(coins):
        return Decimal(row["effective_cost"])
    return Decimal(int(coins)).scaleb(-cents(row["billing_currency"]))


def _parts(rows: list[Row], levels: tuple[Callable[[Row], str | None], ...]) -> Iterator[Node]:
    if not levels:
        return
    groups: dict[str | None, list[Row]] = {}
    for row in rows:
        groups.setdefault(levels[0](row), []).append(row)
    # What has nothing to say at a level goes on with the next one.
    found = list(_parts(groups.pop(None, []), levels[1:]))
    found += [_node(str(label), part, levels[1:]) for label, part in groups.items()]
    found.sort(key=lambda one: -abs(one.effective_cost))
    # One smaller part would not be shorter to name.
    few = found if len(found) <= _MOST + 1 else found[:_MOST]
    yield from few
    if rest := found[len(few) :]:
        left = sum((one.effective_cost for one in rest), Decimal(0))
        yield Node(f"{len(rest)} smaller parts", left)


def _part(row: Row) -> str:
    if row["x_part"] == "own":
        return "own charges"
    return "shared cost" if row["x_part"] == "shared" else "moved commitment benefit"


def _who(row: Row) -> str:
    if row["x_part"] == "own":
        return _METHODS[row["x_owner_method"]]
    if row["x_part"] == "commitment_benefit":
        return f"from {plain(row['x_pool'])}"
    driver = plain(row["x_driver"]).replace("_", " ")
    return f"of {plain(row['x_pool'])}, split by {driver}{_place(row)}"


def _decided(row: Row) -> str | None:
    if row["x_part"] == "commitment_benefit":
        return None
    if row["x_part"] == "shared":
        way = "directly" if row["x_way"] == "direct" else "because other pools pay for it"
        return f"{way}: {percent(row['x_weight'])} of the pool"
    if is_missing(row["x_owner_source"]):
        return None
    source = plain(row["x_owner_source"], 120)
    return f"{'rule ' if row['x_owner_method'] == 'rule' else ''}{source}{_place(row)}"


def _place(row: Row) -> str:
    if is_missing(row["x_line"]):
        return ""
    return f" ({row['x_file']} line {row['x_line']}, version {plain(row['x_file_version'])})"


def _aws_service(row: Row) -> str:
    return plain(row["service_name"], 60)


_LEVELS = (_part, _who, _decided, _aws_service)


def _text(node: Node, root: Node, currency: str) -> str:
    share = "" if node is root or not root.effective_cost else (
        f", {percent(float(node.effective_cost) / float(root.effective_cost))}"
    )  # fmt: skip
    return f"{money(node.effective_cost, currency)}{share}"


def _branch(node: Node, root: Node, currency: str, parent: Tree | None) -> Tree:
    text = f"[bold]{_text(node, root, currency)}[/]  {escape(node.label)}"
    branch = parent.add(text) if parent else Tree(text)
    for part in node.parts:
        _branch(part, root, currency, branch)
    return branch


def _html(node: Node, root: Node, currency: str, depth: int) -> str:
    text = f"<b>{_text(node, root, currency)}</b> {html.escape(node.label)}"
    if not node.parts:
        return f'<div style="margin-left:2.2em">{text}</div>'
    inner = "".join(_html(part, root, currency, depth + 1) for part in node.parts)
    state = " open" if depth < 2 else ""
    return f'<details{state} style="margin-left:1.2em"><summary>{text}</summary>{inner}</details>'
