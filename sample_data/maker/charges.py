"""Hold charges as the bill has them: what a line says, and its amounts per period."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .company import EDP_SHARE, account_ids, hex_id, money

# What identifies a line from one period to the next.
LINE_KEY = [
    "line_item_usage_account_id",
    "line_item_line_item_type",
    "line_item_product_code",
    "line_item_usage_type",
    "line_item_operation",
    "line_item_resource_id",
    "line_item_line_item_description",
    "savings_plan_savings_plan_a_r_n",
    "reservation_reservation_a_r_n",
    "split_line_item_parent_resource_id",
    "replica",
]
UNBLENDED = "line_item_unblended_cost"
NET = "line_item_net_unblended_cost"
QUANTITY = "line_item_usage_amount"
PUBLIC = "pricing_public_on_demand_cost"


@dataclass(frozen=True)
class Charges:
    """`lines` has one row per line of text; `amounts` one row per line and period.

    `amounts.line` is a position in `lines`; `start` and `end` are hours since the month began.
    Columns carry the names of the bill, product attributes as `product:<name>`.
    """

    lines: pd.DataFrame
    amounts: pd.DataFrame

    def with_lines(self) -> pd.DataFrame:
        """Return the amounts with the text of their lines beside them."""
        texts = self.lines.iloc[self.amounts["line"].to_numpy()].reset_index(drop=True)
        return pd.concat([self.amounts.reset_index(drop=True), texts], axis=1)


def concat(parts: list[Charges]) -> Charges:
    """Put charges one after the other."""
    parts = [part for part in parts if len(part.amounts)]
    offsets = np.cumsum([0] + [len(part.lines) for part in parts[:-1]])
    amounts = [
        part.amounts.assign(line=part.amounts["line"] + offset)
        for part, offset in zip(parts, offsets, strict=True)
    ]
    lines = pd.concat([part.lines for part in parts], ignore_index=True)
    texts = lines.columns.difference(["tags", "edp", "replica"])
    lines[texts] = lines[texts].fillna("").astype(object)
    return Charges(lines, pd.concat(amounts, ignore_index=True))


def with_line_ids(charges: Charges) -> Charges:
    """Give each line an id that stays the same over its periods."""
    lines = charges.lines.copy()
    keys = lines.reindex(columns=LINE_KEY, fill_value="").astype(str).agg("|".join, axis=1)
    lines["identity_line_item_id"] = [hex_id("line", key, digits=52) for key in keys]
    return Charges(lines, charges.amounts)


def single_rows(rows: list[dict]) -> Charges:
    """Make charges from rows that each are a line of their own, such as fees."""
    frame = pd.DataFrame(rows)
    numbers = [c for c in frame if is_amount(frame, c)]
    amounts = frame[numbers].assign(line=np.arange(len(frame)))
    lines = frame.drop(columns=numbers)
    lines["tags"] = [{} for _ in range(len(lines))]
    return Charges(lines, amounts)


def is_amount(frame: pd.DataFrame, column: str) -> bool:
    """Numbers are amounts; flags and text belong to the line."""
    return (
        column != "replica"
        and pd.api.types.is_numeric_dtype(frame[column])
        and (frame[column].dtype != bool)
    )


def company_line(kind: str, account: str, code: str, usage_type: str, text: str, **more) -> dict:
    """Return the text of a line that no resource causes."""
    return {
        "line_item_usage_account_id": account_ids()[account],
        "line_item_line_item_type": kind,
        "line_item_product_code": code,
        "line_item_usage_type": usage_type,
        "line_item_operation": "",
        "line_item_resource_id": "",
        "line_item_line_item_description": text,
        "edp": False,
        "service": "",
        "environment": "",
    } | more


def after_edp(costs, edp):
    """Return costs after the enterprise discount where it applies."""
    return money(np.asarray(costs) * np.where(edp, 1 - EDP_SHARE, 1.0))


def rate_text(rate: float) -> str:
    """Return a rate as the bill writes it: a string of ten decimals."""
    return f"{rate:.10f}"
