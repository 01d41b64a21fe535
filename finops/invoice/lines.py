"""Say of each line of an invoice that differs from the bill why it does."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from finops.inputs.contracts import Contract
from finops.invoice.difference import Difference, explains, tolerance
from finops.invoice.rows import TRAFFIC_CODE, Invoice
from finops.invoice.support import is_support
from finops.text import is_missing

__all__ = ["Position", "credit_class", "line_differences", "moved", "place"]

# A row of invoice_positions.sql.
Position = dict[Any, Any]
_CENT = Decimal("0.01")
# Classes of lines that only one of invoice and bill has.
_ALONE = ("unexplained", "data_transfer", "marketplace")
# Quantities are rounded on invoices.
_SAME = Decimal("0.0001")


def line_differences(
    head: Invoice,
    rows: Iterable[Position],
    contracts: list[Contract],
    *,
    is_final: bool,
    again: str = "",
) -> Iterator[Difference]:
    """Yield the lines of an invoice that differ from the bill by more than rounding.

    A support fee that the bill lacks is explained until the month `is_final`: it comes a week late.
    `again` is the day on which the bill was delivered again after the invoice, if it was: what
    that changed is timing, and what is left is held against the delivery before it.
    """
    for one in rows:
        allowed = tolerance(one["x_lines"])
        changed = one["x_issued_cost"] - one["billed_cost"]
        found = one
        if again and explains(changed, one["x_invoiced_cost"] - one["billed_cost"], allowed):
            values = (again, f"{head.issued}")
            yield _line(head, one, ("timing", "delivered_again", *values), changed, explained=True)
            found = one | {
                "billed_cost": one["x_issued_cost"],
                "pricing_quantity": one["x_issued_quantity"],
            }
        left = found["x_invoiced_cost"] - found["billed_cost"]
        if abs(left) > allowed:
            kind = _class(head, found, left, contracts)
            late = kind[0] == "support" and not is_final and not one["x_lines"]
            yield _line(head, found, kind, left, explained=late)


def _line(
    head: Invoice, one: Position, kind: tuple[str, ...], difference: Decimal, *, explained: bool
) -> Difference:
    name, evidence, *values = kind
    return Difference(
        head.invoice_id,
        head.seller,
        name,
        one["x_part"],
        one["billed_cost"] + difference,
        one["billed_cost"],
        head.currency,
        evidence,
        tuple(values),
        explained,
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
    return [_as_moved(one) if one in alone else one for one in found]


def _as_moved(one: Difference) -> Difference:
    return replace(one, x_class="moved", x_evidence="moved", x_values=(), x_explained=True)


def place(one: Position) -> str:
    """Return where a row of the bill is, in words."""
    names = (one["sub_account_id"], one["x_service_code"], one["x_usage_type"])
    return " · ".join(str(name) for name in names)


def _class(
    head: Invoice, one: Position, moved: Decimal, contracts: list[Contract]
) -> tuple[str, ...]:
    """Return the class of a line that differs, the name of its evidence, and what it is about."""
    if one["x_part"] == "credit":
        return credit_class(moved, contracts, head.billing_period, one["x_service_code"])
    if one["x_repeated_cost"] and abs(one["x_repeated_cost"] - moved) <= _CENT:
        return "duplicate", "repeated", f"{one['x_repeated_cost']:,.2f}"
    if is_support(one["x_service_code"]):
        return "support", "support"
    return _quantity_class(one) or _absent_class(head, one)


def _quantity_class(one: Position) -> tuple[str, ...] | None:
    was, now = one["pricing_quantity"], one["x_invoiced_quantity"]
    if is_missing(was) or is_missing(now) or not was or not now:
        return None
    if abs(now - was) > _SAME * abs(was):
        return "quantity", "quantity", f"{now:,.6f}", f"{was:,.6f}"
    dearer, listed = one["x_invoiced_cost"] / now, one["billed_cost"] / was
    return "rate", "rate", f"{now:,.6f}", f"{dearer:.8f}", f"{listed:.8f}"


def _absent_class(head: Invoice, one: Position) -> tuple[str, ...]:
    evidence = "differs" if one["x_lines"] else "not_in_bill"
    if one["x_service_code"] == TRAFFIC_CODE:
        return "data_transfer", evidence
    return ("marketplace" if head.is_marketplace else "unexplained"), evidence


def credit_class(
    moved: Decimal, contracts: list[Contract], period: str, service: str = ""
) -> tuple[str, ...]:
    """Return class, evidence and values of a difference of credits; below 0 are more of them."""
    if moved > 0:
        return "missing_credit", "missing_credit"
    agreed = [
        one
        for one in contracts
        if one.kind == "credit" and (not service or service in (one.service or service).split("|"))
    ]
    ends = [f"{one.valid_to:%Y-%m-%d}" for one in agreed if one.valid_to and one.ended(period)]
    if ends and not any(one.runs_in(period) for one in agreed):
        return "expired_credit", "expired_credit", max(ends)
    return "credit", "not_in_bill"
