"""Lay out incidents for a page: the chart, the causes, what it cost and whose it is."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from finops.anomalies.bands import bands
from finops.incidents.course import cost_text, course_of, state_text, when_text
from finops.incidents.find import all_series
from finops.incidents.parts import EFFECTS, parts
from finops.incidents.ranking import MONTH_DAYS
from finops.incidents.sources import events, orders
from finops.report.incidents.charts import incident
from finops.text import kind_text, money, place_text, plain
from finops.warehouse.connect import Warehouse

__all__ = ["IncidentBlock", "incident_blocks"]

_MOST = 8
_LEAST = 0.5


@dataclass(frozen=True)
class IncidentBlock:
    """An incident on a page: heading, sentences of its causes, facts (name and value), chart."""

    title: str
    causes: list[str]
    facts: list[tuple[str, str]]
    chart: go.Figure


def incident_blocks(
    warehouse: Warehouse, found: pd.DataFrame | None, currency: str
) -> list[IncidentBlock]:
    """Return the first of the incidents found, 8 at most, in the currency of the bill."""
    if found is None or found.empty:
        return []
    top = found.head(_MOST)
    known = {"drivers": orders(warehouse), "events": events(warehouse)}
    band = bands(all_series(warehouse), top, **known)
    return [_block(row, band, currency) for row in top.to_dict("records")]


def _block(row: dict[Any, Any], band: pd.DataFrame, currency: str) -> IncidentBlock:
    own = band[(band["key"] == row["key"]) & (band["start"] == row["start"])]
    causes = parts(pd.DataFrame([row]))
    return IncidentBlock(
        title=plain(place_text(row["key"]), 120),
        causes=causes["cause"].tolist(),
        facts=_facts(row, causes, currency),
        # The heading of the block says where.
        chart=incident(own, currency=currency).update_layout(
            title={"text": "", "subtitle": {"text": ""}}, margin_t=14, height=200
        ),
    )


def _facts(row: dict[Any, Any], causes: pd.DataFrame, currency: str) -> list[tuple[str, str]]:
    """Return what is known of it; a month has 30 days."""
    is_open, course = row["state"] == "open", course_of(row, currency)
    month = money(MONTH_DAYS * row["per_day"], currency, 0, signed=True)
    sums = {name: float(causes[name].sum()) for name in EFFECTS}
    told = [_effect(name, value, currency) for name, value in sums.items() if abs(value) >= _LEAST]
    rows = [
        ("State", state_text(row["state"])),
        ("Kind", kind_text(row)),
        ("Days", when_text(course)),
        ("Owner", "several teams" if row["owner"] == "*" else plain(row["owner"], 40)),
        ("Cost", cost_text(course)),
        ("A month if it stays as in its last 7 days", month if is_open else ""),
        ("By", ", ".join(told)),
        ("Resources", ", ".join(plain(name, 60) for name in _first(causes, "resources"))),
        ("Changed before", "; ".join(_first(causes, "changes"))),
    ]
    return [(name, value) for name, value in rows if value]


def _effect(name: str, value: float, currency: str) -> str:
    return f"{name} {money(value, currency, 0, signed=True)}"


def _first(causes: pd.DataFrame, column: str) -> list[str]:
    return list(causes[column].iloc[0]) if len(causes) else []
