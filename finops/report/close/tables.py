"""Lay out a close as tables of values, the same for a page and a workbook."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from finops.close import registers
from finops.close.month import Close
from finops.close.recognition import exact
from finops.close.variance import PARTS
from finops.coins import add_cents, apportion, whole
from finops.report.close.amounts import moneys
from finops.report.close.lists import credited, due, exchanged, marketplace, prepaid, support, taxes
from finops.report.close.opening import opening
from finops.report.close.text import kind_text, part_text, say
from finops.report.kit.table import Column, Say, Table
from finops.text import cents, money, month_text

__all__ = ["tables"]

# So many jumps are listed, the largest first.
_JUMPS = 20


def tables(close: Close, language: str) -> list[Table]:
    """Return the tables of a pack in reading order; what is in money of the bill, by currency."""

    def words(key: str, **values: str) -> str:
        return say(key, language, **values)

    found = []
    for currency in close.rates:
        rows = close.rows[close.rows["billing_currency"] == currency]
        found += [
            _recognition(close, rows, currency, words),
            _accruals(close, currency, words, language),
            exchanged(close, currency, words, language),
            *prepaid(close, currency, words),
            due(close, currency, words),
            credited(close, currency, words),
            marketplace(close, rows, currency, words),
            support(close, rows, currency, words),
            taxes(close, rows, currency, words),
            _variance(close, currency, words, language),
            *([] if close.jumps is None else [_jumps(close.jumps, currency, words)]),
            _corrections(close, currency, words, language),
        ]
    restated = [_restated(month, frame, words, language) for month, frame in close.restated.items()]
    first = opening(close, words, language)
    every = [*first, _journal(close, words, language), *found, *restated]
    return [replace(table, total_word=words("total")) for table in every]


def _recognition(close: Close, rows: pd.DataFrame, currency: str, words: Say) -> Table:
    found = registers.recognition(rows)
    columns = [
        Column(words("entry")),
        Column(words("line_type")),
        Column(words("entity")),
        Column(words("invoice")),
        Column(words("lines"), "count"),
        Column(words("billed", currency=currency), currency, total=True),
        Column(words("books", currency=close.currency), close.currency, total=True),
    ]
    values = zip(
        [words(entry) for entry in found["x_entry"]],
        found["x_line_item_type"],
        found["x_billing_entity"],
        [words("no_invoice") if accrued else "" for accrued in found["x_is_accrued"]],
        [int(charges) for charges in found["x_charges"]],
        moneys(found, "x_coins", currency),
        moneys(found, "x_book_coins", close.currency),
        strict=True,
    )
    bill = sum(rows["billed_cost"], Decimal(0))
    booked = exact(int(rows["x_coins"].sum()), currency)
    note = words(
        "adds_up",
        bill=money(bill, currency),
        difference=money(booked - round(bill, cents(currency)), currency),
    )
    return Table(
        "recognition", words("recognition"), columns, list(values), words("no_recognition"), note
    )


def _accruals(close: Close, currency: str, words: Say, language: str) -> Table:
    found = close.accruals[close.accruals["billing_currency"] == currency]
    columns = [Column(words("month")), Column(words("seller"))]
    values: list[Any] = [
        [month_text(month, language) for month in found["billing_period"]],
        found["invoice_issuer_name"],
    ]
    for unit, prefix in ((currency, "x_"), (close.currency, "x_book_")):
        start = len(columns)
        columns += [
            Column(words("was_accrued", currency=unit), unit, total=True),
            Column(words("reversed", currency=unit), unit, total=True),
            Column(words("invoiced", currency=unit), unit, total=True),
            Column(
                words("true_up", currency=unit),
                unit,
                total=True,
                formula=f"{{{start + 1}}}+{{{start + 2}}}",
            ),
        ]
        names = ("accrued", "reversed", "invoiced", "true_up")
        values += [moneys(found, f"{prefix}{name}", unit) for name in names]
    rows = list(zip(*values, strict=True))
    return Table("accruals", words("accruals"), columns, rows, words("no_accruals"))


def _variance(close: Close, currency: str, words: Say, language: str) -> Table:
    found = close.variance.get(currency, pd.DataFrame(columns=["service_name"]))
    first, last = (
        month_text(month, language) if month else "" for month in (close.previous, close.period)
    )
    rows = _varied(found, currency)
    parts = [part for place, part in enumerate(PARTS, 3) if any(row[place] for row in rows)]
    kept = [*range(3), *(3 + PARTS.index(part) for part in parts), 3 + len(PARTS)]
    formula = "+".join(f"{{{place}}}" for place in range(3, 3 + len(parts)))
    columns = [
        Column(words("service")),
        Column(words("before", month=first, currency=currency), currency, total=True),
        Column(words("change"), currency, total=True, formula=formula or "0"),
        *(Column(part_text(part, language), currency, total=True) for part in parts),
        Column(
            words("before", month=last, currency=currency), currency, total=True, formula="{1}+{2}"
        ),
    ]
    shown = [tuple(row[place] for place in kept) for row in rows]
    title, note = words("variance"), words("variance_note")
    return Table("variance", title, columns, shown, words("no_variance"), note)


def _varied(found: pd.DataFrame, currency: str) -> list[tuple[Any, ...]]:
    """Return each service's cost, change, PARTS of it and cost now, in coins that add up."""
    places = cents(currency)
    before, after = (
        list(add_cents(found, name, [], places)["x_cents"]) if len(found) else []
        for name in ("x_base_effective_cost", "effective_cost")
    )
    rows = []
    for row, old, new in zip(found.to_dict("records"), before, after, strict=True):
        exact_parts = [row[part].scaleb(places) for part in PARTS]
        parts = apportion(exact_parts, whole(sum(exact_parts, Decimal(0))))
        # The change of rounded costs is at most a coin off; a part that was rounded bears that.
        rounded = [abs(one - part) for one, part in zip(exact_parts, parts, strict=True)]
        parts[rounded.index(max(rounded))] += int(new - old) - sum(parts)
        coins = [int(old), int(new - old), *parts, int(new)]
        rows.append((row["service_name"], *(exact(coin, currency) for coin in coins)))
    return rows


