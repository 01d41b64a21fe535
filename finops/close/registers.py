"""List what finance follows one by one: tax, credits, support, marketplace and accruals."""

from decimal import Decimal

import pandas as pd

__all__ = ["accruals", "credits", "exchange", "marketplace", "recognition", "support", "taxes"]

_GAINS, _LOSSES = ("fx_gain", "unrealised_fx_gain"), ("fx_loss", "unrealised_fx_loss")

_ENTITY = ["invoice_issuer_name", "publisher_name", "x_billing_entity", "invoice_id"]


def recognition(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the recognition table of a month: its rows by entry, line item type and seller.

    x_charges, x_unblended_cost and billed_cost are exact, x_coins and x_book_coins whole coins;
    x_is_accrued says that no invoice has come yet.
    """
    keys = ["x_entry", "x_line_item_type", "x_billing_entity", "billing_currency", "x_is_accrued"]
    marked = rows.assign(x_is_accrued=rows["invoice_id"] == "")
    return _sums(marked, keys)


def taxes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return base and tax of each invoice and of the entities that sell and invoice it, in coins.

    x_base_coins is all but tax, x_coins the tax, x_book_coins the tax in the books, x_rate its
    share of the base. Tax follows the invoice, so never one rate for all: entities and exempt
    services differ.
    """
    # Of a company that bears its tax, too.
    is_tax = rows["x_line_item_type"] == "Tax"
    keys = [*_ENTITY, "billing_currency"]
    found = rows.assign(
        x_base_coins=rows["x_coins"].where(~is_tax, 0),
        x_coins=rows["x_coins"].where(is_tax, 0),
        x_book_coins=rows["x_book_coins"].where(is_tax, 0),
    )
    sums: pd.DataFrame = found.groupby(keys, as_index=False)[
        ["x_base_coins", "x_coins", "x_book_coins"]
    ].sum()
    shares = [
        float(tax / base) if base else None
        for base, tax in zip(sums["x_base_coins"], sums["x_coins"], strict=True)
    ]
    return sums.assign(x_rate=pd.Series(shares, dtype=object))


def credits(rows: pd.DataFrame, period: str) -> pd.DataFrame:  # noqa: A001
    """Return the credits and refunds of the bill, in `period` and in all months up to it, in coins.

    One row per type, AWS service and text. What is left of a credit and when it expires is not in
    the bill.
    """
    found = rows[rows["x_line_item_type"].isin(["Credit", "Refund"])]
    keys = ["x_line_item_type", "service_name", "charge_description", "billing_currency"]
    found = found.assign(
        x_month_coins=found["x_coins"].where(found["billing_period"] == period, 0),
        x_last_month=found["billing_period"],
    )
    grouped = found.groupby(keys, as_index=False)
    return grouped.agg(
        x_month_coins=("x_month_coins", "sum"),
        x_coins=("x_coins", "sum"),
        x_last_month=("x_last_month", "max"),
    )


def marketplace(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what other sellers charged through AWS Marketplace: by product and invoice."""
    found = rows[rows["x_entry"] == "marketplace_expense"]
    keys = ["service_name", "publisher_name", "charge_description", "invoice_id"]
    return _sums(found, [*keys, "billing_currency"])


def support(rows: pd.DataFrame) -> pd.DataFrame:
    """Return support by plan, with its share of all else that is billed before tax and credits."""
    found = _sums(rows[rows["x_entry"] == "support_expense"], ["service_name", "billing_currency"])
    is_base = (rows["x_entry"] != "support_expense") & (rows["x_line_item_type"] != "Tax")
    base = rows[is_base & (rows["x_line_item_type"] != "Credit")]
    sums = base.groupby("billing_currency")["x_coins"].sum()
    found["x_base_coins"] = [int(sums.get(one, 0)) for one in found["billing_currency"]]
    shares = [
        float(Decimal(coins) / base) if base else None
        for coins, base in zip(found["x_coins"], found["x_base_coins"], strict=True)
    ]
    return found.assign(x_share=pd.Series(shares, dtype=object))


def accruals(booked: pd.DataFrame, moved: pd.DataFrame) -> pd.DataFrame:
    """Return, per month and seller, what was accrued and what this close makes of it, in coins.

    x_accrued (in books x_book_accrued) stood in the books before, x_reversed is taken back of it,
    x_invoiced booked instead, and x_true_up is the difference: what the expense of this month bears
    because the accrual was wrong.
    """
    keys = ["billing_period", "invoice_issuer_name", "billing_currency"]
    accrued = booked[_is_accrual(booked)]
    months = set(accrued["billing_period"])
    later = moved[moved["billing_period"].isin(months) & (moved["x_kind"] != "revaluation")]
    expenses = later[~later["x_debit"].isin(["vat_receivable", "bank", *_LOSSES])]
    back = expenses[_is_accrual(expenses)]
    billed = expenses[expenses["x_credit"].isin(["accounts_payable", "credit_receivable"])]
    parts = {"accrued": accrued, "reversed": back, "invoiced": billed}
    found = pd.DataFrame(columns=keys)
    for name, part in parts.items():
        sums = part.groupby(keys, as_index=False)[["x_coins", "x_book_coins"]].sum()
        named = {"x_coins": f"x_{name}", "x_book_coins": f"x_book_{name}"}
        found = found.merge(sums.rename(columns=named), on=keys, how="outer")
    numbers = found.columns.difference(keys)
    found[numbers] = found[numbers].astype("float64").fillna(0).astype("int64")
    found = found[found["x_reversed"] != 0].reset_index(drop=True)
    return found.assign(
        x_true_up=found["x_reversed"] + found["x_invoiced"],
        x_book_true_up=found["x_book_reversed"] + found["x_book_invoiced"],
    )


def exchange(moved: pd.DataFrame) -> pd.DataFrame:
    """Return what exchange rates moved: paid invoices, and debts valued at the month's rate.

    One row per month, seller, invoice (empty: accrued) and billing currency, in coins: x_coins was
    paid and stood in the books as x_book_coins; x_book_exchange is what paying gained (loss below
    0), x_book_revaluation what valuing unpaid debt gained, less what was booked so before.
    """
    keys = ["billing_period", "invoice_issuer_name", "invoice_id", "billing_currency"]
    kind, dearer = moved["x_kind"], moved["x_book_coins"].where(moved["x_debit"].isin(_LOSSES), 0)
    gained = moved["x_book_coins"].where(moved["x_credit"].isin(_GAINS), 0) - dearer
    found = moved.assign(
        x_coins=moved["x_coins"].where(kind == "payment", 0),
        x_book_coins=moved["x_book_coins"].where(kind == "payment", 0),
        x_book_exchange=gained.where(kind == "exchange", 0),
        x_book_revaluation=gained.where(kind == "revaluation", 0),
    )[kind.isin(["payment", "exchange", "revaluation"])]
    names = ["x_coins", "x_book_coins", "x_book_exchange", "x_book_revaluation"]
    sums: pd.DataFrame = found.groupby(keys, as_index=False, sort=True)[names].sum()
    return sums


def _is_accrual(moved: pd.DataFrame) -> "pd.Series[bool]":
    return (moved["x_credit"] == "accrued_liability") & ~moved["x_debit"].isin(_LOSSES)


def _sums(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    amounts = ["x_charges", "x_unblended_cost", "billed_cost", "x_coins", "x_book_coins"]
    found: pd.DataFrame = rows.groupby(keys, as_index=False, sort=True)[amounts].sum()
    return found
