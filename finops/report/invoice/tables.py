"""Lay out an invoice check as tables whose amounts are still numbers, in English or Korean."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from finops.invoice.bill_rules import RULES, Finding
from finops.invoice.check import InvoiceCheck
from finops.report.invoice.text import say
from finops.report.kit.table import Column, Table, written
from finops.text import cents, plain

__all__ = ["KEYS", "SHOWN", "tables"]

# The names of the tables, in reading order.
KEYS = ("invoices", "items", "differences", "conversions", "rules", "rows")

# So many rows of evidence fit a page; the workbook has all.
SHOWN = 40


def tables(check: InvoiceCheck, language: str) -> list[Table]:
    """Return invoices, items, differences, other currencies, rules and what the rules found."""
    every = [
        _invoices(check, language),
        _items(check, language),
        _differences(check, language),
        _conversions(check, language),
        _rules(check, language),
        _evidence(check, language),
    ]
    return [replace(table, total_word=say("total", language)) for table in every]


def _held(language: str, counts: str, against: str, at: int, money: Column) -> list[Column]:
    """Return three columns of money from a place on: what counts, against what, the difference."""
    return [
        replace(money, title=say(counts, language)),
        replace(money, title=say(against, language)),
        replace(money, title=say("difference", language), formula=f"{{{at}}}-{{{at + 1}}}"),
    ]


def _coins(value: Any, currency: str) -> Decimal:
    """Return an amount in whole coins, as the difference of two is told too."""
    return round(Decimal(value), cents(currency))


def _difference(counts: Any, against: Any, currency: str) -> tuple[Decimal, Decimal, Decimal]:
    first, second = _coins(counts, currency), _coins(against, currency)
    return first, second, first - second


def _invoices(check: InvoiceCheck, language: str) -> Table:
    """One row per invoice that a file or the bill has."""
    billed = check.items.groupby("invoice_id")["billed_cost"].sum()
    of_currency = check.unexplained["billing_currency"] == check.currency
    unclear = check.unexplained[of_currency].groupby("invoice_id")["x_difference"].sum()
    heads = {one.invoice_id: one for one in check.invoices.heads}
    rows = []
    for invoice_id in sorted({*heads, *billed.index, *unclear.index}):
        head = heads.get(invoice_id)
        invoiced = head.total if head else Decimal(0)
        rows.append(
            (
                plain(invoice_id) or say("no_invoice_id", language),
                plain(head.seller, 40) if head else "–",
                *_difference(invoiced, billed.get(invoice_id, 0), check.currency),
                _coins(unclear.get(invoice_id, 0), check.currency),
            )
        )
    columns = [
        *written([say("invoice", language), say("seller", language)]),
        *_held(language, "invoiced", "billed", 2, Column("", check.currency, total=True)),
        Column(say("open", language), check.currency, total=True),
    ]
    title = f"{say('invoices', language)}, {check.currency}"
    return Table("invoices", title, columns, rows)


def _items(check: InvoiceCheck, language: str) -> Table:
    rows = [
        (
            plain(one["invoice_id"]) or say("no_invoice_id", language),
            say(one["x_item"], language),
            *_difference(one["x_invoiced_cost"], one["billed_cost"], check.currency),
        )
        for one in check.items.to_dict("records")
    ]
    columns = [
        *written([say("invoice", language), say("item", language)]),
        *_held(language, "invoiced", "billed", 2, Column("", check.currency, total=True)),
    ]
    title = f"{say('items', language)}, {check.currency}"
    return Table("items", title, columns, rows, note=say("items_note", language))


def _differences(check: InvoiceCheck, language: str) -> Table:
    """What is not explained stands first, the largest at the top."""
    found = check.differences.to_dict("records")
    found.sort(key=lambda one: (one["x_explained"], -abs(one["x_difference"])))
    rows = [
        (
            say(f"class_{one['x_class']}", language),
            plain(one["invoice_id"]) or say("no_invoice_id", language),
            _where(one),
            *_difference(one["x_invoiced_cost"], one["billed_cost"], one["billing_currency"]),
            one["billing_currency"],
            say("yes" if one["x_explained"] else "no", language),
            plain(say(f"because_{one['x_evidence']}", language, *one["x_values"]), 160),
        )
        for one in found
    ]
    columns = [
        *written([say(key, language) for key in ("why", "invoice", "where")]),
        *_held(language, "invoiced", "billed", 3, Column("", currency_at=6)),
        *written(["", say("explained", language), say("evidence", language)]),
    ]
    title, none = say("differences", language), say("no_differences", language)
    return Table("differences", title, columns, rows, none)


def _where(one: dict[Any, Any]) -> str:
    names = (one["sub_account_id"], one["x_service_code"], one["x_usage_type"])
    return plain(" · ".join(str(name) for name in names if name), 90) or "–"


def _conversions(check: InvoiceCheck, language: str) -> Table:
    rows = [
        (
            plain(head.invoice_id),
            say(one.purpose, language),
            f"{one.rate:f}",
            one.currency,
            expected := _coins(head.total * one.rate, one.currency),
            one.total,
            one.total - expected,
        )
        for head in check.invoices.heads
        for one in head.conversions
    ]
    money = Column("", currency_at=3)
    columns = [
        *written([*(say(key, language) for key in ("invoice", "purpose", "rate")), ""]),
        replace(money, title=say("expected", language)),
        replace(money, title=say("stated", language)),
        replace(money, title=say("difference", language), formula="{5}-{4}"),
    ]
    title, none = say("conversions", language), say("no_conversions", language)
    return Table("conversions", title, columns, rows, none, say("conversions_note", language))


def _rules(check: InvoiceCheck, language: str) -> Table:
    rows = [
        (
            say(f"rule_{one.rule}", language),
            _state(one, language),
            "–" if one.lacks else _coins(one.over_billed, check.currency),
            "–" if one.lacks else _coins(one.under_billed, check.currency),
        )
        for one in check.findings
    ]
    columns = [
        *written([say("rule", language), say("state", language)]),
        *(Column(say(key, language), check.currency) for key in ("over", "under")),
    ]
    title = f"{say('rules', language)} {check.currency}"
    return Table("rules", title, columns, rows, note=say("rules_note", language))


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
    rows = [
        (
            say(f"rule_{rule}", language),
            _place(one),
            *_difference(one["x_billed_cost"], one["x_expected_cost"], check.currency),
            plain(say(f"found_{rule}", language, *one["x_values"]), 160),
        )
        for rule, one in found
    ]
    columns = [
        *written([say("rule", language), say("where", language)]),
        *_held(language, "billed", "expected", 2, Column("", check.currency)),
        Column(say("evidence", language)),
    ]
    title = f"{say('rows', language)}, {check.currency}"
    return Table("rows", title, columns, rows, say("no_rows", language))


def _found(check: InvoiceCheck) -> Iterator[tuple[str, dict[Any, Any]]]:
    for finding in check.findings:
        for one in finding.rows.to_dict("records"):
            yield finding.rule, one


def _place(one: dict[Any, Any]) -> str:
    names = (one["sub_account_id"], one["x_service_code"], one["x_usage_type"], one["resource_id"])
    return plain(" · ".join(str(name) for name in names if name), 90) or "–"
