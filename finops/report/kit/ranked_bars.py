"""Draw amounts as horizontal bars, the largest on top."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from finops.text import is_missing

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["add_ranks", "claimed_by", "resource_name"]


def add_ranks(
    drawing: "go.Figure",
    *,
    amounts: Sequence[float],
    names: Sequence[str],
    texts: Sequence[str],
    colours: Sequence[str],
    axis: str,
) -> None:
    """Add horizontal bars, the first on top, each with its text at the end."""
    places = list(range(len(amounts)))
    drawing.add_bar(
        x=list(amounts),
        y=places,
        orientation="h",
        text=list(texts),
        textposition="outside",
        cliponaxis=False,
        marker={"color": list(colours)},
        customdata=list(names),
        hovertemplate="%{customdata}<br>%{text}<extra></extra>",
    )
    # Names sit on numbered places, so that two that read alike stay two bars.
    drawing.update_yaxes(
        tickvals=places, ticktext=list(names), range=[len(places) - 0.4, -0.6], showgrid=False
    )
    # A letter takes about a thirtieth of a narrow chart.
    room = min(0.035 * max(len(text) for text in texts), 1.3)
    width = max(max(amounts), 0.0) - min(min(amounts), 0.0)
    drawing.update_xaxes(
        title_text=axis,
        tickformat=",",
        zeroline=True,
        range=[
            min(min(amounts), 0.0) - (room * width if min(amounts) < 0 else 0),
            max(max(amounts), 0.0) + (room * width if max(amounts) > 0 else 0),
        ],
    )


def resource_name(row: dict[Any, Any]) -> str:
    """Return what a reader knows a resource by: the end of its ARN, or its usage type."""
    resource = row["resource_id"]
    if is_missing(resource):
        return f"{row['service_name']}: {row['x_usage_type']}"
    text = str(resource)
    return ":".join(text.split(":")[5:]) or text if text.startswith("arn:") else text


def claimed_by(row: dict[Any, Any]) -> str:
    """Return the team that owns a resource without a tag, and by what."""
    if row["x_owner_method"] == "unowned":
        return "unowned"
    rule = f" {row['x_rule_id']}" if row["x_owner_method"] == "rule" else ""
    return f"{row['x_team']} by {row['x_owner_method']}{rule}"
