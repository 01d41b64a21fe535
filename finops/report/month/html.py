"""Write the month as one HTML page that opens anywhere, without a network."""

import json
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from finops.definitions import effective_cost
from finops.report.bill import findings
from finops.report.incidents.sections import IncidentBlock, incident_blocks
from finops.report.kit.page import environment
from finops.report.month import charts, sections
from finops.report.month.summary import Summary, summarise
from finops.text import month_name
from finops.warehouse.connect import Warehouse
from finops.whole_files import write_whole

__all__ = ["write_report"]

_MONTHS = 13
_UNTAGGED = 15
_FOOTER = (
    "Billed is what the invoice says; effective spreads commitments over what used them; list is "
    "on-demand. Months and days are UTC, as the bill has them."
)


def write_report(
    warehouse: Warehouse,
    path: str | Path,
    *,
    billing_period: str | None = None,
    anomalies: pd.DataFrame | None = None,
) -> Path:
    """Write the report of one month, of the newest if `billing_period` is None; return its path.

    The page holds all it needs. It is written beside `path` and renamed, so that no reader sees
    half of it. Raises BadInput for a month that isn't loaded, SourceNotFound without a build.
    """
    summary = summarise(warehouse, billing_period, anomalies=anomalies)
    target = Path(path)
    page = render(
        summary,
        figures(warehouse, summary),
        _untagged(warehouse, summary),
        incident_blocks(warehouse, summary.anomalies, summary.currency),
    )
    write_whole(target, page)
    return target


def figures(warehouse: Warehouse, summary: Summary) -> list[go.Figure]:
    """Return the charts of the page in reading order: up to 13 months, the month asked for last."""
    team, service, unit, trust = (
        _months(warehouse, table, summary)
        for table in ("team_month", "aws_service_month", "unit_cost", "trust_header")
    )
    by_service, moved = (
        charts.cost_by_service(service),
        charts.movers(service, summary.billing_period),
    )
    first = (
        [charts.cost_by_team(team), moved, by_service] if summary.has_teams else [by_service, moved]
    )
    return [
        *first,
        charts.cost_per_order(unit),
        charts.cost_to_revenue(unit),
        charts.owned_shares(trust),
    ]


def render(
    summary: Summary,
    drawings: list[go.Figure],
    untagged: pd.DataFrame,
    incidents: list[IncidentBlock],
) -> str:
    """Return the page; every text in it is escaped, in the tables and in the charts."""
    template = environment().get_template("month/report.html.j2")
    return template.render(
        language="en",
        title=f"{summary.company}: AWS cost of {month_name(summary.billing_period)}",
        lines=[_basis(summary)],
        headline=summary.headline,
        tiles=sections.tiles(summary),
        charts=len(drawings),
        figures=[
            json.loads(drawing.to_json())
            for drawing in [*drawings, *(block.chart for block in incidents)]
        ],
        incidents=incidents,
        tables=[
            sections.budgets(summary),
            sections.anomalies(summary),
            sections.untagged(untagged, summary.currency),
            sections.trust(summary),
            findings.section(summary.findings),
        ],
        footer=_FOOTER,
        plotly=Markup(get_plotlyjs()),  # noqa: S704 - the library itself, no text of ours
    )


def _basis(summary: Summary) -> str:
    """Return which cost the page is of, and up to which charge."""
    cost = f"{effective_cost().capitalize()} in {summary.currency}"
    last = summary.last_charge_date
    until = f" Last charge {last}, UTC." if last else ""
    return f"{cost}: commitments are spread over what used them.{until}"


def _months(warehouse: Warehouse, table: str, summary: Summary) -> pd.DataFrame:
    """Return the rows of a mart for the months that the charts show, in the summary's currency."""
    first = pd.Period(summary.billing_period, freq="M") - (_MONTHS - 1)
    return warehouse.sql(
        f"from marts.{table} where billing_period between $first and $last "
        "and billing_currency = $currency order by billing_period",
        first=str(first),
        last=summary.billing_period,
        currency=summary.currency,
    )


def _untagged(warehouse: Warehouse, summary: Summary) -> pd.DataFrame:
    return warehouse.sql(
        "from marts.untagged where billing_currency = $currency order by x_rank limit $rows",
        currency=summary.currency,
        rows=_UNTAGGED,
    )
