"""Print incidents in a terminal: where, what it costs, what it comes from, and what to do."""

from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from finops.incidents.course import cost_text, course_of, state_text, when_text
from finops.incidents.parts import parts
from finops.text import kind_text, number, place_text, plain

__all__ = ["cause_sentences", "incident_list"]


def incident_list(found: pd.DataFrame) -> RenderableType:
    """Return a block per row of `incidents.record`, or why there is none, and what was left out."""
    notes = _not_judged(found)
    if found.empty:
        return Group("No cost stands out, or there are fewer than four weeks of days.", *notes)
    blocks = [_block(row) for row in found.to_dict("records")]
    basis = "First what can still be changed. Money is effective cost of usage, before tax."
    return Group(*blocks, basis, *notes)


def _block(row: dict[Any, Any]) -> RenderableType:
    title = Text(plain(place_text(row["key"]), 120), "bold")
    said = [row["status"]] if row["status"] else []
    state = ", ".join([state_text(row["state"]), kind_text(row), *said, _owner(row), row["id"]])
    lines = [state, _money(row), *cause_sentences(row)]
    if row["reason"]:
        lines.append(f"Reason: {plain(row['reason'], 300)}")
    return Group(title, *(Padding(Text(line, overflow="fold"), (0, 0, 0, 2)) for line in lines), "")


def _owner(row: dict[Any, Any]) -> str:
    return "several owners" if row["owner"] == "*" else f"owner {plain(row['owner'], 40)}"


def _money(row: dict[Any, Any]) -> str:
    course = course_of(row, "")
    text = f"{when_text(course)}: {cost_text(course)}"
    sums = f"{number(row['actual'])} where {number(row['expected'])} was expected"
    return f"{text[0].upper()}{text[1:]}; {sums}"


def cause_sentences(row: dict[Any, Any]) -> list[str]:
    """Return the sentences of the causes, each followed by the changes that came before it."""
    lines = []
    for cause in parts(pd.DataFrame([row])).to_dict("records"):
        lines += [cause["cause"], *(f"Changed before: {change}" for change in cause["changes"])]
    return lines


def _not_judged(found: pd.DataFrame) -> list[Text]:
    """Return a sentence on keys that are too young, and on days without a bill."""
    young, missing = found.attrs.get("not_judged", {}), found.attrs.get("missing_days", [])
    notes = []
    if young:
        some = ", ".join(plain(key, 60) for key in list(young)[:3])
        more = ", …" if len(young) > 3 else ""
        notes.append(f"Too young to be judged, first cost under 28 days ago: {some}{more}.")
    if missing:
        notes.append(f"No bill, so not judged: {len(missing)} days from {missing[0]}.")
    return [Text(note) for note in notes]
