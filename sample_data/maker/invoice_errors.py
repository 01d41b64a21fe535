"""Plant errors in invoices: a line twice, a wrong rate, credits, tax on the wrong seller."""

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

Row = dict
WRONG_RATE = Decimal("1.08")
# Month: what is wrong, and in which account, service and usage type; empty if not in one line.
PLANTED = {
    "2025-12": ("duplicate", "418820117734", "AmazonRDS", "APN2-Aurora:StorageIOUsage"),
    "2026-02": ("rate", "418820117734", "AmazonEC2", "APN2-BoxUsage:c6i.24xlarge"),
    "2026-04": ("tax", "", "", ""),
    "2026-05": ("expired_credit", "310245678901", "AmazonEC2", "APN2-BoxUsage:m6i.24xlarge"),
    "2026-07": ("rate", "851266741039", "AmazonCloudWatch", "APN2-DataProcessing-Bytes"),
    "2026-09": ("missing_credit", "310245678901", "AmazonSageMaker", "APN2-Host:ml.g5.12xlarge"),
    "2026-10": ("duplicate", "527340092216", "AWSDataTransfer", "APN2-DataTransfer-Out-Bytes"),
}


@dataclass(frozen=True)
class Wrong:
    """A month's invoice lines with an error, and what is wrong with them."""

    lines: list[Row]
    errors: list[Row]


def plant(month: str, lines: list[Row]) -> Wrong:
    """Return the lines of a month with its planted error."""
    kind, account, code, usage_type = PLANTED[month]
    error = {
        "billing_period": month,
        "kind": kind,
        "sub_account_id": account,
        "service_code": code,
        "usage_type": usage_type,
    }
    planted, invoice, excess = _KINDS[kind](lines, account, code, usage_type)
    return Wrong(planted, [error | {"invoice_id": invoice, "over_billed_usd": excess}])


def truth(errors: list[Row]) -> pd.DataFrame:
    """Return one row per planted error; `over_billed_usd` is what the invoice says too much."""
    columns = ["billing_period", "invoice_id", "kind", "sub_account_id", "service_code"]
    frame = pd.DataFrame(errors, columns=[*columns, "usage_type", "over_billed_usd"])
    frame.insert(0, "error_id", [f"I{number:02d}" for number in range(1, len(frame) + 1)])
    return frame


def _line(lines: list[Row], account: str, code: str, usage_type: str) -> Row:
    """Return the largest line of usage that an error names."""
    found = [
        one
        for one in lines
        if (one["account"], one["code"], one["usage_type"]) == (account, code, usage_type)
        and one["kind"] in ("Usage", "Credit")
    ]
    return max(found, key=lambda one: abs(one["cost"]))


def _twice(lines: list[Row], *names: str) -> tuple[list[Row], str, Decimal]:
    line = _line(lines, *names)
    return [*lines, line | {"copy": "2"}], line["invoice"], line["cost"]


def _dearer(lines: list[Row], *names: str) -> tuple[list[Row], str, Decimal]:
    line = _line(lines, *names)
    cost = round(line["cost"] * WRONG_RATE, 6)
    excess = cost - line["cost"]
    dearer = line | {"cost": cost, "list": line["list"] + excess}
    return [dearer if one is line else one for one in lines], line["invoice"], excess


def _other_seller(lines: list[Row], *_: str) -> tuple[list[Row], str, Decimal]:
    """AWS Korea's invoice bills the tax of the Marketplace."""
    korean = next(one for one in lines if "Korea" in one["seller"] and one["kind"] == "Tax")
    foreign = [one for one in lines if one["kind"] == "Tax" and "Korea" not in one["seller"]]
    names = ("invoice", "seller", "billing_entity")
    moved = [one | {name: korean[name] for name in names} for one in foreign]
    rest = [one for one in lines if one not in foreign]
    return [*rest, *moved], korean["invoice"], sum((one["cost"] for one in foreign), Decimal(0))


def _credit_again(
    lines: list[Row], account: str, code: str, usage_type: str
) -> tuple[list[Row], str, Decimal]:
    """A credit is given after it ended."""
    amount = Decimal("-15000.000000")
    like = next(one for one in lines if "Korea" in one["seller"] and one["kind"] == "Usage")
    credit = like | {
        "account": account,
        "code": code,
        "product": "Amazon Elastic Compute Cloud",
        "usage_type": usage_type,
        "operation": "",
        "kind": "Credit",
        "description": "Migration Acceleration Program credit",
        "quantity": Decimal(1),
        "cost": amount,
        "list": amount,
    }
    return [*lines, credit], credit["invoice"], amount


def _without_credit(lines: list[Row], *names: str) -> tuple[list[Row], str, Decimal]:
    line = _line(lines, *names)
    return [one for one in lines if one is not line], line["invoice"], -line["cost"]


_KINDS = {
    "duplicate": _twice,
    "rate": _dearer,
    "tax": _other_seller,
    "expired_credit": _credit_again,
    "missing_credit": _without_credit,
}
