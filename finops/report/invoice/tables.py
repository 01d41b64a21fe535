"""Lay out an invoice check as tables whose amounts are still numbers, in English or Korean."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from finops.invoice.bill_rules import RULES, Finding
from finops.invoice.check import InvoiceCheck
from finops.report.invoice.text import say
from finops.text import cents, plain

__all__ = ["KEYS", "SHOWN", "Cell", "Table", "tables"]

# The names of the tables, in reading order.
KEYS = ("invoices", "items", "differences", "conversions", "rules", "rows")

# So many rows of evidence fit a page; the workbook has all.
SHOWN = 40

Cell = str | Decimal


@dataclass(frozen=True)
class Table:
    """Rows of text and exact amounts, each row in one currency.

    `difference` names three columns: the difference, what counts and what it is held against.
    `totals` says that the amounts of a column add up to something.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    currencies: list[str]
    difference: tuple[int, int, int] | None = None
    empty: str = ""
    note: str = ""
    totals: bool = False


def tables(check: InvoiceCheck, language: str) -> list[Table]:
    """Return invoices, items, differences, other currencies, rules and what the rules found."""
    return [
        _invoices(check, language),
        _items(check, language),
        _differences(check, language),
        _conversions(check, language),
        _rules(check, language),
        _evidence(check, language),
    ]


def _columns(language: str, *keys: str) -> tuple[str, ...]:
    return tuple(say(key, language) for key in keys)


def _invoices(check: InvoiceCheck, language: str) -> Table:
    """One row per invoice that a file or the bill has."""
    billed = check.items.groupby("invoice_id")["billed_cost"].sum()
    of_currency = check.unexplained["billing_currency"] == check.currency
    unclear = check.unexplained[of_currency].groupby("invoice_id")["x_difference"].sum()
    heads = {one.invoice_id: one for one in check.invoices.heads}
    rows: list[tuple[Cell, ...]] = []
    for invoice_id in sorted({*heads, *billed.index, *unclear.index}):
        head = heads.get(invoice_id)
        invoiced = head.total if head else Decimal(0)
        has = Decimal(billed.get(invoice_id, 0))
        rows.append(
            (
                plain(invoice_id) or say("no_invoice_id", language),
                plain(head.seller, 40) if head else "–",
                invoiced,
                has,
                invoiced - has,
                Decimal(unclear.get(invoice_id, 0)),
            )
        )
    keys = ("invoice", "seller", "invoiced", "billed", "difference", "open")
    title = f"{say('invoices', language)}, {check.currency}"
    columns, same = _columns(language, *keys), [check.currency] * len(rows)
    return Table("invoices", title, columns, rows, same, (4, 2, 3), totals=True)


def _items(check: InvoiceCheck, language: str) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            plain(one["invoice_id"]) or say("no_invoice_id", language),
            say(one["x_item"], language),
            one["x_invoiced_cost"],
            one["billed_cost"],
            one["x_difference"],
        )
        for one in check.items.to_dict("records")
    ]
    keys = ("invoice", "item", "invoiced", "billed", "difference")
    title = f"{say('items', language)}, {check.currency}"
    columns, same = _columns(language, *keys), [check.currency] * len(rows)
    note = say("items_note", language)
    return Table("items", title, columns, rows, same, (4, 2, 3), note=note, totals=True)


def _differences(check: InvoiceCheck, language: str) -> Table:
    """What is not explained stands first, the largest at the top."""
    found = check.differences.to_dict("records")
    found.sort(key=lambda one: (one["x_explained"], -abs(one["x_difference"])))
    rows: list[tuple[Cell, ...]] = [
        (
            say(f"class_{one['x_class']}", language),
            plain(one["invoice_id"]) or say("no_invoice_id", language),
            _where(one),
            one["x_invoiced_cost"],
            one["billed_cost"],
            one["x_difference"],
            one["billing_currency"],
            say("yes" if one["x_explained"] else "no", language),
            plain(say(f"because_{one['x_evidence']}", language, *one["x_values"]), 160),
        )
        for one in found
    ]
    keys = ("why", "invoice", "where", "invoiced", "billed", "difference", "", "explained")
    columns = tuple(say(key, language) if key else "" for key in (*keys, "evidence"))
    return Table(
        "differences",
        say("differences", language),
        columns,
        rows,
        [one["billing_currency"] for one in found],
        (5, 3, 4),
        say("no_differences", language),
    )


def _where(one: dict[Any, Any]) -> str:
    names = (one["sub_account_id"], one["x_service_code"], one["x_usage_type"])
    return plain(" · ".join(str(name) for name in names if name), 90) or "–"


def _conversions(check: InvoiceCheck, language: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for head in check.invoices.heads:
        for one in head.conversions:
            expected = round(head.total * one.rate, cents(one.currency))
            rows.append(
                (
                    plain(head.invoice_id),
                    say(one.purpose, language),
                    f"{one.rate:f}",
                    one.currency,
                    expected,
                    one.total,
                    one.total - expected,
                )
            )
    keys = ("invoice", "purpose", "rate", "", "expected", "stated", "difference")
    return Table(
        "conversions",
        say("conversions", language),
        tuple(say(key, language) if key else "" for key in keys),
        rows,
        [str(row[3]) for row in rows],
        (6, 5, 4),
        say("no_conversions", language),
        say("conversions_note", language),
    )


def _rules(check: InvoiceCheck, language: str) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            say(f"rule_{one.rule}", language),
            _state(one, language),
            "–" if one.lacks else one.over_billed,
            "–" if one.lacks else one.under_billed,
        )
        for one in check.findings
    ]
    keys = ("rule", "state", "over", "under")
    title = f"{say('rules', language)} {check.currency}"
    note = say("rules_note", language)
    same = [check.currency] * len(rows)
    return Table("rules", title, _columns(language, *keys), rows, same, note=note)


def _state(finding: Finding, language: str) -> str:
    if finding.lacks:
        kinds = {rule.contract for rule in RULES if rule.contract}
        if finding.lacks in kinds:
            reason = say("lacks_contract", language, kind=finding.lacks)
        else:
            reason = say(f"lacks_{finding.lacks}", language)
        return say("unanswered", language, reason=reason)
    if finding.rows.empty:
        return say("nothing_found", language)
    return say("rows_found", language, rows=str(len(finding.rows)))


def _evidence(check: InvoiceCheck, language: str) -> Table:
    found = sorted(_found(check), key=lambda pair: -abs(pair[1]["x_difference"]))
    rows: list[tuple[Cell, ...]] = [
        (
            say(f"rule_{rule}", language),
            _place(one),
            one["x_billed_cost"],
            one["x_expected_cost"],
            one["x_difference"],
            plain(say(f"found_{rule}", language, *one["x_values"]), 160),
        )
        for rule, one in found
    ]
    keys = ("rule", "where", "billed", "expected", "difference", "evidence")
    note = say("rows_note", language, rows=str(SHOWN)) if len(rows) > SHOWN else ""
    title = f"{say('rows', language)}, {check.currency}"
    columns, same = _columns(language, *keys), [check.currency] * len(rows)
    empty = say("no_rows", language)
    return Table("rows", title, columns, rows, same, (4, 2, 3), empty, note)


def _found(check: InvoiceCheck) -> Iterator[tuple[str, dict[Any, Any]]]:
    for finding in check.findings:
        for one in finding.rows.to_dict("records"):
            yield finding.rule, one


def _place(one: dict[Any, Any]) -> str:
    names = (one["sub_account_id"], one["x_service_code"], one["x_usage_type"], one["resource_id"])
    return plain(" · ".join(str(name) for name in names if name), 90) or "–"
