"""Say of every difference between invoices and bill what it is, and whether that explains it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pandas as pd

from finops.inputs.contracts import Contract
from finops.invoice.difference import Difference, explains, tolerance
from finops.invoice.files import Invoices
from finops.invoice.lines import Position, credit_class, line_differences, moved, place
from finops.invoice.rows import Invoice
from finops.text import cents

__all__ = ["classified"]

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class _Case:
    """What the invoices of a month are judged by; `bill` has the rows of invoice_bill.sql."""

    invoices: Invoices
    positions: list[Position]
    bill: list[dict[Any, Any]]
    contracts: list[Contract]
    delivered_again: Mapping[str, str]

    def pending(self, seller: str) -> list[dict[Any, Any]]:
        """Return the rows of a seller that have no invoice yet."""
        rows = [one for one in self.bill if not one["invoice_id"]]
        return [one for one in rows if one["invoice_issuer_name"] == seller]

    def is_known(self, head: Invoice) -> bool:
        return any(one["invoice_id"] == head.invoice_id for one in self.bill)

    def has_lines(self, head: Invoice) -> bool:
        return any(one.invoice_id == head.invoice_id for one in self.invoices.lines)


def classified(
    invoices: Invoices,
    positions: pd.DataFrame,
    bill: pd.DataFrame,
    contracts: list[Contract],
    delivered_again: Mapping[str, str],
) -> pd.DataFrame:
    """Return one row per difference between the invoices and the bill, as `Difference` has it.

    `positions` are the rows of invoice_positions.sql, `bill` those of invoice_bill.sql, and
    `delivered_again` has the day of the newest delivery by the id of each older invoice. The rows
    of an invoice in the bill's currency sum to all that it says more than the bill.
    """
    rows = positions.to_dict("records"), bill.to_dict("records")
    case = _Case(invoices, *rows, contracts, delivered_again)
    by_invoice = [row for head in invoices.heads for row in _of_invoice(case, head)]
    found = [*_between_sellers(by_invoice), *_without_invoice(case)]
    names = [*Difference.__dataclass_fields__, "x_difference"]
    return pd.DataFrame(
        [[getattr(one, name) for name in names] for one in found], columns=names
    ).astype({"x_explained": bool})


def _of_invoice(case: _Case, head: Invoice) -> Iterator[Difference]:
    if head.does_not_add_up:
        found = _of(head, "sum", Decimal(0), Decimal(0), "sum")
        yield replace(found, x_values=head.does_not_add_up)
    yield from _conversions(head)
    if case.is_known(head):
        for part, invoiced in _parts(head).items():
            yield from _of_part(case, head, part, invoiced)
    elif rows := case.pending(head.seller):
        billed = sum((one["billed_cost"] for one in rows), Decimal(0))
        lines = sum(one["x_lines"] for one in rows)
        fits = abs(head.total - billed) <= tolerance(lines)
        found = _of(head, "timing", head.total, billed, "no_invoice_yet")
        yield replace(found, x_values=(str(lines),), x_explained=fits)
    else:
        evidence, *values = _unknown(case, head)
        found = _of(head, "unknown_invoice", head.total, Decimal(0), evidence)
        yield replace(found, x_values=tuple(values))


def _unknown(case: _Case, head: Invoice) -> tuple[str, ...]:
    """Return what to do about an invoice that the bill lacks."""
    for one in case.bill:
        if one["invoice_id"] and one["invoice_id"].lstrip("0") == head.invoice_id.lstrip("0"):
            return "cut_id", one["invoice_id"]
    return ("unknown_invoice",)


def _parts(head: Invoice) -> dict[str, Decimal]:
    """Return what an invoice has in all, by part; without credits where it does not tell them."""
    if head.credit is None:
        return {"before_tax": head.before_tax, "tax": head.tax}
    return {"charge": head.before_tax - head.credit, "credit": head.credit, "tax": head.tax}


def _of_part(case: _Case, head: Invoice, part: str, invoiced: Decimal) -> Iterator[Difference]:
    """Yield the lines that differ, and then what they leave of the whole difference."""
    names = ("charge", "credit") if part == "before_tax" else (part,)
    rows = [
        one
        for one in case.positions
        if one["invoice_id"] == head.invoice_id and one["x_part"] in names
    ]
    billed = sum((one["billed_cost"] for one in rows), Decimal(0))
    rest = invoiced - billed
    # Tax has no lines that could be compared: bills round it by line, invoices by service.
    if case.has_lines(head) and part != "tax":
        is_final = all(one["invoice_id"] for one in case.bill)
        again = case.delivered_again.get(head.invoice_id, "")
        by_line = line_differences(head, rows, case.contracts, is_final=is_final, again=again)
        allowed = tolerance(sum(one["x_lines"] for one in rows))
        for one in moved(list(by_line), allowed):
            rest -= one.x_difference
            yield one
    elif found := _delivered_again(case, head, part, rows, rest):
        rest -= found.x_difference
        yield found
    if rest:
        yield _rest(case, head, part, rest, billed, rows)


def _delivered_again(
    case: _Case, head: Invoice, part: str, rows: list[Position], rest: Decimal
) -> Difference | None:
    """Return what a newer delivery changed of a part after its invoice, if that explains `rest`."""
    day = case.delivered_again.get(head.invoice_id)
    billed, issued = (
        sum((one[name] for one in rows), Decimal(0)) for name in ("billed_cost", "x_issued_cost")
    )
    lines = sum(one["x_lines"] for one in rows)
    if not day or not explains(issued - billed, rest, tolerance(lines)):
        return None
    found = _of(head, "timing", issued, billed, "delivered_again", part)
    return replace(found, x_values=(day, f"{head.issued}"), x_explained=True)


def _rest(
    case: _Case, head: Invoice, part: str, rest: Decimal, billed: Decimal, rows: list[Position]
) -> Difference:
    """Return what no line tells: rounding, or a difference of tax, credits or charges in all."""
    lines = sum(one["x_lines"] for one in rows)
    found = _of(head, "unexplained", billed + rest, billed, "no_line", part)
    allowed = tolerance(lines)
    if case.has_lines(head) and part != "tax":
        # Each line is within rounding by itself; all may be rounded up, or all cut.
        allowed = max(allowed, _CENT * sum(one["x_invoiced_cost"] != 0 for one in rows))
    if abs(rest) <= allowed:
        values = (f"{allowed:,.2f}", str(lines))
        found = replace(found, x_class="rounding", x_evidence="rounding", x_values=values)
        return replace(found, x_explained=True)
    if part == "tax":
        return replace(found, x_class="tax", x_evidence="tax")
    if part == "credit":
        kind, text, *more = credit_class(rest, case.contracts, head.billing_period)
        return replace(found, x_class=kind, x_evidence=text, x_values=tuple(more))
    if case.has_lines(head):
        return found
    twice = [one for one in rows if abs(one["billed_cost"] - rest) <= _CENT]
    if twice:
        where = (place(twice[0]),)
        return replace(found, x_class="duplicate", x_evidence="as_much_as", x_values=where)
    return replace(found, x_evidence="give_csv")


def _conversions(head: Invoice) -> Iterator[Difference]:
    """Yield where amount x rate is not the amount in the other currency, but for rounding."""
    for one in head.conversions:
        stated = {"total": one.total, "tax": one.total - one.before_tax}
        for word, base in (("total", head.total), ("tax", head.tax)):
            places = cents(one.currency)
            expected = round(base * one.rate, places)
            # A total and its parts are rounded, or cut, one by one.
            if abs(expected - stated[word]) > 2 * Decimal(1).scaleb(-places):
                found = _of(head, "fx", stated[word], expected, "fx", word)
                values = (f"{base:,.2f}", head.currency, f"{one.rate:f}")
                yield replace(found, x_values=values, billing_currency=one.currency)


def _without_invoice(case: _Case) -> Iterator[Difference]:
    """Yield what the bill has and no file: an invoice not given, or not written yet."""
    given = {one.invoice_id for one in case.invoices.heads}
    waiting = {one.seller for one in case.invoices.heads if not case.is_known(one)}
    for row in case.bill:
        invoice_id, seller = row["invoice_id"], row["invoice_issuer_name"]
        if invoice_id in given or (not invoice_id and seller in waiting):
            continue
        yield Difference(
            invoice_id,
            seller,
            "no_invoice" if invoice_id else "timing",
            "all",
            Decimal(0),
            row["billed_cost"],
            case.invoices.currency,
            "no_file" if invoice_id else "no_invoice_yet",
            (str(row["x_lines"]),),
            not invoice_id,
        )


def _between_sellers(found: list[Difference]) -> list[Difference]:
    """Name tax that one invoice has too much and the invoice of another seller too little."""
    tax = [one for one in found if one.x_class == "tax"]
    renamed: dict[int, Difference] = {}
    for one in tax:
        for other in tax:
            apart = one.invoice_issuer_name != other.invoice_issuer_name
            rest = abs(one.x_difference + other.x_difference)
            if apart and rest <= tolerance(1):
                text = "tax_too_much" if one.x_difference > 0 else "tax_too_little"
                values = (other.invoice_id, other.invoice_issuer_name)
                renamed[id(one)] = replace(
                    one, x_class="tax_entity", x_evidence=text, x_values=values
                )
    return [renamed.get(id(one), one) for one in found]


def _of(
    head: Invoice, kind: str, invoiced: Decimal, billed: Decimal, evidence: str, part: str = "all"
) -> Difference:
    return Difference(
        head.invoice_id, head.seller, kind, part, invoiced, billed, head.currency, evidence
    )
