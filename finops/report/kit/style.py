"""Give all charts one quiet look that also reads in grey print."""

import html
import sys

import plotly.graph_objects as go
import plotly.io as pio

from finops.text import plain

__all__ = ["DARK", "FALL", "GREY", "PALETTE", "RISE", "STEPS", "empty", "figure", "label"]

# Neighbours differ in lightness, so that stacked bars stay apart in grey and for any eye.
PALETTE = [
    "#0b3c5d",
    "#6bb7e3",
    "#a8431c",
    "#f2cb6c",
    "#1b7461",
    "#e3b3cf",
    "#5b3a78",
    "#a5d8bd",
    "#6f6f6f",
]
DARK, RISE, FALL, GREY = "#222222", "#a8431c", "#6bb7e3", "#b5b5b5"
# The look of a waterfall: what rose, what fell, and totals.
STEPS = {
    "textposition": "outside",
    "cliponaxis": False,
    "increasing": {"marker": {"color": RISE}},
    "decreasing": {"marker": {"color": FALL}},
    "totals": {"marker": {"color": DARK}},
    "connector": {"line": {"color": GREY, "width": 1}},
    "hovertemplate": "%{x}: %{text}<extra></extra>",
}
_FONT = "'Helvetica Neue', Arial, 'Noto Sans CJK KR', 'Malgun Gothic', sans-serif"
_GRID = "#e4e4e4"

# The default draws in JupyterLab only; a notebook exported to HTML would lose its charts.
# Elsewhere nothing is drawn on the spot, and to look for ways to draw takes commands two seconds.
if "IPython" in sys.modules:
    pio.renderers.default = "plotly_mimetype+notebook"

TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": _FONT, "size": 13, "color": DARK},
        "colorway": PALETTE,
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "separators": ".,",
        "showlegend": False,
        "margin": {"l": 70, "r": 24, "t": 62, "b": 46},
        "title": {
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"l": 4, "t": 10},
            "font": {"size": 16},
            "subtitle": {"font": {"size": 12, "color": "#555555"}},
        },
        "xaxis": {
            "showgrid": False,
            "linecolor": GREY,
            "automargin": True,
            "zeroline": False,
            "title": {"font": {"size": 12}},
        },
        "yaxis": {
            "gridcolor": _GRID,
            "zerolinecolor": GREY,
            "automargin": True,
            "title": {"font": {"size": 12}},
        },
        "hoverlabel": {"bgcolor": "white", "font": {"family": _FONT, "size": 13}, "namelength": -1},
        "uniformtext": {"minsize": 9, "mode": "hide"},
        "bargap": 0.25,
    }
)


def label(text: object, limit: int = 34) -> str:
    """Return text of a tag, mapping or bill that plotly draws as it is, never as markup."""
    return html.escape(plain(text, limit), quote=False)


def figure(title: str, *, subtitle: str = "", height: int = 340) -> go.Figure:
    """Return a figure without data: fixed height, as wide as its container."""
    heading = {"text": f"<b>{title}</b>", "subtitle": {"text": subtitle}}
    return go.Figure(layout={"template": TEMPLATE, "title": heading, "height": height})


def empty(title: str, reason: str) -> go.Figure:
    """Return a figure that says why it shows nothing."""
    drawing = figure(title, height=84)
    drawing.update_layout(margin={"l": 4, "t": 40, "b": 4})
    drawing.add_annotation(
        text=reason,
        x=0,
        y=1,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="top",
        showarrow=False,
    )
    drawing.update_xaxes(visible=False)
    drawing.update_yaxes(visible=False)
    return drawing
