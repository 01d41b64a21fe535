"""Lay invoice and bill side by side: services, data transfer, support, credits, tax."""

from decimal import Decimal
from typing import Any

import pandas as pd

from finops.invoice.files import Invoices
from finops.invoice.rows import TRAFFIC_CODE
from finops.invoice.support import is_support

__all__ = ["ITEMS", "invoice_items"]

ITEMS = ("services", "data_transfer", "support", "marketplace", "charges", "credits", "tax")


def invoice_items(invoices: Invoices, positions: pd.DataFrame) -> pd.DataFrame:
    """Return one row per invoice and item, in the order of `ITEMS`; amounts are exact.

    Columns invoice_id, invoice_issuer_name, x_item, x_invoiced_cost, billed_cost, x_difference,
    billing_currency. An invoice without lines tells its charges in one: `charges`. Data transfer is
    part of other services in the bill, such as AmazonEC2, and a service of its own here.
    """
    detailed = {one.invoice_id for one in invoices.lines}
    marketplace = {one.invoice_id for one in invoices.heads if one.is_marketplace}
    rows: dict[tuple[str, str], list[Decimal]] = {}

    def add(invoice_id: str, item: str, invoiced: Decimal, billed: Decimal) -> None:
        sums = rows.setdefault((invoice_id, item), [Decimal(0), Decimal(0)])
        sums[0] += invoiced
        sums[1] += billed

    for one in positions.to_dict("records"):
        known = one["invoice_id"] in detailed
        item = _item(one, is_marketplace=one["invoice_id"] in marketplace, detailed=known)
        invoiced = one["x_invoiced_cost"] if known else Decimal(0)
        add(one["invoice_id"], item, invoiced, one["billed_cost"])
    for head in invoices.heads:
        if head.invoice_id not in detailed:
            credit = head.credit or Decimal(0)
            parts = {"charges": head.before_tax - credit, "credits": credit, "tax": head.tax}
            for item, value in parts.items():
                add(head.invoice_id, item, value, Decimal(0))
    return _frame(invoices, rows)


def _item(one: dict[Any, Any], *, is_marketplace: bool, detailed: bool) -> str:
    if one["x_part"] != "charge":
        return "credits" if one["x_part"] == "credit" else "tax"
    if not detailed:
        return "charges"
    if one["x_service_code"] == TRAFFIC_CODE:
        return "data_transfer"
    if is_support(one["x_service_code"]):
        return "support"
    return "marketplace" if is_marketplace else "services"


def _frame(invoices: Invoices, rows: dict[tuple[str, str], list[Decimal]]) -> pd.DataFrame:
    sellers = {one.invoice_id: one.seller for one in invoices.heads}
    ordered = sorted(rows, key=lambda key: (key[0], ITEMS.index(key[1])))
    frame = pd.DataFrame(
        [
            (invoice_id, sellers.get(invoice_id, ""), item, *rows[invoice_id, item])
            for invoice_id, item in ordered
            if any(rows[invoice_id, item])
        ],
        columns=["invoice_id", "invoice_issuer_name", "x_item", "x_invoiced_cost", "billed_cost"],
    )
    frame["x_difference"] = frame["x_invoiced_cost"] - frame["billed_cost"]
    return frame.assign(billing_currency=invoices.currency)
