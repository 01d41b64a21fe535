"""Bill what nobody's resource causes: discounts, support, tax, credits, refunds, one-off fees."""

import numpy as np

from .charges import NET, QUANTITY, UNBLENDED, Charges, company_line
from .charges import single_rows as rows_of
from .company import EDP_SHARE, TAX_RATE, account_ids, money, month_hours, table

SUPPORT_RENAMED = "2026-01"
# The name of today, and the one before.
SUPPORT_NAMES = [
    ("AWSSupportEnterprise", "AWS Support (Enterprise)"),
    ("OCBPremiumSupport", "AWS Premium Support"),
]
SUPPORT_TIERS = [(150_000, 0.10), (500_000, 0.07), (1_000_000, 0.05), (np.inf, 0.03)]


def adjustments(month: str) -> list[Charges]:
    """Bill the month's credits, refunds and one-off fees."""
    rows = table("adjustments").query("month == @month")
    lines = [_adjustment(row, month) for row in rows.itertuples()]
    return [rows_of(lines)] if lines else []


def _adjustment(row, month: str) -> dict:
    line = company_line(
        row.line_type, row.account, row.service_code, row.usage_type, row.description
    )
    return line | {
        "bill_billing_entity": row.billing_entity,
        "bill_bill_type": "Purchase" if row.line_type == "Fee" else "Anniversary",
        "product:product_name": row.product_name,
        "service": "telemetry" if row.line_type == "Fee" else "",
        "start": 0,
        "end": month_hours(month),
        QUANTITY: 1.0,
        UNBLENDED: float(row.amount),
        NET: float(row.amount),
    }


def edp_discounts(charges: Charges) -> Charges:
    """Return the enterprise discount as lines of their own: per day, account and price."""
    rows = charges.with_lines().query("edp")
    keys = ["line_item_usage_account_id", "line_item_product_code", "line_item_usage_type"]
    sums = (
        rows.assign(day=rows["start"] // 24)
        .groupby([*keys, "product:product_name", "day"], as_index=False)[UNBLENDED]
        .sum()
    )
    sums[UNBLENDED] = -money(sums[UNBLENDED] * EDP_SHARE)
    sums = sums[sums[UNBLENDED].abs() > 1e-9].reset_index(drop=True)
    lines = sums[[*keys, "product:product_name"]].drop_duplicates().reset_index(drop=True)
    sums["line"] = sums[keys].merge(lines.reset_index(), on=keys, how="left")["index"]
    lines = lines.assign(
        line_item_line_item_type="EdpDiscount",
        line_item_operation="",
        line_item_resource_id="",
        line_item_line_item_description="Enterprise Discount Program discount",
        edp=False,
        service="",
        environment="",
        tags=[{} for _ in range(len(lines))],
    )
    sums = sums.assign(start=sums["day"] * 24, end=sums["day"] * 24 + 24, **{NET: 0.0})
    return Charges(lines, sums[["line", "start", "end", UNBLENDED, NET]])


def support(charges: Charges, month: str) -> Charges:
    """Bill enterprise support: a share of the month's charges that falls in tiers."""
    total, fee, below = float(charges.amounts[UNBLENDED].sum()), 0.0, 0.0
    for top, share in SUPPORT_TIERS:
        fee += share * max(min(total, top) - below, 0)
        below = top
    code, name = support_plan(month)
    line = company_line("Fee", "payer", code, "Dollar", name)
    fee = round(fee, 2)
    amounts = {"start": 0, "end": month_hours(month), QUANTITY: 1.0, UNBLENDED: fee, NET: fee}
    return rows_of([line | amounts | {"product:product_name": name}])


def support_plan(month: str) -> tuple[str, str]:
    """Return code and name of the support plan, which the bill called otherwise in 2025."""
    return SUPPORT_NAMES[month < SUPPORT_RENAMED]


def taxes(charges: Charges, month: str, cost: str) -> Charges:
    """Bill value added tax per account and product on what is left after discounts."""
    rows = charges.with_lines()
    given = rows["line_item_line_item_type"].isin(["Credit", "Refund"])
    # The tax on a fee comes back with it.
    rows = rows[~given | (rows.get("reservation_reservation_a_r_n", "") != "")]
    rows["bill_billing_entity"] = rows["bill_billing_entity"].replace("", "AWS")
    keys = ["line_item_usage_account_id", "line_item_product_code", "bill_billing_entity"]
    sums = rows.groupby([*keys, "product:product_name"])[cost].sum().rename("taxed").reset_index()
    names = {number: name for name, number in account_ids().items()}
    taxed = sums[sums["taxed"] > 0.05].to_dict("records")
    return rows_of([_tax(row, names, month) for row in taxed])


def _tax(row: dict, names: dict[str, str], month: str) -> dict:
    tax = round(row["taxed"] * TAX_RATE, 2)
    account = names[row["line_item_usage_account_id"]]
    text = "Tax for product code " + row["line_item_product_code"]
    return company_line("Tax", account, row["line_item_product_code"], "", text) | {
        "line_item_tax_type": "VAT",
        "bill_billing_entity": row["bill_billing_entity"],
        "product:product_name": row["product:product_name"],
        "start": 0,
        "end": month_hours(month),
        QUANTITY: 1.0,
        UNBLENDED: tax,
        NET: tax,
    }
