"""Draw shared cost: how much there is, and what the way to split it changes for each team."""

import pandas as pd
import plotly.graph_objects as go

from finops.definitions import effective_cost
from finops.frames import one_currency
from finops.report.kit.monthly_bars import axis_unit, cost_by_month, stacked_months
from finops.report.kit.ranked_bars import add_ranks
from finops.report.kit.style import FALL, RISE, empty, figure, label
from finops.text import join, money, month_name

__all__ = ["method_change", "shared_cost"]

_LARGEST = 8
_HALF_CENT = 0.005
_NO_POOLS = "No team shares its cost: give one a row in mappings/shared_costs.csv."


def shared_cost(pool_month: pd.DataFrame) -> go.Figure:
    """Draw effective cost per month by the pool that it was split from, the largest 8 and the rest.

    Reads billing_period, x_pool, billing_currency and effective_cost of marts.pool_month.
    """
    title = "Cost that teams share"
    frame, currency, subtitle = one_currency(pool_month)
    if frame.empty:
        return empty(title, _NO_POOLS)
    parts = cost_by_month(frame, "x_pool", largest=_LARGEST, rest="other pools")
    divisor, unit = axis_unit(float(parts.sum(axis=1).max()), currency)
    drawing = figure(title, subtitle=join(f"{effective_cost()}, {unit} a month", subtitle))
    stacked_months(drawing, parts, unit=currency, divisor=divisor)
    return drawing.update_yaxes(title_text=f"{unit} a month", tickformat=",")


def method_change(compared: pd.DataFrame, billing_period: str) -> go.Figure:
    """Draw what each team pays more or less when pools pay for each other, against direct.

    Reads x_team, billing_currency, direct_effective_cost and reciprocal_effective_cost of
    `compare_methods`.
    """
    title = f"Reciprocal against direct in {month_name(billing_period)}"
    frame, currency, subtitle = one_currency(
        compared.assign(effective_cost=compared["reciprocal_effective_cost"])
    )
    if frame.empty:
        return empty(title, _NO_POOLS)
    sums = frame.groupby("x_team")[["reciprocal_effective_cost", "direct_effective_cost"]].sum()
    change = sums["reciprocal_effective_cost"] - sums["direct_effective_cost"]
    change = change[change.abs() >= _HALF_CENT].sort_values(ascending=False)
    if change.empty:
        return empty(title, "No pool pays for another one, so both are the same.")
    drawing = figure(
        title,
        subtitle=join(f"what a team carries of all pools, {effective_cost()}", subtitle),
        height=104 + 20 * len(change),
    )
    add_ranks(
        drawing,
        amounts=change.astype(float).tolist(),
        names=[label(name) for name in change.index],
        texts=[money(value, currency, signed=True) for value in change],
        colours=[RISE if value > 0 else FALL for value in change],
        axis=f"change, {currency} a month",
    )
    return drawing
