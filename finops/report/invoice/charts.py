"""Draw what the invoices of each month are made of."""

import pandas as pd
import plotly.graph_objects as go

from finops.invoice.check import InvoiceCheck
from finops.invoice.items import ITEMS
from finops.report.invoice.text import say
from finops.report.kit.monthly_bars import all_months, axis_unit, stacked_months
from finops.report.kit.style import empty, figure

__all__ = ["invoice_items"]


def invoice_items(checks: list[InvoiceCheck], language: str = "en") -> go.Figure:
    """Draw per month what was invoiced by item: services, data transfer, support, credits, tax.

    Of the currency that the newest invoices are in.
    """
    title = say("items", language)
    if not checks:
        return empty(title, say("no_invoices", language))
    currency = checks[-1].currency
    sums = [
        one.items.assign(billing_period=one.billing_period)
        for one in checks
        if one.currency == currency
    ]
    rows = pd.concat(sums)
    rows["x_invoiced_cost"] = rows["x_invoiced_cost"].astype(float)
    parts = rows.pivot_table(
        index="billing_period", columns="x_item", values="x_invoiced_cost", aggfunc="sum"
    )
    parts = parts.reindex(all_months(parts.index)).fillna(0.0)
    parts = parts[[item for item in ITEMS if item in parts]]
    parts.columns = pd.Index([say(str(item), language) for item in parts.columns])
    divisor, unit = axis_unit(float(parts.abs().sum(axis=1).max()), currency, language)
    drawing = figure(title, subtitle=f"{say('invoiced', language)}, {unit}")
    stacked_months(drawing, parts, unit=currency, divisor=divisor, language=language)
    return drawing.update_yaxes(title_text=unit, tickformat=",")