def _jumps(found: pd.DataFrame, currency: str, words: Say) -> Table:
    columns = [
        Column(words("day"), "code"),
        Column(words("team")),
        Column(words("service")),
        Column(words("cost_of_day", currency=currency), currency),
        Column(words("usual", currency=currency), currency),
        Column(words("change"), currency, formula="{3}-{4}"),
        Column(words("announced")),
        Column(words("contributors")),
    ]
    digit = Decimal(1).scaleb(-cents(currency))
    rows = []
    sizes = found["x_excess"].astype(float).abs()
    largest = found.assign(x_size=sizes).sort_values("x_size", ascending=False, kind="stable")
    for row in largest[largest["billing_currency"] == currency].head(_JUMPS).to_dict("records"):
        # What is usual is a statistic; shown in coins, so that the change is the difference shown.
        cost, usual = (Decimal(row[n]).quantize(digit) for n in ("effective_cost", "x_expected"))
        what = (f"{row['charge_date']:%Y-%m-%d}", row["x_team"], row["service_name"])
        rows.append((*what, cost, usual, cost - usual, row["x_announced"], row["x_contributors"]))
    return Table("jumps", words("jumps"), columns, rows, words("no_jumps"), words("jumps_note"))


def _corrections(close: Close, currency: str, words: Say, language: str) -> Table:
    found = close.corrections[close.corrections["billing_currency"] == currency]
    columns = [
        Column(words("month")),
        Column(words("kind")),
        Column(words("seller")),
        Column(words("invoice")),
        Column(words("billed", currency=currency), currency, total=True),
        Column(words("books", currency=close.currency), close.currency, total=True),
    ]
    values = zip(
        [month_text(month, language) for month in found["billing_period"]],
        [_moved(row, words) for row in found.to_dict("records")],
        found["invoice_issuer_name"],
        found["invoice_id"],
        moneys(found, "x_coins", currency),
        moneys(found, "x_book_coins", close.currency),
        strict=True,
    )
    title = words("corrections")
    return Table("corrections", title, columns, list(values), words("no_corrections"))


def _moved(row: dict[Any, Any], words: Say) -> str:
    entry = row["x_debit"]
    return words("non_current_moved") if entry == "prepaid_non_current" else words(entry)


def _restated(month: str, found: pd.DataFrame, words: Say, language: str) -> Table:
    columns = [
        Column(words("service")),
        Column(words("sub_account")),
        Column("", "text"),
        Column(words("base", currency=""), "rate"),
        Column(words("change"), "rate"),
    ]
    values = [
        (
            row["service_name"],
            row["sub_account_name"] or row["sub_account_id"],
            row["billing_currency"],
            row["x_old_billed_cost"],
            row["x_billed_cost_change"],
        )
        for row in found.to_dict("records")
        if row["x_billed_cost_change"]
    ]
    title = words("restated", month=month_text(month, language))
    return Table("restated", title, columns, values, words("no_restated"))


def _journal(close: Close, words: Say, language: str) -> Table:
    lines, currencies = close.journal, list(close.rates)
    bill = currencies[0] if len(currencies) == 1 else ""
    columns = [
        Column(words("document"), "code"),
        Column(words("kind")),
        Column(words("month"), "code"),
        Column(words("code"), "code"),
        Column(words("account")),
        Column(words("seller")),
        Column(words("invoice")),
        Column(words("debit", currency=close.currency), close.currency, total=True),
        Column(words("credit", currency=close.currency), close.currency, total=True),
        Column(words("debit", currency=bill), bill or "rate", total=bool(bill)),
        Column(words("credit", currency=bill), bill or "rate", total=bool(bill)),
    ]
    values = zip(
        lines["x_document"],
        [kind_text(kind, language) for kind in lines["x_kind"]],
        lines["billing_period"],
        lines["account_code"],
        lines["account_name_ko" if language == "ko" else "account_name"],
        lines["invoice_issuer_name"],
        lines["invoice_id"],
        lines["debit"],
        lines["credit"],
        lines["billing_debit"],
        lines["billing_credit"],
        strict=True,
    )
    note = words("balanced")
    return Table("journal", words("journal"), columns, list(values), words("no_journal"), note)
