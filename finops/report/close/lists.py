"""Lay out the lists of a close: prepaid fees, commitments, credits, other sellers, support, tax."""

import pandas as pd

from finops.close import registers
from finops.close.month import Close
from finops.close.recognition import exact
from finops.report.close.amounts import moneys, short_id
from finops.report.kit.table import Column, Say, Table
from finops.text import money, month_text

__all__ = ["credited", "due", "exchanged", "marketplace", "prepaid", "support", "taxes"]


def prepaid(close: Close, currency: str, words: Say) -> list[Table]:
    """Return the roll-forward of upfront fees, in the bill's money and in that of the books.

    And what they use beside what the bill amortises.
    """
    frames = {currency: close.prepaid, close.currency: close.prepaid_books}
    return [
        *(
            _rolled(frame[frame["billing_currency"] == currency], unit, words)
            for unit, frame in frames.items()
        ),
        _held_against(close.amortised, currency, words),
    ]


def _held_against(compared: pd.DataFrame, currency: str, words: Say) -> Table:
    """Return what each fee's use was by its hours and in the bill."""
    found = compared[compared["billing_currency"] == currency]
    columns = [
        Column(words("commitment"), "id"),
        Column(words("own_amortised", currency=currency), currency, total=True),
        Column(words("bill_amortised", currency=currency), currency, total=True),
        Column(words("difference"), currency, total=True, formula="{1}-{2}"),
        Column(words("compared")),
    ]
    # Where there is nothing to compare with, the bill counts as what the books say.
    billed = found["x_own_coins"] - found["x_difference_coins"]
    values = zip(
        [short_id(name) for name in found["commitment_discount_id"]],
        moneys(found, "x_own_coins", currency),
        moneys(found.assign(x_coins=billed), "x_coins", currency),
        moneys(found, "x_difference_coins", currency),
        [
            words(f"compared_{basis}" if agrees else "compared_wrong")
            for basis, agrees in zip(found["x_basis"], found["x_agrees"], strict=True)
        ],
        strict=True,
    )
    title, note = words("amortised_table"), words("amortised_note")
    return Table("amortised", title, columns, list(values), words("no_amortised"), note)


def _rolled(found: pd.DataFrame, unit: str, words: Say) -> Table:
    names = ("open", "bought", "moved", "amortised", "refunded")
    columns = [
        Column(words("commitment"), "id"),
        Column(words("ends"), "code"),
        Column(words("hours_left"), "hours"),
        Column(words("term_hours"), "hours"),
        Column(words("rate"), "rate"),
        *(Column(words(name), unit, total=True) for name in names),
        Column(words("closing"), unit, total=True, formula="{5}+{6}+{7}-{8}-{9}"),
        Column(words("current"), unit, total=True, formula="{10}-{12}"),
        Column(words("non_current"), unit, total=True),
    ]
    amounts = [
        moneys(found, f"x_{name}", unit) for name in (*names, "close", "current", "non_current")
    ]
    values = zip(
        [short_id(name) for name in found["commitment_discount_id"]],
        [f"{end:%Y-%m-%d}" for end in found["x_end"]],
        found["x_remaining_hours"],
        found["x_term_hours"],
        found["x_rate"],
        *amounts,
        strict=True,
    )
    title = words("prepaid", currency=unit)
    return Table("prepaid", title, columns, list(values), words("no_prepaid"), words("by_hours"))


def exchanged(close: Close, currency: str, words: Say, language: str) -> Table:
    """Return the invoices that were paid, and what exchange rates gained or lost."""
    found = registers.exchange(close.moved)
    found = found[found["billing_currency"] == currency]
    books = close.currency
    columns = [
        Column(words("month")),
        Column(words("seller")),
        Column(words("invoice")),
        Column(words("paid", currency=currency), currency, total=True),
        Column(words("stood_at", currency=books), books, total=True),
        Column(words("by_paying", currency=books), books, total=True),
        Column(words("by_valuing", currency=books), books, total=True),
        Column(words("gain", currency=books), books, total=True, formula="{5}+{6}"),
    ]
    gains = found["x_book_exchange"] + found["x_book_revaluation"]
    values = zip(
        [month_text(month, language) for month in found["billing_period"]],
        found["invoice_issuer_name"],
        [name or words("no_invoice") for name in found["invoice_id"]],
        moneys(found, "x_coins", currency),
        moneys(found, "x_book_coins", books),
        moneys(found, "x_book_exchange", books),
        moneys(found, "x_book_revaluation", books),
        moneys(found.assign(x_gain=gains), "x_gain", books),
        strict=True,
    )
    title, note = words("exchange_table"), words("exchange_note")
    return Table("exchange", title, columns, list(values), words("no_exchange"), note)


