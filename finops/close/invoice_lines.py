"""Say of each line of an invoice that differs from the bill why it does."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from finops.close.contracts import Contract
from finops.close.invoice_difference import Difference, tolerance
from finops.close.invoice_rows import TRAFFIC_CODE, Invoice
from finops.report.text import is_missing

__all__ = ["Position", "credit_class", "line_differences", "moved", "place"]

# A row of invoice_positions.sql.
Position = dict[Any, Any]
_CENT = Decimal("0.01")
# Classes of lines that only one of invoice and bill has.
_ALONE = ("unexplained", "data_transfer", "marketplace")
# Quantities are rounded on invoices.
_SAME = Decimal("0.0001")


def line_differences(
    head: Invoice, rows: Iterable[Position], contracts: list[Contract], *, is_final: bool
) -> Iterator[Difference]:
    """Yield the lines of an invoice that differ from the bill by more than rounding.

    A support fee that the bill lacks is explained until the month `is_final`: it comes a week late.
    """
    for one in rows:
        moved = one["x_invoiced_cost"] - one["billed_cost"]
        if abs(moved) <= tolerance(one["x_lines"], one["billed_cost"]):
            continue
        kind, evidence = _class(head, one, moved, contracts)
        yield Difference(
            head.invoice_id,
            head.seller,
            kind,
            one["x_part"],
            one["x_invoiced_cost"],
            one["billed_cost"],
            head.currency,
            evidence,
            kind == "support" and not is_final and not one["x_lines"],
            one["sub_account_id"],
            one["x_service_code"],
            one["x_usage_type"],
        )


def moved(found: list[Difference], allowed: Decimal) -> list[Difference]:
    """Explain lines that only invoice or bill has, if they add up to no more than `allowed`.

    Invoices show some charges under another service than the bill, as they do with data transfer.
    """
    alone = [one for one in found if one.x_class in _ALONE]
    if len(alone) < 2 or abs(sum((one.x_difference for one in alone), Decimal(0))) > allowed:
        return found
    text = "lines that only one of them has add up to nothing: shown under another service"
    return [
        replace(one, x_class="moved", x_evidence=text, x_explained=True) if one in alone else one
        for one in found
    ]


def place(one: Position) -> str:
    """Return where a row of the bill is, in words."""
    return f"{one['x_service_code']} {one['x_usage_type']} in account {one['sub_account_id']}"


def _class(
    head: Invoice, one: Position, moved: Decimal, contracts: list[Contract]
) -> tuple[str, str]:
    """Return the class of a line that differs, and the evidence."""
    if one["x_part"] == "credit":
        return credit_class(moved, contracts, head.billing_period, one["x_service_code"])
    if one["x_repeated_cost"] and abs(one["x_repeated_cost"] - moved) <= _CENT:
        return "duplicate", f"equal lines; {one['x_repeated_cost']:,.2f} is there once more"
    if str(one["x_service_code"]).startswith("AWSSupport"):
        return "support", "the fee differs from the bill's"
    return _quantity_class(one) or _absent_class(head, one)


def _quantity_class(one: Position) -> tuple[str, str] | None:
    was, now = one["pricing_quantity"], one["x_invoiced_quantity"]
    if is_missing(was) or is_missing(now) or not was or not now:
        return None
    if abs(now - was) > _SAME * abs(was):
        return "quantity", f"{now:,.6f} units instead of {was:,.6f}"
    dearer, listed = one["x_invoiced_cost"] / now, one["billed_cost"] / was
    return "rate", f"{now:,.6f} units at {dearer:.8f} instead of {listed:.8f}"


def _absent_class(head: Invoice, one: Position) -> tuple[str, str]:
    lacks = "the bill lacks" if not one["x_lines"] else "differs from the bill's"
    if one["x_service_code"] == TRAFFIC_CODE:
        return "data_transfer", f"traffic that {lacks}"
    if head.is_marketplace:
        return "marketplace", f"a Marketplace charge that {lacks}"
    return "unexplained", f"a line that {lacks}"


def credit_class(
    moved: Decimal, contracts: list[Contract], period: str, service: str = ""
) -> tuple[str, str]:
    """Return what a difference of credits is; below 0 the invoice gives more than the bill."""
    if moved > 0:
        return "missing_credit", "the bill has this credit and the invoice lacks it"
    agreed = [
        one
        for one in contracts
        if one.kind == "credit" and (not service or service in (one.service or service).split("|"))
    ]
    ends = [f"{one.valid_to:%Y-%m-%d}" for one in agreed if one.valid_to and one.ended(period)]
    if ends and not any(one.runs_in(period) for one in agreed):
        return "expired_credit", f"the last credit of business/contracts.csv ended {max(ends)}"
    return "credit", "a credit that the bill lacks"
