"""Literal charges for the rules that bills are checked by."""

import datetime as dt
from decimal import Decimal

EC2 = "APN2-BoxUsage:m5.large"
PLAN = "arn:aws:savingsplans::1:savingsplan/p"


def moment(text):
    return dt.datetime.fromisoformat(f"2026-10-{text}")


def charge(**values):
    """Return an hour of on-demand usage on 5 October that costs what the list says."""
    start = values.pop("start", moment("05T00:00"))
    unblended = Decimal(values.pop("unblended", 1))
    defaults = {
        "billing_period": "2026-10",
        "billing_account_id": "1",
        "sub_account_id": "1",
        "invoice_id": "A",
        "invoice_issuer_name": "AWS",
        "charge_category": "Usage",
        "x_line_item_type": "Usage",
        "x_charge_kind": "usage",
        "x_is_usage": True,
        "x_service_code": "AmazonEC2",
        "x_usage_type": EC2,
        "charge_date": start.date(),
        "charge_period_start": start,
        "charge_period_end": start + dt.timedelta(hours=1),
        "region_id": "ap-northeast-2",
        "pricing_category": "Standard",
        "pricing_quantity": 1,
        "consumed_quantity": 1,
        "billing_currency": "USD",
        "x_unblended_cost": unblended,
        "billed_cost": unblended,
        "effective_cost": unblended,
        "list_cost": unblended,
    }
    return defaults | values


def found_rows(finding):
    """Return account, service and difference of each row, as plain values."""
    rows = finding.rows.to_dict("records")
    return [(one["sub_account_id"], one["x_service_code"], one["x_difference"]) for one in rows]