def due(close: Close, currency: str, words: Say) -> Table:
    """Return what is still to be paid for commitments."""
    found = close.due[close.due["billing_currency"] == currency]
    names = ("within_1_year", "in_1_to_3_years", "after_3_years")
    columns = [
        Column(words("commitment"), "id"),
        Column(words("ends"), "code"),
        Column(words("hours_left"), "hours"),
        Column(words("hourly"), "rate"),
        *(Column(f"{words(name)}, {currency}", currency, total=True) for name in names),
    ]
    values = zip(
        [short_id(name) for name in found["commitment_discount_id"]],
        [f"{end:%Y-%m-%d}" for end in found["x_end"]],
        found["x_hours"],
        found["x_recurring_cost"],
        *(found[name] for name in names),
        strict=True,
    )
    return Table("due", words("due"), columns, list(values), words("no_due"), words("due_note"))


def credited(close: Close, currency: str, words: Say) -> Table:
    """Return credits and refunds, of the month and so far."""
    found = close.credits[close.credits["billing_currency"] == currency]
    columns = [
        Column(words("line_type")),
        Column(words("service")),
        Column(words("text")),
        Column(words("last"), "code"),
        Column(words("this_month", currency=currency), currency, total=True),
        Column(words("so_far", currency=currency), currency, total=True),
    ]
    values = zip(
        found["x_line_item_type"],
        found["service_name"],
        found["charge_description"],
        found["x_last_month"],
        moneys(found, "x_month_coins", currency),
        moneys(found, "x_coins", currency),
        strict=True,
    )
    note = words("credits_note")
    return Table("credits", words("credits"), columns, list(values), words("no_credits"), note)


def marketplace(close: Close, rows: pd.DataFrame, currency: str, words: Say) -> Table:
    """Return what other sellers charged."""
    found = registers.marketplace(rows)
    columns = [
        Column(words("service")),
        Column(words("legal")),
        Column(words("text")),
        Column(words("invoice")),
        Column(words("billed", currency=currency), currency, total=True),
        Column(words("books", currency=close.currency), close.currency, total=True),
    ]
    values = zip(
        found["service_name"],
        found["publisher_name"],
        found["charge_description"],
        found["invoice_id"],
        moneys(found, "x_coins", currency),
        moneys(found, "x_book_coins", close.currency),
        strict=True,
    )
    title, note = words("marketplace"), words("marketplace_note")
    return Table("marketplace", title, columns, list(values), words("no_marketplace"), note)


def support(close: Close, rows: pd.DataFrame, currency: str, words: Say) -> Table:
    """Return support and its share of what it is for."""
    found = registers.support(rows)
    columns = [
        Column(words("service")),
        Column(words("base", currency=currency), currency),
        Column(words("billed", currency=currency), currency, total=True),
        Column(words("share"), "share", formula="{2}/{1}"),
    ]
    values = zip(
        found["service_name"],
        moneys(found, "x_base_coins", currency),
        moneys(found, "x_coins", currency),
        found["x_share"],
        strict=True,
    )
    expected = close.accrued[close.accrued["x_debit"] == "support_expense"]
    missing = exact(int(expected["x_coins"].sum()), currency)
    empty = words("support_accrued", value=money(missing, currency)) if missing else ""
    empty = empty or words("no_support")
    return Table("support", words("support"), columns, list(values), empty)


def taxes(close: Close, rows: pd.DataFrame, currency: str, words: Say) -> Table:
    """Return base and tax by entity and invoice."""
    found = registers.taxes(rows)
    columns = [
        Column(words("seller")),
        Column(words("legal")),
        Column(words("entity")),
        Column(words("invoice")),
        Column(words("base", currency=currency), currency, total=True),
        Column(words("tax", currency=currency), currency, total=True),
        Column(words("share"), "share", formula="{5}/{4}"),
        Column(words("books", currency=close.currency), close.currency, total=True),
    ]
    values = zip(
        found["invoice_issuer_name"],
        found["publisher_name"],
        found["x_billing_entity"],
        [invoice or words("no_invoice") for invoice in found["invoice_id"]],
        moneys(found, "x_base_coins", currency),
        moneys(found, "x_coins", currency),
        found["x_rate"],
        moneys(found, "x_book_coins", close.currency),
        strict=True,
    )
    return Table("taxes", words("taxes"), columns, list(values), words("no_taxes"))
